using System.Collections.Concurrent;
using System.Globalization;
using Microsoft.Extensions.Logging;
using Parley.Server.Storage;

namespace Parley.Server.Coordination;

/// <summary>Keeps background jobs running despite exceptions. A failure is logged, retried after a growing pause, and shown by <c>/health</c>. It
/// does not stop the server.</summary>
internal sealed partial class BackgroundFaults(TimeProvider clock)
{
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);

    private readonly ConcurrentDictionary<string, Failing> _failing = new(StringComparer.Ordinal);

    /// <summary>The failing jobs, for people; null if there are none. The reasons are only in the log, because anyone may ask for a server's
    /// health.</summary>
    internal string? Reason => _failing.IsEmpty
        ? null
        : $"Background jobs are failing and being retried; the log says why: {string.Join(", ", _failing.OrderBy(one => one.Key, StringComparer.Ordinal).Select(Describe))}.";

    /// <summary>Repeats the job until it returns by itself, or the server stops.</summary>
    /// <param name="work">Calls <see cref="Succeeded"/> after a successful round.</param>
    internal async Task KeepGoingAsync(string name, ILogger logger, Func<Task> work, CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await work();
                return;
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception fault)
            {
                var pause = Note(name);
                if (fault is StorageUnavailableException)
                    Log.StoreAway(logger, name, pause.TotalSeconds, fault.Message);
                else
                    Log.Failed(logger, fault, name, pause.TotalSeconds);
                await Task.Delay(pause, clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    internal void Succeeded(string name)
    {
        if (!_failing.IsEmpty)
            _failing.TryRemove(name, out _);
    }

    /// <returns>How long to wait before the next try.</returns>
    private TimeSpan Note(string name)
    {
        var failing = _failing.AddOrUpdate(name, _ => new Failing(clock.GetUtcNow(), 1), (_, before) => before with { Times = before.Times + 1 });
        var pause = TimeSpan.FromSeconds(1 << Math.Min(failing.Times - 1, 10));
        return pause < LongestPause ? pause : LongestPause;
    }

    private static string Describe(KeyValuePair<string, Failing> one) =>
        $"{one.Key}, since {one.Value.Since.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture)}";

    private readonly record struct Failing(DateTimeOffset Since, int Times);

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Error, Message = "{Work} failed; will try again in {Seconds} s.")]
        internal static partial void Failed(ILogger logger, Exception fault, string work, double seconds);

        [LoggerMessage(Level = LogLevel.Warning, Message = "{Work} is waiting for the store; will try again in {Seconds} s: {Reason}")]
        internal static partial void StoreAway(ILogger logger, string work, double seconds, string reason);
    }
}
