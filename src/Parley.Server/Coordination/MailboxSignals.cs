using System.Collections.Concurrent;

namespace Parley.Server.Coordination;

/// <summary>"This mailbox has work", for those who wait on one. A hint: losing one costs time, never a message.</summary>
internal sealed class MailboxSignals
{
    private readonly ConcurrentDictionary<int, Ticket[]> _waiting = new();

    /// <summary>To be armed before looking at the mailbox: what comes between the look and the wait is then not missed.</summary>
    internal Ticket Arm(int agent)
    {
        var ticket = new Ticket(this, agent);
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

    private void Disarm(Ticket ticket)
    {
        while (_waiting.TryGetValue(ticket.Agent, out var tickets))
        {
            Ticket[] left = [.. tickets.Where(other => other != ticket)];
            if (left.Length > 0 ? _waiting.TryUpdate(ticket.Agent, left, tickets) : _waiting.TryRemove(new(ticket.Agent, tickets)))
                return;
        }
    }

    internal sealed class Ticket(MailboxSignals signals, int agent) : IDisposable
    {
        private readonly TaskCompletionSource _fired = new(TaskCreationOptions.RunContinuationsAsynchronously);

        internal int Agent => agent;

        internal Task Fired => _fired.Task;

        internal void Fire() => _fired.TrySetResult();

        public void Dispose() => signals.Disarm(this);
    }
}
