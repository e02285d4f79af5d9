using Microsoft.Extensions.Logging;

namespace Parley.Server.Coordination;

/// <summary>The time of day, paced by a monotonic clock: leases, retries, and expirations take as long as they should, whatever happens to the
/// machine's time of day, or to that of the database that several nodes share.</summary>
/// <remarks>
/// <para>A jump is not followed at once, because the clock may jump back. After ten seconds, it is accepted: a later time is adopted at once (the
/// machine slept, or its clock was behind); an earlier time is approached by running slower, so that time never goes backward or stops.</para>
/// <para>Each call reads only one clock; the time of day is checked once a second.</para>
/// </remarks>
internal sealed partial class SteadyClock : TimeProvider
{
    /// <summary>Corrections by time services are smaller than this.</summary>
    private static readonly TimeSpan Jump = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Proof = TimeSpan.FromSeconds(10);

    /// <summary>How much slower it runs while it is ahead: a lease of half a minute lasts three seconds longer.</summary>
    private const double Slower = 0.1;

    private readonly TimeProvider _machine;
    private TimeProvider _timeOfDay;
    private readonly Lock _gate = new();
    private volatile Pace _pace;

    /// <summary>Since when the time of day has differed; null if it does not.</summary>
    private long? _elsewhereSince;
    private TimeSpan _elsewhereBy;

    internal SteadyClock(TimeProvider machine)
    {
        _machine = _timeOfDay = machine;
        _pace = Begin();
    }

    /// <summary>Hears of jumps.</summary>
    internal ILogger? Log { get; set; }

    /// <summary>From now on, uses another time of day instead of the machine's, starting with its current value. For the start of a server, before
    /// anything has a time.</summary>
    internal void Follow(TimeProvider timeOfDay)
    {
        lock (_gate)
        {
            _timeOfDay = timeOfDay;
            _elsewhereSince = null;
            _pace = Begin();
        }
    }

    private Pace Begin()
    {
        var now = _machine.GetTimestamp();
        return new Pace(_timeOfDay.GetUtcNow().UtcTicks, now, now, 1);
    }

    public override TimeZoneInfo LocalTimeZone => _machine.LocalTimeZone;

    public override long TimestampFrequency => _machine.TimestampFrequency;

    public override long GetTimestamp() => _machine.GetTimestamp();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        _machine.CreateTimer(callback, state, dueTime, period);

    public override DateTimeOffset GetUtcNow()
    {
        var stamp = _machine.GetTimestamp();
        var pace = _pace;
        if (_machine.GetElapsedTime(pace.LookedAt, stamp) >= LookEvery)
            pace = Look(stamp);
        return new DateTimeOffset(TimeOf(pace, stamp), TimeSpan.Zero);
    }

    private long TimeOf(Pace pace, long stamp) => pace.Ticks + (long)(_machine.GetElapsedTime(pace.From, stamp).Ticks * pace.Rate);

    private Pace Look(long stamp)
    {
        Pace pace;
        TimeSpan? jump;
        lock (_gate)
            (pace, jump) = LookOnce(stamp);
        // After the lock is released, because the log asks this clock for the time.
        if (jump is not null && Log is not null)
            Words.Jumped(Log, jump.Value);
        return pace;
    }

    /// <returns>The pace from now on, and the jump, if one has been confirmed.</returns>
    private (Pace Pace, TimeSpan? Jump) LookOnce(long stamp)
    {
        var pace = _pace;
        if (_machine.GetElapsedTime(pace.LookedAt, stamp) < LookEvery)
            return (pace, null);
        var now = TimeOf(pace, stamp);
        var ahead = TimeSpan.FromTicks(now - _timeOfDay.GetUtcNow().UtcTicks);
        var isComingDown = pace.Rate < 1 && ahead > TimeSpan.Zero;
        var isJump = ahead.Duration() >= Jump && !isComingDown;
        if (isJump && !IsProven(ahead, stamp))
            return (_pace = pace with { LookedAt = stamp }, null);
        _elsewhereSince = null;
        // If behind, correct at once; if ahead, slowly.
        _pace = ahead > TimeSpan.Zero
            ? new Pace(now, stamp, stamp, 1 - Math.Min(Slower, ahead / LookEvery))
            : new Pace(now - ahead.Ticks, stamp, stamp, 1);
        return (_pace, isJump ? -ahead : null);
    }

    /// <summary>Whether the time of day has differed for long enough.</summary>
    private bool IsProven(TimeSpan ahead, long stamp)
    {
        if (_elsewhereSince is not null && (ahead - _elsewhereBy).Duration() < Jump)
            return _machine.GetElapsedTime(_elsewhereSince.Value, stamp) >= Proof;
        (_elsewhereSince, _elsewhereBy) = (stamp, ahead);
        return false;
    }

    /// <param name="Ticks">The time of day at <paramref name="From"/>.</param>
    private sealed record Pace(long Ticks, long From, long LookedAt, double Rate);

    private static partial class Words
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "The time of day jumped by {By}. A later time is adopted at once; an earlier one is approached slowly, so that time never goes backward.")]
        internal static partial void Jumped(ILogger logger, TimeSpan by);
    }
}
