using System.Collections.Concurrent;
using Parley.Protocol;

namespace Parley.Server.Coordination;

/// <summary>Signals "this mailbox has work" to waiters. A hint: if one is lost, a message may be late but is never lost.</summary>
internal sealed class MailboxSignals
{
    private readonly ConcurrentDictionary<int, Ticket[]> _waiting = new();

    /// <summary>Arm it before you read the mailbox, so that messages between the read and the wait are not missed.</summary>
    /// <param name="takes">Whether the waiter takes a message of this type, priority, and sender; null if it takes all.</param>
    internal Ticket Arm(int agent, Func<string, Priority, int, bool>? takes = null)
    {
        var ticket = new Ticket(this, agent, takes);
        _waiting.AddOrUpdate(agent, _ => [ticket], (_, others) => [.. others, ticket]);
        return ticket;
    }

    internal void Signal(int agent)
    {
        if (!_waiting.TryGetValue(agent, out var tickets))
            return;
        foreach (var ticket in tickets)
            ticket.Fire();
    }

    /// <summary>A message has arrived: wakes only waiters that take it. The others would find nothing.</summary>
    internal void Signal(int agent, string type, Priority priority, int sender)
    {
        if (!_waiting.TryGetValue(agent, out var tickets))
            return;
        foreach (var ticket in tickets)
        {
            if (ticket.Takes(type, priority, sender))
                ticket.Fire();
        }
    }

    private void Disarm(Ticket ticket)
    {
        while (_waiting.TryGetValue(ticket.Agent, out var tickets))
        {
            Ticket[] left = [.. tickets.Where(other => other != ticket)];
            if (left.Length > 0 ? _waiting.TryUpdate(ticket.Agent, left, tickets) : _waiting.TryRemove(new(ticket.Agent, tickets)))
                return;
        }
    }

    internal sealed class Ticket(MailboxSignals signals, int agent, Func<string, Priority, int, bool>? takes) : IDisposable
    {
        private readonly TaskCompletionSource _fired = new(TaskCreationOptions.RunContinuationsAsynchronously);

        internal int Agent => agent;

        internal Task Fired => _fired.Task;

        internal bool Takes(string type, Priority priority, int sender) => takes is null || takes(type, priority, sender);

        internal void Fire() => _fired.TrySetResult();

        public void Dispose() => signals.Disarm(this);
    }
}
