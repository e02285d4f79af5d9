using System.Collections.Concurrent;
using Parley.Server.Log;
using Parley.Server.Mailboxes;

namespace Parley.Server.Messages;

/// <summary>Requests whose senders are waiting for the first reply.</summary>
internal sealed class PendingRequests
{
    private readonly ConcurrentDictionary<(int Agent, long Seq), Waiter> _waiting = new();

    /// <summary>Waits for a reply to a message that has not been sent yet. <see cref="Waiter.Bind"/> connects it to the message at the commit, before
    /// any recipient has the message.</summary>
    /// <param name="unwanted">Called if a reply was leased to the waiter and nobody took it, because the caller is gone.</param>
    internal Waiter Begin(int agent, Action<Waiter> unwanted) => new(this, agent, unwanted);

    /// <summary>The waiter for this reply. Each takes one reply.</summary>
    internal Waiter? Take(int agent, long replyTo) => replyTo != 0 && _waiting.TryRemove((agent, replyTo), out var waiter) ? waiter : null;

    /// <summary>Whether somebody is waiting for this reply.</summary>
    internal bool Has(int agent, long replyTo) => replyTo != 0 && _waiting.ContainsKey((agent, replyTo));

    /// <summary>Whether anybody is waiting, so that what other nodes write must be read.</summary>
    internal bool AreThere => !_waiting.IsEmpty;

    /// <summary>Processes a message that another node wrote, or a delayed one that is released now. If it is the reply to a request, it is the
    /// answer. It stays in the mailbox until it is acknowledged.</summary>
    internal void Hear(LogEntry entry)
    {
        // A delayed reply does not count before it is due.
        if (entry.ReplyTo == 0 || entry.Kind is not (EntryKind.Message or EntryKind.Release) || entry.Audience >= Audience.Withheld)
            return;
        var seq = entry.Kind == EntryKind.Release ? entry.Subject : entry.Seq;
        foreach (var recipient in entry.Recipients)
            Take(recipient, entry.ReplyTo)?.Deliver(new ClaimedDelivery(0, seq, Attempt: 1, Lease: 0, LeaseUntil: 0, entry.Json));
    }

    /// <summary>A caller that waits for a reply. It holds the reply's delivery until that is acknowledged on its behalf.</summary>
    internal sealed class Waiter(PendingRequests requests, int agent, Action<Waiter> unwanted) : IDeliveryHolder, IDisposable
    {
        private readonly Lock _gate = new();
        private readonly TaskCompletionSource<ClaimedDelivery> _reply = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private long _seq;
        private bool _hasLease;
        private bool _isOver;

        internal Task<ClaimedDelivery> Reply => _reply.Task;

        /// <summary>The lease lasts while the answer is on its way to the caller.</summary>
        public TimeSpan LeaseTime => TimeSpan.FromSeconds(30);

        internal void Bind(long seq)
        {
            _seq = seq;
            requests._waiting[(agent, seq)] = this;
        }

        public void Deliver(in ClaimedDelivery delivery)
        {
            lock (_gate)
            {
                _hasLease |= delivery.Lease != 0;
                if (!_isOver)
                {
                    _reply.TrySetResult(delivery);
                    return;
                }
            }

            unwanted(this);
        }

        /// <summary>The reply is being settled, so it is not given back.</summary>
        internal void Take()
        {
            lock (_gate)
                _hasLease = false;
        }

        // The reply was not stored. Its sender may try again and still be in time.
        public void Cancel()
        {
            lock (_gate)
            {
                if (!_isOver)
                    requests._waiting[(agent, _seq)] = this;
            }
        }

        public void Released()
        {
        }

        public void Dispose()
        {
            bool isUnwanted;
            lock (_gate)
            {
                isUnwanted = _hasLease && !_isOver;
                _isOver = true;
                if (_seq != 0)
                    requests._waiting.TryRemove(new KeyValuePair<(int, long), Waiter>((agent, _seq), this));
            }

            if (isUnwanted)
                unwanted(this);
        }
    }
}
