using Microsoft.Extensions.Logging;
using Parley.Protocol;
using Parley.Server.Projects;

namespace Parley.Server.Agents;

/// <summary>Agents that come online and go offline.</summary>
internal sealed partial class AgentDirectory
{
    /// <summary>Records an agent's presence on another node.</summary>
    internal void Follow(int projectNumber, int number, int node, PresenceChange note)
    {
        if (projects.Find(projectNumber) is not { } project || project.Agents.Find(number) is not { } agent)
            return;
        var wasOnline = agent.IsOnline;
        agent.Presence.Follow(node, note, clock.GetUtcNow());
        if (wasOnline != agent.IsOnline)
            Tell(project, agent);
    }

    /// <summary>Drops the presence of nodes that are not listed, which are gone.</summary>
    internal void KeepNodes(IReadOnlySet<int> nodes)
    {
        foreach (var project in projects.All)
        {
            foreach (var agent in project.Agents.All)
            {
                var wasOnline = agent.IsOnline;
                agent.Presence.KeepOnly(nodes);
                if (wasOnline != agent.IsOnline)
                    Tell(project, agent);
            }
        }
    }

    /// <summary>Records the status, the activity, and the note that an agent reports.</summary>
    internal async ValueTask ReportAsync(ProjectState project, AgentState agent, StatusRequest report, CancellationToken cancellationToken)
    {
        var (wasOnline, now) = (agent.IsOnline, clock.GetUtcNow());
        agent.Signs.Add(now);
        var changes = agent.Presence.Seen(now);
        changes |= agent.Presence.Report(report, now);
        if (!changes)
            return;
        if (wasOnline != agent.IsOnline)
            Tell(project, agent);
        agent.News.Told(agent.Presence);
        await NoteAsync(project, agent, "agent_status", cancellationToken);
    }

    /// <summary>Logs that an agent's activity has changed although the agent itself has reported nothing.</summary>
    internal async ValueTask NoteActivityAsync(ProjectState project, AgentState agent)
    {
        try
        {
            await store.NoteAsync(agent.Record, note: null, await EntryAsync(project, "agent_status", agent, CancellationToken.None), CancellationToken.None);
        }
        catch (Exception fault) when (fault is Storage.StorageUnavailableException or ObjectDisposedException)
        {
            // What lists show is right. Only this entry is missing from the log.
            Log.NotNoted(logger, fault, agent.Id);
        }
    }

    /// <summary>Records a REST call that counts as a heartbeat.</summary>
    internal ValueTask SeenAsync(ProjectState project, AgentState agent, CancellationToken cancellationToken) =>
        agent.Presence.Seen(clock.GetUtcNow()) ? ChangedAsync(project, agent, cancellationToken) : ValueTask.CompletedTask;

    /// <summary>Records a REST call that waits for an answer.</summary>
    /// <returns>Dispose it with the answer. Until then, the agent is online.</returns>
    internal async ValueTask<IDisposable> WaitsAsync(ProjectState project, AgentState agent, CancellationToken cancellationToken)
    {
        var wait = new Wait(agent.Presence, clock);
        try
        {
            if (agent.Presence.Waits(clock.GetUtcNow()))
                await ChangedAsync(project, agent, cancellationToken);
            return wait;
        }
        catch
        {
            wait.Dispose();
            throw;
        }
    }

    /// <summary>Records that the agent has opened a connection or a stream. This counts even if the call fails: in any case,
    /// <see cref="DisconnectedAsync"/> must follow.</summary>
    /// <param name="taker">Set if it takes messages from the agent's mailbox.</param>
    internal ValueTask ConnectedAsync(ProjectState project, AgentState agent, IMessageTaker? taker, CancellationToken cancellationToken)
    {
        if (agent.Presence.Connected(taker, clock.GetUtcNow()))
            return ChangedAsync(project, agent, cancellationToken);
        return taker is null ? ValueTask.CompletedTask : new ValueTask(TakesAnewAsync(project, agent));
    }

    internal ValueTask DisconnectedAsync(ProjectState project, AgentState agent, IMessageTaker? taker)
    {
        if (agent.Presence.Disconnected(taker, clock.GetUtcNow()))
            return ChangedAsync(project, agent, CancellationToken.None);
        return taker is null ? ValueTask.CompletedTask : new ValueTask(TakesAnewAsync(project, agent));
    }

    /// <summary>What the agent's connections take may have changed, so other nodes are told, for their senders.</summary>
    internal async Task TakesAnewAsync(ProjectState project, AgentState agent)
    {
        try
        {
            if (cluster.AreThere)
                await store.NoteAsync(agent.Record, agent.Presence.Here, entry: null, CancellationToken.None);
        }
        catch (Exception fault) when (fault is Storage.StorageUnavailableException or ObjectDisposedException)
        {
            // It is a hint. Without it, other nodes tell senders something less precise.
            Log.NotNoted(logger, fault, agent.Id);
        }
    }

