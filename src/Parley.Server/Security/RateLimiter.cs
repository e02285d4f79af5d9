using System.Collections.Concurrent;

namespace Parley.Server.Security;

/// <summary>A token bucket per key: a burst after a pause, and a rate per second over time.</summary>
/// <remarks>A full bucket is the same as none, so it is dropped. Memory is limited to the keys used within the time that a bucket takes to
/// fill.</remarks>
internal sealed class RateLimiter<TKey>(TimeProvider clock)
    where TKey : notnull
{
    private static readonly TimeSpan SweepInterval = TimeSpan.FromSeconds(30);

    private readonly ConcurrentDictionary<TKey, Bucket> _buckets = new();
    private long _sweptAt = clock.GetTimestamp();

    /// <summary>How many keys are stored.</summary>
    public int Count => _buckets.Count;

    /// <summary>Takes <paramref name="n"/> from a key's bucket: all, or none.</summary>
    /// <param name="n">How many. More than <paramref name="burst"/> are granted if the bucket is full, and repaid afterward, so that a large batch is
    /// not refused forever.</param>
    /// <param name="perSecond">How fast the bucket fills; 0 lifts the limit.</param>
    /// <param name="burst">How many it holds.</param>
    /// <param name="retryAfter">If refused, how long until it would be granted.</param>
    public bool TryTake(TKey key, int n, double perSecond, int burst, out TimeSpan retryAfter)
    {
        retryAfter = TimeSpan.Zero;
        if (perSecond <= 0)
            return true;

        var now = clock.GetTimestamp();
        SweepNowAndThen(now);
        while (true)
        {
            var bucket = _buckets.GetOrAdd(key, static (_, start) => new Bucket(start.burst, start.now), (burst, now));
            lock (bucket)
            {
                // Removed between the lookup and the lock: what is taken from it would not count.
                if (bucket.IsForgotten)
                    continue;

                bucket.Fill(clock.GetElapsedTime(bucket.FilledAt, now), now, perSecond, burst);
                var needed = Math.Min(n, burst);
                if (bucket.Tokens < needed)
                {
                    retryAfter = TimeSpan.FromSeconds((needed - bucket.Tokens) / perSecond);
                    return false;
                }

                bucket.Tokens -= n;
                bucket.FullAfter = TimeSpan.FromSeconds((burst - bucket.Tokens) / perSecond);
                return true;
            }
        }
    }

    private void SweepNowAndThen(long now)
    {
        var before = Volatile.Read(ref _sweptAt);
        if (clock.GetElapsedTime(before, now) < SweepInterval || Interlocked.CompareExchange(ref _sweptAt, now, before) != before)
            return;

        foreach (var (key, bucket) in _buckets)
        {
            lock (bucket)
            {
                if (clock.GetElapsedTime(bucket.FilledAt, now) >= bucket.FullAfter)
                    bucket.IsForgotten = _buckets.TryRemove(key, out _);
            }
        }
    }

    private sealed class Bucket(double tokens, long filledAt)
    {
        public double Tokens { get; set; } = tokens;

        public long FilledAt { get; private set; } = filledAt;

        /// <summary>How long after <see cref="FilledAt"/> it is full.</summary>
        public TimeSpan FullAfter { get; set; }

        public bool IsForgotten { get; set; }

        public void Fill(TimeSpan elapsed, long now, double perSecond, int burst)
        {
            // Two threads may read the clock in one order and arrive here in the other.
            if (elapsed <= TimeSpan.Zero)
                return;
            Tokens = Math.Min(burst, Tokens + (elapsed.TotalSeconds * perSecond));
            FilledAt = now;
        }
    }
}
