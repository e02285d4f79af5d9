using Parley.Server.Security;
using Xunit;

namespace Parley.Server.Tests.Security;

public sealed class RateLimiterTests
{
    private readonly TestClock _clock = new();
    private readonly RateLimiter<string> _limiter;

    public RateLimiterTests() => _limiter = new RateLimiter<string>(_clock);

    [Fact]
    public void A_burst_is_given_at_once_and_then_the_rate()
    {
        Assert.Equal(10, Enumerable.Range(0, 15).Count(_ => Take("a")));

        Assert.False(_limiter.TryTake("a", 1, 5, 10, out var retryAfter));
        Assert.Equal(TimeSpan.FromSeconds(0.2), retryAfter);

        _clock.Advance(TimeSpan.FromSeconds(0.2));
        Assert.True(Take("a"));
        Assert.False(Take("a"));

        _clock.Advance(TimeSpan.FromHours(1));
        Assert.Equal(10, Enumerable.Range(0, 15).Count(_ => Take("a")));
    }

    [Fact]
    public void Each_key_has_its_own_bucket()
    {
        Assert.True(_limiter.TryTake("a", 10, 5, 10, out _));

        Assert.False(Take("a"));
        Assert.True(Take("b"));
    }

    [Fact]
    public void All_or_nothing_is_granted()
    {
        Assert.True(_limiter.TryTake("a", 8, 5, 10, out _));

        Assert.False(_limiter.TryTake("a", 3, 5, 10, out var retryAfter));
        Assert.Equal(TimeSpan.FromSeconds(0.2), retryAfter);
        Assert.True(_limiter.TryTake("a", 2, 5, 10, out _));
    }

    [Fact]
    public void A_full_bucket_grants_more_than_a_burst_and_repays_it()
    {
        Assert.True(_limiter.TryTake("a", 25, 5, 10, out _));

        Assert.False(_limiter.TryTake("a", 1, 5, 10, out var retryAfter));
        Assert.Equal(TimeSpan.FromSeconds(16 / 5d), retryAfter);
        _clock.Advance(retryAfter);
        Assert.True(Take("a"));
    }

    [Fact]
    public void A_rate_of_0_lifts_the_limit()
    {
        Assert.All(Enumerable.Range(0, 10_000), _ => Assert.True(_limiter.TryTake("a", 1_000_000, 0, 1, out TimeSpan _)));
        Assert.Equal(0, _limiter.Count);
    }

    [Fact]
    public void Only_buckets_that_are_full_again_are_dropped()
    {
        for (var i = 0; i < 1000; i++)
            Take($"k{i}");
        _limiter.TryTake("debtor", 1000, 5, 10, out _);

        _clock.Advance(TimeSpan.FromSeconds(60));
        Take("a");

        Assert.Equal(2, _limiter.Count);
        Assert.False(Take("debtor"));
    }

    [Fact]
    public async Task Many_simultaneous_callers_get_no_more_than_there_is()
    {
        var given = 0;
        await Parallel.ForAsync(0, 1000, TestContext.Current.CancellationToken, (_, _) =>
        {
            if (_limiter.TryTake("a", 1, 1, 100, out TimeSpan _))
                Interlocked.Increment(ref given);
            return ValueTask.CompletedTask;
        });

        Assert.Equal(100, given);
    }

    private bool Take(string key) => _limiter.TryTake(key, 1, 5, 10, out _);
}
