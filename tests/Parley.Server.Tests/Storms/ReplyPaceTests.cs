using Parley.Server.Storms;
using Xunit;

namespace Parley.Server.Tests.Storms;

/// <summary>What is remembered of the replies of the last minute.</summary>
public sealed class ReplyPaceTests
{
    private static readonly ReplyPlace Here = new(1, Thread: 5, Sender: 9);

    [Fact]
    public void Replies_count_for_a_minute_each_sender_and_thread_by_itself()
    {
        var pace = new ReplyPace();
        for (var i = 0; i < 10; i++)
            pace.Add(Here, now: 1_000 * i);
        pace.Add(Here with { Sender = 8 }, now: 9_000);
        pace.Add(Here with { Thread = 6 }, now: 9_000);

        Assert.Equal((10, 4, 0), (pace.CountAfter(Here, -1), pace.CountAfter(Here, 5_000), pace.CountAfter(Here, 9_000)));
        Assert.Equal(1, pace.CountAfter(Here with { Sender = 8 }, 0));

        pace.Add(Here, now: 63_000);
        // Those of the first three seconds are over.
        Assert.Equal(7, pace.CountAfter(Here, -1));
    }

    [Fact]
    public void What_is_over_is_dropped_and_so_is_a_thread_whose_storm_has_ended()
    {
        var pace = new ReplyPace();
        for (var thread = 0; thread < 1_000; thread++)
            pace.Add(new ReplyPlace(1, thread, 9), now: 100_000);
        pace.Add(Here, now: 100_000);
        pace.Forget(1, Here.Thread);
        Assert.Equal((999, 0), (pace.Count, pace.CountAfter(Here, 0)));

        pace.Add(Here, now: 170_000);

        Assert.Equal(1, pace.Count);
    }
}