    /// <summary>Sets agents offline that have no connection and have been silent since <paramref name="deadline"/>.</summary>
    internal async ValueTask LapseAsync(DateTimeOffset deadline)
    {
        foreach (var project in projects.All)
        {
            foreach (var agent in project.Agents.All)
            {
                if (!IsInTurn(agent, clock.GetUtcNow()) && agent.Presence.Lapse(deadline, clock.GetUtcNow()))
                    await ChangedAsync(project, agent, CancellationToken.None);
            }
        }
    }

    /// <summary>Whether a harness that tells by hooks what it does is in the middle of a turn. A tool may run for minutes without a hook.</summary>
    private static bool IsInTurn(AgentState agent, DateTimeOffset now) => agent.Reach.Harness is not null
        && agent.Presence.Activity is AgentActivity.Working or AgentActivity.BlockedOnHuman && agent.Presence.LastSeen > now - AgentReach.LongestSilence;

    /// <summary>Stores when each agent was last seen, for after a restart.</summary>
    internal async ValueTask KeepSeenAsync(DateTimeOffset since, CancellationToken cancellationToken)
    {
        var seen = projects.All.SelectMany(project => project.Agents.All)
            .Where(agent => agent.Presence.LastSeen >= since)
            .Select(agent => (agent.Number, agent.Presence.LastSeen!.Value))
            .ToList();
        foreach (var part in seen.Chunk(500))
            await store.SeenAsync(part, cancellationToken);
        if (!cluster.AreThere)
            return;
        foreach (var (number, agent, at) in await store.SeenSinceAsync(since, cancellationToken))
            projects.Find(number)?.Agents.Find(agent)?.Presence.SeenElsewhere(at);
    }

    /// <summary>Logs that an agent has left, if the node that it was connected to can no longer do so.</summary>
    internal async ValueTask NoteLeftAsync(int projectNumber, int number)
    {
        if (projects.Find(projectNumber) is { } project && project.Agents.Find(number) is { IsOnline: false } agent)
            await store.NoteAsync(agent.Record, PresenceChange.Gone, await EntryAsync(project, "agent_left", agent, CancellationToken.None), CancellationToken.None);
    }

    /// <summary>The agent came online or went offline. Logged now or, if it changes rapidly, with its final state a moment later.</summary>
    private ValueTask ChangedAsync(ProjectState project, AgentState agent, CancellationToken cancellationToken)
    {
        var news = agent.News.Tell(agent.Presence, clock, stopping.IsGoing, out var look);
        if (look is { } pause)
            _ = TellLaterAsync(project, agent, pause);
        return TellAsync(project, agent, news, cancellationToken);
    }

    private async Task TellLaterAsync(ProjectState project, AgentState agent, TimeSpan pause)
    {
        try
        {
            await Task.Delay(pause, clock, stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await TellAsync(project, agent, agent.News.LookAgain(agent.Presence, clock), CancellationToken.None);
        }
        catch (Exception fault) when (fault is Storage.StorageUnavailableException or ObjectDisposedException)
        {
            // The presence in memory is right. Only this entry is missing from the log.
            Log.NotNoted(logger, fault, agent.Id);
        }
    }

    private ValueTask TellAsync(ProjectState project, AgentState agent, bool? hasCome, CancellationToken cancellationToken) => hasCome switch
    {
        true => CameAsync(project, agent, cancellationToken),
        false => LeftAsync(project, agent),
        null => ValueTask.CompletedTask,
    };

    private async ValueTask CameAsync(ProjectState project, AgentState agent, CancellationToken cancellationToken)
    {
        if (!agent.Presence.IsElsewhere)
            Tell(project, agent);
        await NoteAsync(project, agent, "agent_joined", cancellationToken);
    }

    private async ValueTask LeftAsync(ProjectState project, AgentState agent)
    {
        if (!agent.IsOnline)
            Tell(project, agent);
        try
        {
            // If it is no longer in memory, it was deleted or its project was, and there is no log to write to.
            if (project.Agents.Find(agent.Number) is not null && !project.Gone.IsCancellationRequested)
                await NoteAsync(project, agent, "agent_left", CancellationToken.None);
        }
        catch (Exception fault) when (fault is Storage.StorageUnavailableException or ObjectDisposedException)
        {
            // The presence in memory is right. Only this entry is missing from the log.
            Log.NotNoted(logger, fault, agent.Id);
        }
    }

    private async ValueTask NoteAsync(ProjectState project, AgentState agent, string type, CancellationToken cancellationToken)
    {
        // Created first, so that the presence that is recorded is the one when the store gets it.
        var entry = await EntryAsync(project, type, agent, cancellationToken);
        await store.NoteAsync(agent.Record, agent.Presence.Here, entry, cancellationToken);
    }

    private void Tell(ProjectState project, AgentState agent)
    {
        foreach (var watcher in Watchers)
        {
            if (agent.IsOnline)
                watcher.Came(project, agent);
            else
                watcher.Left(project, agent);
        }
    }

    private sealed class Wait(Presence presence, TimeProvider clock) : IDisposable
    {
        public void Dispose() => presence.Waited(clock.GetUtcNow());
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "Could not store that {Agent} came online, went offline, or does something else now.")]
        internal static partial void NotNoted(ILogger logger, Exception fault, string agent);
    }
}
