using Parley.Protocol;
using Parley.Server.Agents;
using Parley.Server.Coordination;
using Parley.Server.Log;
using Parley.Server.Mailboxes;
using Parley.Server.Projects;
using Parley.Server.Security;

namespace Parley.Server.Wakes;

/// <summary>Hands wakes to those that can wake agents.</summary>
internal sealed class WakeDesk(IDeliveryStore store, WakeBoard board, AgentDirectory agents, MailboxSignals signals, Stopping stopping, TimeProvider clock)
{
    /// <summary>How many waiting messages are looked at to find those that may wake.</summary>
    private const int MostLookedAt = 200;

    /// <summary>Waits until one of the agents is to be woken.</summary>
    /// <returns>Null if the time is over, or the caller's token has ended.</returns>
    internal async ValueTask<Wake?> NextAsync(
        ProjectState project, IReadOnlyList<AgentState> those, WakeWay way, TimeSpan wait, Caller caller, CancellationToken cancellationToken)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, stopping.Token, project.Gone.Token, caller.Ended);
        var until = clock.GetUtcNow() + wait;
        var watched = new List<WatchedAgent>(those.Count);
        try
        {
            foreach (var agent in those)
                watched.Add(new WatchedAgent(agent, board.Of(project, agent), way, await agents.WaitsAsync(project, agent, cancellationToken), signals, clock.GetUtcNow()));
            while (true)
            {
                foreach (var one in watched.Where(one => one.IsToLook(clock.GetUtcNow())))
                {
                    one.Arm();
                    if (await LookAsync(project, one, way, cancellationToken) is { } wake)
                        return wake;
                }

                var (now, next) = (clock.GetUtcNow(), watched.Min(one => one.LookAt));
                if (now >= until || ending.IsCancellationRequested)
                    return null;
                await PauseAsync(watched, (next < until ? next : until) - now, ending.Token);
                cancellationToken.ThrowIfCancellationRequested();
            }
        }
        finally
        {
            foreach (var one in watched)
                one.Leave(clock.GetUtcNow());
            // Its best way is looked at again when it would have been back by now.
            _ = ForgetAsync([.. watched.Select(one => one.Wakes)]);
        }
    }

    private async Task ForgetAsync(IReadOnlyList<AgentWakes> left)
    {
        await Task.Delay(WakeRules.Grace, clock, stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        foreach (var wakes in left)
            wakes.Look(clock.GetUtcNow());
    }

    private async Task PauseAsync(IEnumerable<WatchedAgent> watched, TimeSpan most, CancellationToken cancellationToken)
    {
        try
        {
            if (most > TimeSpan.Zero)
                await Task.WhenAny(watched.Select(one => one.Fired)).WaitAsync(most, clock, cancellationToken);
        }
        catch (Exception over) when (over is TimeoutException or OperationCanceledException)
        {
            // The loop sees what is due, or that all is over.
        }
    }

    private async ValueTask<Wake?> LookAsync(ProjectState project, WatchedAgent watched, WakeWay way, CancellationToken cancellationToken)
    {
        var agent = watched.Agent;
        var order = new ClaimOrder(project.Number, agent.Number, MostLookedAt, default, DeliveryFilter.Everything, null);
        var waiting = (await store.PeekAsync(order, cancellationToken))
            .Where(one => WakeRules.MayWake(MessageJsonReader.Surface(one.Json), MessageJsonReader.Intent(one.Json))).Select(one => one.Delivery).ToList();
        if (waiting.Count == 0)
        {
            watched.LookAt = DateTimeOffset.MaxValue;
            return null;
        }

        var now = clock.GetUtcNow();
        if (agent.IsPaused(project) || !WakeRules.IsIdle(agent.Presence.Activity, LastSign(agent), way, now))
        {
            watched.LookAt = now + WakeRules.LookAgain;
            return null;
        }

        var decision = watched.Wakes.Decide(waiting, way, now);
        watched.LookAt = decision.At;
        return decision.Id is not { } id ? null : new Wake
        {
            WakeId = id.ToString(),
            AgentId = agent.Id,
            Text = WakeRules.Text(waiting.Count),
            Count = waiting.Count,
            Way = way,
            Harness = agent.Reach.Harness?.Name,
            SessionId = agent.Reach.Harness?.SessionId,
            ExpiresAt = decision.At,
        };
    }

    private static DateTimeOffset? LastSign(AgentState agent) =>
        agent.Signs.Read() is [.., var last] ? DateTimeOffset.FromUnixTimeMilliseconds(last) : agent.Presence.ActivitySince;

    /// <summary>An agent, as one caller watches it.</summary>
    private sealed class WatchedAgent
    {
        private readonly IDisposable _presence;
        private readonly MailboxSignals _signals;
        private readonly WakeWay _way;
        private MailboxSignals.Ticket? _ticket;

        internal WatchedAgent(AgentState agent, AgentWakes wakes, WakeWay way, IDisposable presence, MailboxSignals signals, DateTimeOffset now)
        {
            (Agent, Wakes, _way, _presence, _signals) = (agent, wakes, way, presence, signals);
            wakes.Enlist(way, now);
        }

        internal AgentState Agent { get; }

        internal AgentWakes Wakes { get; }

        /// <summary>When to look at its mailbox, unless something comes earlier.</summary>
        internal DateTimeOffset LookAt { get; set; }

        internal Task Fired => _ticket?.Fired ?? Task.CompletedTask;

        internal bool IsToLook(DateTimeOffset now) => now >= LookAt || Fired.IsCompleted;

        /// <summary>To be called before its mailbox is read, so that nothing that comes in between is missed.</summary>
        internal void Arm()
        {
            _ticket?.Dispose();
            _ticket = _signals.Arm(Agent.Number);
        }

        internal void Leave(DateTimeOffset now)
        {
            _ticket?.Dispose();
            Wakes.Leave(_way, now);
            _presence.Dispose();
        }
    }
}
