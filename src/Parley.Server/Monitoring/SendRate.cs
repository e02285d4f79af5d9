using Microsoft.Extensions.Logging;

namespace Parley.Server.Monitoring;

/// <summary>Sends per second over the last minute. Read from the projects' counters every few seconds, so sends pay nothing for it.</summary>
internal sealed partial class SendRate(IStatsStore store, TimeProvider clock, ILogger<SendRate> logger) : IAsyncDisposable
{
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Step = TimeSpan.FromSeconds(5);

    private readonly Lock _gate = new();
    private readonly Queue<(long At, IReadOnlyDictionary<int, long> Sent)> _samples = new();
    private ITimer? _timer;

    /// <summary>Starts sampling. Call it once the store is open.</summary>
    internal async Task StartAsync()
    {
        await SampleAsync();
        _timer = clock.CreateTimer(_ => _ = SampleAsync(), null, Step, Step);
    }

    /// <param name="sent">The number of messages that the project has sent so far.</param>
    internal double Of(int project, long sent)
    {
        lock (_gate)
        {
            if (!_samples.TryPeek(out var oldest))
                return 0;
            // At least one second: right after the start, a handful of sends would look like thousands.
            var seconds = Math.Max(1, clock.GetElapsedTime(oldest.At).TotalSeconds);
            return Math.Round((sent - oldest.Sent.GetValueOrDefault(project)) / seconds, 2);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_timer is not null)
            await _timer.DisposeAsync();
    }

    private async Task SampleAsync()
    {
        try
        {
            var sent = await store.SentAsync(CancellationToken.None);
            lock (_gate)
            {
                _samples.Enqueue((clock.GetTimestamp(), sent));
                while (clock.GetElapsedTime(_samples.Peek().At) > Window && _samples.Count > 1)
                    _samples.Dequeue();
            }
        }
        catch (Exception fault)
        {
            // The figure is less accurate for a while.
            Log.NotSampled(logger, fault);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Debug, Message = "The projects' counters could not be read for the send rate.")]
        internal static partial void NotSampled(ILogger logger, Exception fault);
    }
}
