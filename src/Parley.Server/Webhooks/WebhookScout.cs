using Parley.Server.Log;

namespace Parley.Server.Webhooks;

/// <summary>Looks at what is new in one project's log, once for all of the project's webhooks that have nothing to deliver, and wakes those that
/// now have. A hundred webhooks cost a log that grows no more than one reader does.</summary>
internal sealed class WebhookScout(EventCatalog events, FeedReader feed)
{
    private readonly Lock _gate = new();
    private readonly List<Lookout> _lookouts = [];

    /// <summary>Everything up to here was looked at for those who rest.</summary>
    private long _cursor = feed.Cursor;

    internal Lookout Add(EventTypes types)
    {
        var lookout = new Lookout(this, types);
        lock (_gate)
            _lookouts.Add(lookout);
        return lookout;
    }

    /// <summary>Until it is cancelled.</summary>
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
            // What retention took is for each to count by itself.
            if (batch.Gap is { } gap)
                Wake(gap.After + 1, type: null);
            foreach (var entry in batch.Entries)
                Wake(entry.Seq, events.TypeOf(entry));
            _cursor = batch.LookedTo;
        }
    }

    /// <param name="type">Null: whatever they want.</param>
    private void Wake(long seq, string? type)
    {
        foreach (var lookout in _lookouts)
        {
            if (lookout.RestsBefore(seq) && (type is null || lookout.Types.Take(type)))
                lookout.Wake(seq);
        }
    }

    /// <summary>One webhook's part of it.</summary>
    internal sealed class Lookout(WebhookScout scout, EventTypes types) : IDisposable
    {
        private TaskCompletionSource<long>? _woken;
        private long _restsFrom;

        internal EventTypes Types => types;

        /// <summary>From here on, the scout looks.</summary>
        /// <param name="woken">Completes with the seq of the next entry that may be for it.</param>
        /// <returns>False: the scout is further already, so it has to read on itself.</returns>
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

        /// <summary>How far was looked for one that rests, without finding anything for it.</summary>
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

        internal bool RestsBefore(long seq) => _woken is not null && seq > _restsFrom;

        internal void Wake(long seq)
        {
            var woken = _woken;
            (_woken, _restsFrom) = (null, seq - 1);
            woken!.TrySetResult(seq);
        }
    }
}
