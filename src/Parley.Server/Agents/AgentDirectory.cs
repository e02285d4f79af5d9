using System.Text.Json;
using Microsoft.Extensions.Logging;
using Parley.Protocol;
using Parley.Server.Coordination;
using Parley.Server.Projects;

namespace Parley.Server.Agents;

/// <summary>All agents: registers and changes them, and knows what they are doing.</summary>
internal sealed partial class AgentDirectory(
    IAgentStore store, ProjectDirectory projects, IMailboxCounts mailboxes, IMailboxWaker waker, IClusterView cluster, Stopping stopping, TimeProvider clock, ILogger<AgentDirectory> logger) : IDisposable
{
    /// <summary>The operators' inbox: an agent in every project that nobody registers and no list shows.</summary>
    internal const string Human = "human";

    /// <summary>The types of an agent's first and last log entries.</summary>
    internal const string AddedType = "agent_registration", RemovedType = "agent_removed";

    private readonly SemaphoreSlim _changing = new(1, 1);

    /// <summary>Notified when agents come online, go offline, or are deleted. Set once, before the first request.</summary>
    internal IReadOnlyList<IAgentWatcher> Watchers { get; set; } = [];

    public void Dispose() => _changing.Dispose();

    internal async Task LoadAsync(CancellationToken cancellationToken)
    {
        foreach (var record in await store.LoadAsync(cancellationToken))
            projects.Find(record.Project)?.Agents.Keep(new AgentState(record));
        projects.WhenResumed = project =>
        {
            foreach (var agent in project.Agents.All)
                waker.Wake(agent.Number);
        };
    }

    /// <summary>Takes over an agent that another node created or changed.</summary>
    internal void Follow(AgentRecord record)
    {
        if (projects.Find(record.Project) is not { } project)
            return;
        if (project.Agents.Find(record.Number) is { } agent)
            Take(agent, record);
        else
            Keep(project, record);
    }

    /// <summary>Another node deleted it.</summary>
    internal void Forget(int project, int number)
    {
        if (projects.Find(project)?.Agents is { } all && all.Find(number) is { } agent)
            all.Forget(agent);
    }

    /// <summary>Completes when this node knows everything that the log recorded about agents before the call.</summary>
    internal async ValueTask CatchUpAsync(CancellationToken cancellationToken)
    {
        // A change by this node is first stored and then applied in memory.
        await _changing.WaitAsync(cancellationToken);
        try
        {
            await cluster.CatchUpAsync(cancellationToken);
        }
        finally
        {
            _changing.Release();
        }
    }

    /// <summary>The current state of an agent, including its mailbox.</summary>
    internal async ValueTask<Agent> ShowAsync(ProjectState project, AgentState agent, CancellationToken cancellationToken, string? token = null)
    {
        var counts = await mailboxes.CountsAsync([agent.Number], cancellationToken);
        return agent.ToWire(project.Id, counts.GetValueOrDefault(agent.Number) ?? new MailboxCounts(), token);
    }

    /// <summary>The current state of several agents, in order.</summary>
    internal async ValueTask<IReadOnlyList<Agent>> ShowAsync(ProjectState project, IReadOnlyCollection<AgentState> shown, CancellationToken cancellationToken)
    {
        var counts = await mailboxes.CountsAsync([.. shown.Select(agent => agent.Number)], cancellationToken);
        return [.. shown.Select(agent => agent.ToWire(project.Id, counts.GetValueOrDefault(agent.Number) ?? new MailboxCounts()))];
    }

    /// <summary>The agents that lists show and groups reach: all except the operators' inbox.</summary>
    internal static IEnumerable<AgentState> Everybody(ProjectState project) => project.Agents.All.Where(agent => agent.Id != Human);

    /// <summary>Registers an agent, or changes the one that has the id.</summary>
    /// <param name="create">Whether to only create: null is returned if the id is taken.</param>
    internal async ValueTask<(AgentState Agent, bool Added)?> RegisterAsync(
        ProjectState project, string id, RegisterRequest request, bool create, CancellationToken cancellationToken)
    {
        await _changing.WaitAsync(cancellationToken);
        try
        {
            await cluster.CatchUpAsync(cancellationToken);
            if (project.Agents.Find(id) is { } present)
            {
                if (create)
                    return null;
                await ChangeLockedAsync(project, present, Merge(present.Record, request), "agent_updated", cancellationToken);
                return (present, false);
            }

            var draft = Merge(new AgentRecord { Number = 0, Project = project.Number, Id = id, Name = id, Type = "llm", CreatedAt = clock.GetUtcNow() }, request);
            return await store.AddAsync(draft, await EntryAsync(project, AddedType, null, cancellationToken), cancellationToken) is { } record
                ? (Keep(project, record), true)
                // Another node was faster, so this is a repeated registration.
                : create ? null : (await FindAddedAsync(project, id, cancellationToken), false);
        }
        finally
        {
            _changing.Release();
        }
    }

    /// <summary>A project's operators' inbox, for callers that only read, without creating it. If nobody has used it yet, it is empty and has the
    /// number 0.</summary>
    internal AgentState HumanToLookAt(ProjectState project) => project.Agents.Find(Human) ?? new AgentState(HumanOf(project));

    /// <summary>A project's operators' inbox. It is created on first use.</summary>
    internal async ValueTask<AgentState> HumanAsync(ProjectState project, CancellationToken cancellationToken)
    {
        if (project.Agents.Find(Human) is { } present)
            return present;
        await _changing.WaitAsync(cancellationToken);
        try
        {
            if (project.Agents.Find(Human) is { } made)
                return made;
            var record = await store.AddAsync(HumanOf(project), entry: null, cancellationToken);
            return record is null ? await FindAddedAsync(project, Human, cancellationToken) : Keep(project, record);
        }
        finally
        {
            _changing.Release();
        }
    }

    /// <summary>Changes an agent's details.</summary>
    internal async ValueTask ChangeAsync(
        ProjectState project, AgentState agent, Func<AgentRecord, AgentRecord> change, CancellationToken cancellationToken)
    {
        await _changing.WaitAsync(cancellationToken);
        try
        {
            await cluster.CatchUpAsync(cancellationToken);
            await ChangeLockedAsync(project, agent, change(agent.Record), "agent_updated", cancellationToken);
        }
        finally
        {
            _changing.Release();
        }
    }

    /// <returns>False if somebody else removed it.</returns>
    internal async ValueTask<bool> RemoveAsync(ProjectState project, AgentState agent, CancellationToken cancellationToken)
    {
        project.Agents.Forget(agent);
        foreach (var watcher in Watchers)
            await watcher.RemovedAsync(project, agent, cancellationToken);
        var removed = await store.RemoveAsync(agent.Record, await EntryAsync(project, RemovedType, agent, cancellationToken), cancellationToken);
        await cluster.CatchUpAsync(cancellationToken);
        return removed;
    }

    private void Take(AgentState agent, AgentRecord record)
    {
        var wasPaused = agent.Record.Pause is not null;
        agent.Record = record;
        if (wasPaused && record.Pause is null)
            waker.Wake(agent.Number);
    }

    private AgentRecord HumanOf(ProjectState project) =>
        new() { Number = 0, Project = project.Number, Id = Human, Name = "Human", Type = Human, Role = "operator", CreatedAt = clock.GetUtcNow() };

    private static AgentState Keep(ProjectState project, AgentRecord record)
    {
        // What this node created may come back from the database before it is added here, so make sure that there is only one.
        return project.Agents.KeepOne(record);
    }

    private async ValueTask<AgentState> FindAddedAsync(ProjectState project, string id, CancellationToken cancellationToken)
    {
        await cluster.CatchUpAsync(cancellationToken);
        return project.Agents.Find(id) ?? throw new InvalidOperationException($"The store has an agent '{id}' that memory does not know.");
    }

    private async ValueTask ChangeLockedAsync(ProjectState project, AgentState agent, AgentRecord changed, string type, CancellationToken cancellationToken)
    {
        if (changed == agent.Record)
            return;
        if (!await store.ChangeAsync(changed, await EntryAsync(project, type, agent, cancellationToken, changed), cancellationToken))
            return;
        Take(agent, changed);
        // Loads other nodes' changes first, because what is read during this change may be outdated afterward.
        await cluster.CatchUpAsync(cancellationToken);
    }

    private async ValueTask<AgentEntry> EntryAsync(
        ProjectState project, string type, AgentState? agent, CancellationToken cancellationToken, AgentRecord? changed = null)
    {
        // Computed before the store writes, because it may need to query the store itself.
        var present = agent is null ? null : await ShowAsync(project, agent, cancellationToken);
        return new AgentEntry(type, record =>
        {
            var shown = present ?? new AgentState(record).ToWire(project.Id, new MailboxCounts());
            if (changed is not null)
                shown = new AgentState(changed).ToWire(project.Id, shown.Mailbox) with
                {
                    Status = shown.Status,
                    Activity = shown.Activity,
                    Harness = shown.Harness,
                    Wake = shown.Wake,
                    ActivitySince = shown.ActivitySince,
                    Note = shown.Note,
                    NoteAt = shown.NoteAt,
                    LastSeen = shown.LastSeen,
                };
            return JsonSerializer.SerializeToUtf8Bytes(shown, WireJson.Strict.Agent);
        });
    }

    /// <summary>The agent's details after a request. Absent fields do not change.</summary>
    internal static AgentRecord Merge(AgentRecord agent, RegisterRequest request) => agent with
    {
        Name = request.Name ?? agent.Name,
        Type = request.Type ?? agent.Type,
        Role = request.Role ?? agent.Role,
        Specialization = request.Specialization ?? agent.Specialization,
        Capabilities = request.Capabilities ?? agent.Capabilities,
        Metadata = request.Metadata is { ValueKind: not (JsonValueKind.Undefined or JsonValueKind.Null) } metadata ? metadata.Clone() : agent.Metadata,
    };
}
