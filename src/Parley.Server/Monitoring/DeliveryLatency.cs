using System.Collections.Concurrent;
using Parley.Protocol;

namespace Parley.Server.Monitoring;

/// <summary>Times from send to acknowledgment over the last five minutes, per project.</summary>
internal sealed class DeliveryLatency(TimeProvider clock)
{
    private readonly ConcurrentDictionary<int, Window> _projects = new();

    internal void Record(int project, long milliseconds) =>
        _projects.GetOrAdd(project, static _ => new Window()).Record(Minute(), milliseconds);

    internal LatencyStats Of(int project) => _projects.TryGetValue(project, out var window) ? window.Read(Minute()) : new LatencyStats();

    internal void Forget(int project) => _projects.TryRemove(project, out _);

    private long Minute() => clock.GetUtcNow().ToUnixTimeSeconds() / 60;

    /// <summary>One histogram per minute; five are kept. Buckets grow by a fifth, so figures are accurate to 10 %.</summary>
    private sealed class Window
    {
        private const int Minutes = 5;
        private const int Buckets = 128;
        private const double Growth = 1.2;
        private readonly Lock _gate = new();
        private readonly int[][] _counts = [.. Enumerable.Range(0, Minutes).Select(_ => new int[Buckets])];
        private readonly long[] _minutes = new long[Minutes];

        internal void Record(long minute, long milliseconds)
        {
            lock (_gate)
            {
                var slot = (int)(minute % Minutes);
                if (_minutes[slot] != minute)
                {
                    Array.Clear(_counts[slot]);
                    _minutes[slot] = minute;
                }

                _counts[slot][BucketOf(milliseconds)]++;
            }
        }

        internal LatencyStats Read(long minute)
        {
            var sum = new long[Buckets];
            long total = 0;
            lock (_gate)
            {
                for (var slot = 0; slot < Minutes; slot++)
                {
                    if (minute - _minutes[slot] >= Minutes)
                        continue;
                    for (var bucket = 0; bucket < Buckets; bucket++)
                    {
                        sum[bucket] += _counts[slot][bucket];
                        total += _counts[slot][bucket];
                    }
                }
            }

            return total == 0
                ? new LatencyStats()
                : new LatencyStats { P50 = At(sum, total, 0.50), P95 = At(sum, total, 0.95), P99 = At(sum, total, 0.99) };
        }

        private static double At(long[] sum, long total, double share)
        {
            var rank = (long)Math.Ceiling(total * share);
            for (var bucket = 0; bucket < Buckets; bucket++)
            {
                rank -= sum[bucket];
                if (rank <= 0)
                    return Math.Round(Math.Pow(Growth, bucket) - 1, 1);
            }

            return Math.Pow(Growth, Buckets);
        }

        private static int BucketOf(long milliseconds) =>
            Math.Min(Buckets - 1, (int)Math.Round(Math.Log(Math.Max(0, milliseconds) + 1) / Math.Log(Growth)));
    }
}
