using System.Collections.Concurrent;
using Parley.Protocol;
using Parley.Server.Agents;
using Parley.Server.Coordination;
using Parley.Server.Entities;
using Parley.Server.Projects;
using Parley.Server.Wire;

namespace Parley.Server.Squads;

/// <summary>All squads, in memory, so that a send to one does not query the store. Changes are stored before they take effect.</summary>
internal sealed class SquadDirectory(EntityBoard<Squad> board, ProjectDirectory projects, IMailboxWaker waker, IClusterView cluster) : ISquadMembers, IAgentWatcher, IDisposable
{
    private readonly ConcurrentDictionary<(int Project, string Id), Entity<Squad>> _squads = new();

    // Changes are rare. Making them one at a time keeps memory and store consistent.
    private readonly SemaphoreSlim _changing = new(1, 1);

    private readonly Lock _holding = new();

    public void Dispose() => _changing.Dispose();

    /// <summary>Reads the store. Called once, before the first request.</summary>
    internal async Task LoadAsync(CancellationToken cancellationToken)
    {
        foreach (var project in projects.All)
        {
            await foreach (var squad in board.AllAsync(project.Number, cancellationToken))
                Keep(squad);
        }
    }

    internal Entity<Squad>? Find(ProjectState project, string id) => _squads.GetValueOrDefault((project.Number, id));

    /// <summary>Finds a squad, even one that another node has just created.</summary>
    internal async ValueTask<Entity<Squad>?> FindAsync(ProjectState project, string id, CancellationToken cancellationToken)
    {
        if (Find(project, id) is { } known)
            return known;
        await cluster.CatchUpAsync(cancellationToken);
        return Find(project, id);
    }

    /// <summary>Takes over a squad that another node created or changed.</summary>
    internal void Follow(EntityRow row) => Keep(board.Read(row));

    /// <summary>Another node deleted it.</summary>
    internal void Forget(int project, string id)
    {
        if (_squads.TryRemove((project, id), out var squad) && squad.Value.Pause is not null)
            HoldMembers(project);
    }

    /// <summary>A project's squads, in no particular order.</summary>
    internal IEnumerable<Entity<Squad>> Of(ProjectState project) => _squads.Where(squad => squad.Key.Project == project.Number).Select(squad => squad.Value);

    public ValueTask<IReadOnlyList<int>?> MembersAsync(ProjectState project, string squadId, CancellationToken cancellationToken) =>
        new(Find(project, squadId) is { } squad ? [.. AgentsOf(project, squad.Value).Select(agent => agent.Number)] : null);

    public IEnumerable<string> IdsOf(ProjectState project) => Of(project).Select(squad => squad.Value.SquadId);

    /// <summary>Creates, changes, or deletes the squad with an id.</summary>
    /// <returns>Its current state; null if it was deleted.</returns>
    internal async ValueTask<Result<Entity<Squad>?>> ChangeAsync(
        ProjectState project, string id, int sender, Func<Entity<Squad>?, Decision<Squad>> decide, CancellationToken cancellationToken)
    {
        await _changing.WaitAsync(cancellationToken);
        try
        {
            // Loads other nodes' changes first, because what is read during this change may be outdated afterward.
            await cluster.CatchUpAsync(cancellationToken);
            var result = await ChangeLockedAsync(project, id, sender, decide, cancellationToken);
            // One of the members was deleted in the meantime. A new agent with the same name is not a member.
            return result.TryGet(out var changed, out _) && changed is not null && AgentsOf(project, changed.Value).Count() < changed.Value.Members.Count
                ? await ChangeLockedAsync(project, id, sender, present => SquadRules.KeepOnly(present, id, agent => project.Agents.Find(agent) is not null), cancellationToken)
                : result;
        }
        finally
        {
            _changing.Release();
        }
    }

    /// <summary>A squad as clients see it: a member without a role of its own in the squad has the agent's role.</summary>
    internal static Squad Show(ProjectState project, Entity<Squad> squad) => squad.Value with
    {
        Members =
        [
            .. from member in squad.Value.Members
               let agent = project.Agents.Find(member.AgentId!)?.Record
               where agent is not null
               select member with { Role = member.Role ?? agent.Role, Specialization = member.Specialization ?? agent.Specialization },
        ],
    };

    /// <summary>Whether an agent is in a squad.</summary>
    /// <param name="agent">The agent's number.</param>
    internal bool Has(ProjectState project, string id, int agent) =>
        Find(project, id) is { } squad && AgentsOf(project, squad.Value).Any(member => member.Number == agent);

    public void Came(ProjectState project, AgentState agent)
    {
    }

    public void Left(ProjectState project, AgentState agent)
    {
    }

    /// <summary>Its record is removed only after this, so a new agent with the same name is in none of its squads.</summary>
    public async ValueTask RemovedAsync(ProjectState project, AgentState agent, CancellationToken cancellationToken)
    {
        foreach (var squad in Of(project).Where(squad => squad.Value.Members.Any(member => member.AgentId == agent.Id)).ToList())
        {
            var id = squad.Value.SquadId;
            // It is refused if somebody else removed the member or deleted the squad, which is just as good.
            _ = await ChangeAsync(project, id, sender: 0, present => SquadRules.Leave(present, id, agent.Id), cancellationToken);
        }
    }

    private async ValueTask<Result<Entity<Squad>?>> ChangeLockedAsync(
        ProjectState project, string id, int sender, Func<Entity<Squad>?, Decision<Squad>> decide, CancellationToken cancellationToken)
    {
        var result = await board.ChangeAsync(project.Number, id, sender, decide, cancellationToken);
        if (!result.TryGet(out var changed, out _))
            return result;
        if (changed is null)
            Forget(project.Number, id);
        else
            Keep(changed);
        await cluster.CatchUpAsync(cancellationToken);
        return result;
    }

    private static IEnumerable<AgentState> AgentsOf(ProjectState project, Squad squad) =>
        squad.Members.Select(member => project.Agents.Find(member.AgentId!)).OfType<AgentState>();

    /// <summary>The newest one wins, in whatever order they arrive.</summary>
    private void Keep(Entity<Squad> squad)
    {
        var wasPaused = _squads.GetValueOrDefault((squad.Row.Project, squad.Value.SquadId))?.Value.Pause is not null;
        _squads.AddOrUpdate((squad.Row.Project, squad.Value.SquadId), squad, (_, known) => known.Version > squad.Version ? known : squad);
        if (wasPaused || squad.Value.Pause is not null)
            HoldMembers(squad.Row.Project);
    }

    /// <summary>Marks the members of paused squads, so that a delivery does not have to look for an agent's squads.</summary>
    private void HoldMembers(int number)
    {
        if (projects.Find(number) is not { } project)
            return;
        List<AgentState> released = [];
        lock (_holding)
        {
            var held = Of(project).Where(squad => squad.Value.Pause is not null).SelectMany(squad => AgentsOf(project, squad.Value)).ToHashSet();
            foreach (var agent in project.Agents.All)
            {
                var isHeld = held.Contains(agent);
                if (agent.IsInPausedSquad && !isHeld)
                    released.Add(agent);
                agent.IsInPausedSquad = isHeld;
            }
        }

        released.ForEach(agent => waker.Wake(agent.Number));
    }
}
