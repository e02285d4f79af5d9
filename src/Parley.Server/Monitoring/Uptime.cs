using Microsoft.Extensions.Logging;

namespace Parley.Server.Monitoring;

/// <summary>How long the server has been ready since the first start.</summary>
internal interface IAvailabilityStore
{
    /// <summary>Adds time during which the server was ready. Creates the record at the first start.</summary>
    /// <returns>The first start, and the total time during which it was ready since then.</returns>
    ValueTask<(DateTimeOffset FirstStart, TimeSpan Ready)> AddReadyAsync(TimeSpan time, DateTimeOffset now, CancellationToken cancellationToken);
}

/// <summary>How long this server has been running, and its availability since the first start. Each beat writes to the store, which also shows
/// whether the store accepts writes.</summary>
internal sealed partial class Uptime(IAvailabilityStore store, Readiness readiness, TimeProvider clock, ILogger<Uptime> logger) : IAsyncDisposable
{
    /// <summary>How much counted time a kill can lose.</summary>
    private static readonly TimeSpan Step = TimeSpan.FromSeconds(10);

    /// <summary>If the store takes longer than this, it counts as not answering.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private readonly SemaphoreSlim _beating = new(1, 1);
    private readonly Lock _gate = new();
    private readonly long _startedAt = clock.GetTimestamp();
    private ITimer? _timer;
    private Task _joined = Task.CompletedTask;
    private DateTimeOffset _firstStart = clock.GetUtcNow();
    private TimeSpan _ready;

    /// <summary>The start of the ready time that is not counted yet; negative if the server is not ready.</summary>
    private long _readySince = -1;
    private long _beatAt;

    internal TimeSpan Running => clock.GetElapsedTime(_startedAt);

    /// <summary>Between 0 and 1.</summary>
    internal double Availability
    {
        get
        {
            var all = clock.GetUtcNow() - _firstStart;
            var ready = _ready + (Volatile.Read(ref _readySince) is >= 0 and var since && readiness.IsReady ? clock.GetElapsedTime(since) : TimeSpan.Zero);
            return all <= TimeSpan.Zero ? 1 : Math.Clamp(ready / all, 0, 1);
        }
    }

    /// <summary>Starts counting. Call it once the store is open.</summary>
    internal async Task StartAsync()
    {
        await BeatAsync();
        _timer = clock.CreateTimer(_ => _ = JoinBeatAsync(), null, Step, Step);
    }

    /// <summary>Everything is loaded and the server is listening, so it is ready, and its time counts.</summary>
    internal Task OpenAsync()
    {
        readiness.Open();
        return BeatAsync();
    }

    /// <summary>The server is no longer ready; its ready time so far is counted.</summary>
    internal async Task StopAsync()
    {
        await BeatAsync();
        readiness.Stop();
    }

    /// <summary>Checks again whether the store accepts writes, unless it was just checked.</summary>
    /// <returns>False if it did not answer in time.</returns>
    internal async Task<bool> ProbeAsync(TimeSpan unlessWithin)
    {
        if (clock.GetElapsedTime(Volatile.Read(ref _beatAt)) < unlessWithin)
            return true;
        var beat = JoinBeatAsync();
        return await Task.WhenAny(beat, Task.Delay(Patience, clock)) == beat;
    }

    internal async Task BeatAsync()
    {
        await _beating.WaitAsync();
        try
        {
            await BeatLockedAsync();
        }
        finally
        {
            _beating.Release();
        }
    }

    /// <summary>The current beat, or else a new one, so that beats do not pile up if the store hangs.</summary>
    private Task JoinBeatAsync()
    {
        lock (_gate)
            return _joined.IsCompleted ? _joined = BeatAsync() : _joined;
    }

    private async Task BeatLockedAsync()
    {
        try
        {
            var now = clock.GetTimestamp();
            var passed = _readySince is >= 0 and var since ? clock.GetElapsedTime(since, now) : TimeSpan.Zero;
            (_firstStart, _ready) = await store.AddReadyAsync(passed, clock.GetUtcNow(), CancellationToken.None);
            readiness.StoreIs(away: false);
            Volatile.Write(ref _readySince, readiness.IsReady ? now : -1);
        }
        catch (Exception fault)
        {
            // Includes unexpected exceptions: a store that fails like this is not ready either.
            if (_readySince >= 0)
                Log.StoreAway(logger, fault);
            // The time since the last beat is not counted, because the store may have failed at any point in it.
            Volatile.Write(ref _readySince, -1);
            readiness.StoreIs(away: true);
        }

        Volatile.Write(ref _beatAt, clock.GetTimestamp());
    }

    public async ValueTask DisposeAsync()
    {
        if (_timer is not null)
            await _timer.DisposeAsync();
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Error, Message = "The store refuses writes. The server is not ready until the store accepts them.")]
        internal static partial void StoreAway(ILogger logger, Exception fault);
    }
}
