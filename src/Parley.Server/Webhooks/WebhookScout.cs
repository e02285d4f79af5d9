using Parley.Protocol;
using Parley.Server.Entities;
using Parley.Server.Log;

namespace Parley.Server.Webhooks;

/// <summary>Reads the new entries of one project's log, once for all of its webhooks that have nothing to deliver, and wakes those that now do. So a
/// hundred webhooks cost a growing log no more than one reader.</summary>
internal sealed class WebhookScout(EventCatalog events, FeedReader feed)
{
    private readonly Lock _gate = new();
    private readonly List<Lookout> _lookouts = [];

    /// <summary>Everything up to here has been checked for the idle webhooks.</summary>
    private long _cursor = feed.Cursor;

    internal Lookout Add(Entity<Webhook> webhook, EventTypes types)
    {
        var lookout = new Lookout(this, webhook, types);
        lock (_gate)
            _lookouts.Add(lookout);
        return lookout;
    }

    /// <summary>Runs until it is cancelled.</summary>
    internal async Task RunAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var before = feed.Cursor;
            var batch = await feed.ReadAsync(cancellationToken);
            Note(batch);
            if (feed.Cursor == before)
                await feed.WaitAsync(cancellationToken);
        }
    }

    private void Note(FeedBatch batch)
    {
        lock (_gate)
        {
            // Each webhook counts what retention removed by itself.
            if (batch.Gap is { } gap)
                Wake(gap.After + 1, static _ => true);
            foreach (var entry in batch.Entries)
            {
                var type = events.TypeOf(entry);
                Wake(entry.Seq, lookout => lookout.Wants(entry, type));
            }

            _cursor = batch.LookedTo;
        }
    }

    private void Wake(long seq, Func<Lookout, bool> isFor)
    {
        foreach (var lookout in _lookouts)
        {
            if (lookout.RestsBefore(seq) && isFor(lookout))
                lookout.Wake(seq);
        }
    }

    /// <summary>One webhook's view of the scout.</summary>
    internal sealed class Lookout(WebhookScout scout, Entity<Webhook> webhook, EventTypes types) : IDisposable
    {
        private TaskCompletionSource<long>? _woken;
        private long _restsFrom;

        /// <summary>From here on, the scout reads for this webhook.</summary>
        /// <param name="woken">Completes with the seq of the next entry that may match.</param>
        /// <returns>False if the scout is already further ahead, so the webhook must continue reading by itself.</returns>
        internal bool TryRest(long lookedTo, out Task<long> woken)
        {
            lock (scout._gate)
            {
                var isAhead = lookedTo < scout._cursor;
                _restsFrom = lookedTo;
                _woken = isAhead ? null : new(TaskCreationOptions.RunContinuationsAsynchronously);
                woken = _woken?.Task ?? Task.FromResult(lookedTo + 1);
                return !isAhead;
            }
        }

        /// <summary>How far the log has been searched for an idle webhook without a match.</summary>
        internal long LookedTo
        {
            get
            {
                lock (scout._gate)
                    return _woken is null ? _restsFrom : Math.Max(_restsFrom, scout._cursor);
            }
        }

        public void Dispose()
        {
            lock (scout._gate)
                scout._lookouts.Remove(this);
        }

        /// <param name="type">The type of the event; null if the entry is not published as one.</param>
        internal bool Wants(LogEntry entry, string? type) => (type is not null && types.Take(type)) || WebhookRules.IsChangeOf(webhook, entry);

        internal bool RestsBefore(long seq) => _woken is not null && seq > _restsFrom;

        internal void Wake(long seq)
        {
            var woken = _woken;
            (_woken, _restsFrom) = (null, seq - 1);
            woken!.TrySetResult(seq);
        }
    }
}
