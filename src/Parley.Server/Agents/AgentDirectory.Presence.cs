using Microsoft.Extensions.Logging;
using Parley.Protocol;
using Parley.Server.Projects;

namespace Parley.Server.Agents;

/// <summary>Who comes and goes.</summary>
internal sealed partial class AgentDirectory
{
    /// <summary>How an agent is at another node.</summary>
    internal void Follow(int projectNumber, int number, int node, PresenceChange note)
    {
        if (projects.Find(projectNumber) is not { } project || project.Agents.Find(number) is not { } agent)
            return;
        var wasOnline = agent.IsOnline;
        agent.Presence.Follow(node, note, clock.GetUtcNow());
        if (wasOnline != agent.IsOnline)
            Tell(project, agent);
    }

    /// <summary>Nodes that are not among these are gone, and whoever was connected to them alone.</summary>
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

    /// <summary>What an agent says of itself.</summary>
    internal async ValueTask ReportAsync(
        ProjectState project, AgentState agent, AgentStatus? status, AgentActivity? activity, CancellationToken cancellationToken)
    {
        var wasOnline = agent.IsOnline;
        var changes = agent.Presence.Seen(clock.GetUtcNow());
        changes |= agent.Presence.Report(status, activity, clock.GetUtcNow());
        if (!changes)
            return;
        if (wasOnline != agent.IsOnline)
            Tell(project, agent);
        agent.News.Told(agent.Presence);
        await NoteAsync(project, agent, "agent_status", cancellationToken);
    }

    /// <summary>A sign of life over REST.</summary>
    internal ValueTask SeenAsync(ProjectState project, AgentState agent, CancellationToken cancellationToken) =>
        agent.Presence.Seen(clock.GetUtcNow()) ? ChangedAsync(project, agent, cancellationToken) : ValueTask.CompletedTask;

    /// <summary>A sign of life of whoever waits for an answer over REST.</summary>
    /// <returns>To be disposed with the answer: until then the agent is there.</returns>
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

    /// <summary>Something of the agent's is open: a connection, or a stream. It counts even if this fails: <see cref="DisconnectedAsync"/> has to follow in any
    /// case.</summary>
    /// <param name="taker">Set where that takes what is in its mailbox.</param>
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

    /// <summary>What the agent's connections take may have changed: senders at other nodes are told so.</summary>
    internal async Task TakesAnewAsync(ProjectState project, AgentState agent)
    {
        try
        {
            if (cluster.AreThere)
                await store.NoteAsync(agent.Record, agent.Presence.Here, entry: null, CancellationToken.None);
        }
        catch (Exception fault) when (fault is Storage.StorageUnavailableException or ObjectDisposedException)
        {
            // A hint: other nodes say something less exact to senders.
            Log.NotNoted(logger, fault, agent.Id);
        }
    }

    /// <summary>Takes those for offline who have no connection and were silent since <paramref name="deadline"/>.</summary>
    internal async ValueTask LapseAsync(DateTimeOffset deadline)
    {
        foreach (var project in projects.All)
        {
            foreach (var agent in project.Agents.All)
            {
                if (agent.Presence.Lapse(deadline, clock.GetUtcNow()))
                    await ChangedAsync(project, agent, CancellationToken.None);
            }
        }
    }

    /// <summary>Keeps when everybody was last seen, for after a restart.</summary>
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

    /// <summary>Writes that an agent has left, where the node that it was connected to cannot do so any more.</summary>
    internal async ValueTask NoteLeftAsync(int projectNumber, int number)
    {
        if (projects.Find(projectNumber) is { } project && project.Agents.Find(number) is { IsOnline: false } agent)
            await store.NoteAsync(agent.Record, PresenceChange.Gone, await EntryAsync(project, "agent_left", agent, CancellationToken.None), CancellationToken.None);
    }

    /// <summary>It came or went: told now, or with what it has come to a moment later.</summary>
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
            // Presence lives in memory and is right; only the log lacks this line.
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
            // Gone from memory: removed, or its project was; then there is no log to tell it to.
            if (project.Agents.Find(agent.Number) is not null && !project.Gone.IsCancellationRequested)
                await NoteAsync(project, agent, "agent_left", CancellationToken.None);
        }
        catch (Exception fault) when (fault is Storage.StorageUnavailableException or ObjectDisposedException)
        {
            // Presence lives in memory and is right; only the log lacks this line.
            Log.NotNoted(logger, fault, agent.Id);
        }
    }

    private async ValueTask NoteAsync(ProjectState project, AgentState agent, string type, CancellationToken cancellationToken)
    {
        // Made first: what is noted of the presence is then what it is when the store gets it.
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
        [LoggerMessage(Level = LogLevel.Warning, Message = "That {Agent} came, left, or takes other messages now could not be stored.")]
        internal static partial void NotNoted(ILogger logger, Exception fault, string agent);
    }
}
