using System.Collections.Concurrent;
using System.Text.Json;
using Parley.Protocol;
using Parley.Server.Agents;
using Parley.Server.Coordination;
using Parley.Server.Projects;

namespace Parley.Server.Squads;

/// <summary>All squads, in memory: a send to one asks no store. Changes are stored before they take effect.</summary>
internal sealed class SquadDirectory(ISquadStore store, IClusterView cluster, TimeProvider clock) : ISquadMembers, IAgentWatcher, IDisposable
{
    private readonly ConcurrentDictionary<(int Project, string Id), SquadRecord> _squads = new();

    // Changes are rare; one at a time keeps memory and store in step.
    private readonly SemaphoreSlim _changing = new(1, 1);

    public void Dispose() => _changing.Dispose();

    /// <summary>Reads the store. Called once, before the first request.</summary>
    internal async Task LoadAsync(CancellationToken cancellationToken)
    {
        foreach (var squad in await store.LoadAsync(cancellationToken))
            _squads[(squad.Project, squad.Id)] = squad;
    }

    internal SquadRecord? Find(ProjectState project, string id) => _squads.GetValueOrDefault((project.Number, id));

    /// <summary>A squad as another node made or changed it.</summary>
    internal void Follow(SquadRecord squad) => _squads[(squad.Project, squad.Id)] = squad;

    /// <summary>Another node deleted it.</summary>
    internal void Forget(int project, string id) => _squads.TryRemove((project, id), out _);

    /// <summary>A project's squads, in no order.</summary>
    internal IEnumerable<SquadRecord> Of(ProjectState project) => _squads.Where(squad => squad.Key.Project == project.Number).Select(squad => squad.Value);

    public ValueTask<IReadOnlyList<int>?> MembersAsync(int project, string squadId, CancellationToken cancellationToken) =>
        new(_squads.TryGetValue((project, squadId), out var squad) ? [.. squad.Members.Select(member => member.Agent)] : null);

    /// <returns>The new squad; null when the id is taken.</returns>
    internal Task<SquadRecord?> AddAsync(
        ProjectState project, string id, string name, IReadOnlyList<MemberRecord> members, CancellationToken cancellationToken) =>
        OneAtATimeAsync(
            async () =>
            {
                var draft = new SquadRecord { Number = 0, Project = project.Number, Id = id, Name = name, CreatedAt = clock.GetUtcNow(), Members = members };
                var squad = await store.AddAsync(draft, Entry(project, "squad_created", draft), cancellationToken);
                if (squad is not null)
                    _squads[(project.Number, id)] = squad;
                return squad;
            },
            cancellationToken);

    /// <returns>The squad as it is now; null when there is none.</returns>
    internal Task<SquadRecord?> ChangeAsync(
        ProjectState project, string id, Func<SquadRecord, SquadRecord> change, CancellationToken cancellationToken) =>
        OneAtATimeAsync(() => ChangeLockedAsync(project, id, change, cancellationToken), cancellationToken);

    /// <returns>False when there is none.</returns>
    internal async Task<bool> RemoveAsync(ProjectState project, string id, CancellationToken cancellationToken) =>
        await OneAtATimeAsync(
            async () =>
            {
                if (Find(project, id) is not { } squad || !await store.RemoveAsync(squad, Entry(project, "squad_removed", squad), cancellationToken))
                    return null;
                _squads.TryRemove((project.Number, id), out _);
                return squad;
            },
            cancellationToken) is not null;

    internal static Squad ToWire(ProjectState project, SquadRecord squad) => new()
    {
        SquadId = squad.Id,
        Name = squad.Name,
        CreatedAt = squad.CreatedAt,
        Members =
        [
            .. from member in squad.Members
               let agent = project.Agents.Find(member.Agent)?.Record
               where agent is not null
               select new SquadMember
               {
                   AgentId = agent.Id,
                   Role = member.Role ?? agent.Role,
                   Specialization = member.Specialization ?? agent.Specialization,
               },
        ],
    };

    public void Came(ProjectState project, AgentState agent)
    {
    }

    public void Left(ProjectState project, AgentState agent)
    {
    }

    public async ValueTask RemovedAsync(ProjectState project, AgentState agent, CancellationToken cancellationToken)
    {
        foreach (var squad in Of(project).Where(squad => squad.Members.Any(member => member.Agent == agent.Number)).ToList())
        {
            await ChangeAsync(
                project, squad.Id,
                present => present with { Members = [.. present.Members.Where(member => member.Agent != agent.Number)] },
                cancellationToken);
        }
    }

    private async Task<SquadRecord?> ChangeLockedAsync(
        ProjectState project, string id, Func<SquadRecord, SquadRecord> change, CancellationToken cancellationToken)
    {
        if (Find(project, id) is not { } present)
            return null;
        var changed = change(present);
        if (ReferenceEquals(changed, present))
            return present;
        if (!await store.ChangeAsync(changed, Entry(project, "squad_updated", changed), cancellationToken))
            return null;
        _squads[(project.Number, id)] = changed;
        return changed;
    }

    private async Task<SquadRecord?> OneAtATimeAsync(Func<Task<SquadRecord?>> change, CancellationToken cancellationToken)
    {
        await _changing.WaitAsync(cancellationToken);
        try
        {
            await cluster.CatchUpAsync(cancellationToken);
            var changed = await change();
            // What was read before this change, and is just being taken in, is overtaken.
            await cluster.CatchUpAsync(cancellationToken);
            return changed;
        }
        finally
        {
            _changing.Release();
        }
    }

    private static SquadEntry Entry(ProjectState project, string type, SquadRecord squad) =>
        new(type, JsonSerializer.SerializeToUtf8Bytes(ToWire(project, squad), WireJson.Strict.Squad));
}
