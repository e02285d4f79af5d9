namespace Parley.Server.Storage.Postgres;

/// <summary>The time of day of the database, which all nodes share: no node's own counts.</summary>
/// <remarks>The database is asked now and then, and the clock that only goes forward counts on from there. What the database told was true at some moment
/// between the question and its answer: an estimate that fits into that stays as it is, so a slow answer does not move it.</remarks>
internal sealed class DatabaseClock(TimeProvider machine) : TimeProvider
{
    /// <summary>What the database is asked: the microseconds since 1970.</summary>
    internal const string Question = "floor(extract(epoch FROM clock_timestamp()) * 1000000)::bigint";

    private volatile Estimate? _estimate;

    public override long TimestampFrequency => machine.TimestampFrequency;

    public override long GetTimestamp() => machine.GetTimestamp();

    /// <summary>The machine's own time until the database has told its.</summary>
    public override DateTimeOffset GetUtcNow() => _estimate is { } estimate ? estimate.Time + machine.GetElapsedTime(estimate.At) : machine.GetUtcNow();

    /// <summary>The database has told its time.</summary>
    /// <param name="microseconds">What it answered to <see cref="Question"/>.</param>
    /// <param name="asked">The timestamp at which it was asked.</param>
    internal void Hear(long microseconds, long asked)
    {
        var answered = machine.GetTimestamp();
        var earliest = DateTimeOffset.UnixEpoch.AddMicroseconds(microseconds);
        var latest = earliest + machine.GetElapsedTime(asked, answered);
        var time = earliest + ((latest - earliest) / 2);
        if (_estimate is { } before)
        {
            time = before.Time + machine.GetElapsedTime(before.At, answered);
            time = time < earliest ? earliest : time > latest ? latest : time;
        }

        _estimate = new Estimate(time, answered);
    }

    /// <param name="At">The timestamp at which it was so late.</param>
    private sealed record Estimate(DateTimeOffset Time, long At);
}
