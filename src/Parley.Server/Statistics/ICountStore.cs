namespace Parley.Server.Statistics;

/// <summary>Counters of the messages and deliveries of a project, by minute, hour and day: a reader of the log that remembers its place.</summary>
/// <remarks>The counts and the place that counting has reached are stored together, so nothing is counted twice or left out, even if the server is
/// killed. Counters stay when messages are pruned.</remarks>
internal interface ICountStore
{
    /// <summary>Counts the next part of a project's log, and new acknowledgments.</summary>
    /// <returns>True if there is more of the log to count.</returns>
    ValueTask<bool> CatchUpAsync(int project, CancellationToken cancellationToken);

    /// <param name="agent">For questions about time: only what this agent sent, or acknowledged. Null for everybody.</param>
    ValueTask<IReadOnlyList<CountRow>> AskAsync(
        int project, CountQuestion question, IReadOnlyList<CountRange> ranges, CancellationToken cancellationToken, int? agent = null);
}

internal enum CountQuestion
{
    MessagesByType,
    DeliveriesByType,
    Senders,
    Recipients,
    Pairs,
    MessagesByTime,
    AcknowledgedByTime,
    SendersByTime,
    RecipientsByTime,
    Executions,
    Routing,
}

/// <param name="Texts">The first columns of the answer.</param>
/// <param name="Numbers">The others.</param>
internal sealed record CountRow(string?[] Texts, long[] Numbers);

/// <summary>A range of counters of one length.</summary>
/// <param name="Span">Seconds: 60, 3,600, or 86,400.</param>
/// <param name="From">Unix seconds, a multiple of the span.</param>
/// <param name="To">The end (exclusive).</param>
internal readonly record struct CountRange(int Span, long From, long To)
{
    internal const int Minute = 60, Hour = 3_600, Day = 86_400;

    /// <summary>A time span, covered by as few counters as possible: days, plus hours and minutes at its ends.</summary>
    internal static IReadOnlyList<CountRange> Of(DateTimeOffset since, DateTimeOffset until)
    {
        var (from, to) = (Down(since.ToUnixTimeSeconds(), Minute), Up(until.ToUnixTimeMilliseconds(), Minute));
        var ranges = new List<CountRange>();
        Add(Minute, from, Math.Min(to, Ceiling(from, Hour)));
        var (hours, lastHour) = (Ceiling(from, Hour), Down(to, Hour));
        if (hours <= lastHour)
        {
            var (days, lastDay) = (Ceiling(hours, Day), Down(lastHour, Day));
            if (days < lastDay)
            {
                Add(Hour, hours, days);
                Add(Day, days, lastDay);
                Add(Hour, lastDay, lastHour);
            }
            else
            {
                Add(Hour, hours, lastHour);
            }

            Add(Minute, lastHour, to);
        }

        return ranges;

        void Add(int span, long start, long end)
        {
            if (start < end)
                ranges.Add(new CountRange(span, start, end));
        }
    }

    internal static long Down(long seconds, long span) => seconds - (seconds % span);

    private static long Ceiling(long seconds, long span) => Down(seconds + span - 1, span);

    private static long Up(long milliseconds, long span) => Ceiling((milliseconds + 999) / 1_000, span);
}
