using Parley.Server.Statistics;
using Xunit;

namespace Parley.Server.Tests.Statistics;

/// <summary>A span of time as counters.</summary>
public sealed class CountRangeTests
{
    [Theory]
    [InlineData("2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z", 1)]
    [InlineData("2026-01-01T10:17:30Z", "2026-01-31T22:41:01Z", 5)]
    [InlineData("2026-01-01T10:17:00Z", "2026-01-01T10:18:00Z", 1)]
    [InlineData("2026-01-01T10:17:20Z", "2026-01-01T10:17:20.001Z", 1)]
    [InlineData("2026-01-01T10:17:00Z", "2026-01-01T11:03:00Z", 2)]
    [InlineData("2026-01-01T23:59:00Z", "2026-01-02T00:01:00Z", 2)]
    [InlineData("2026-01-01T22:30:00Z", "2026-01-03T01:30:00Z", 5)]
    [InlineData("2026-01-01T10:00:00Z", "2026-01-01T10:00:00Z", 0)]
    public void A_span_is_made_of_few_ranges_that_touch(string since, string until, int count)
    {
        var (from, to) = (DateTimeOffset.Parse(since, null), DateTimeOffset.Parse(until, null));

        var ranges = CountRange.Of(from, to);

        Assert.Equal(count, ranges.Count);
        Assert.All(ranges, range => Assert.True(range.From % range.Span == 0 && range.To % range.Span == 0 && range.From < range.To, $"{range}"));
        Assert.All(ranges.Skip(1).Zip(ranges), pair => Assert.Equal(pair.Second.To, pair.First.From));
        if (count == 0)
            return;
        Assert.Equal(from.ToUnixTimeSeconds() / 60 * 60, ranges[0].From);
        Assert.Equal((to.ToUnixTimeMilliseconds() + 59_999) / 60_000 * 60, ranges[^1].To);
    }
}
