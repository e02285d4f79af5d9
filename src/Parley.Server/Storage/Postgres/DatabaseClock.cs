namespace Parley.Server.Storage.Postgres;

/// <summary>The database's time of day, which all nodes share instead of their own.</summary>
/// <remarks>The database is asked from time to time, and a monotonic clock continues from there. The database's answer was right at some moment
/// between the question and its arrival. If the estimate fits into that interval, it stays as it is, so a slow answer does not shift it.</remarks>
internal sealed class DatabaseClock(TimeProvider machine) : TimeProvider
{
    /// <summary>The query for the database's time, in microseconds since 1970.</summary>
    internal const string Question = "floor(extract(epoch FROM clock_timestamp()) * 1000000)::bigint";

    private volatile Estimate? _estimate;

    public override long TimestampFrequency => machine.TimestampFrequency;

    public override long GetTimestamp() => machine.GetTimestamp();

    /// <summary>The machine's own time until the database has answered for the first time.</summary>
    public override DateTimeOffset GetUtcNow() => _estimate is { } estimate ? estimate.Time + machine.GetElapsedTime(estimate.At) : machine.GetUtcNow();

    /// <summary>Records the database's time.</summary>
    /// <param name="microseconds">The answer to <see cref="Question"/>.</param>
    /// <param name="asked">The timestamp at which the question was sent.</param>
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

    /// <param name="At">The timestamp that belongs to the time.</param>
    private sealed record Estimate(DateTimeOffset Time, long At);
}
