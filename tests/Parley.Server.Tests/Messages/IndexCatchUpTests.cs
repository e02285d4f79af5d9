using Parley.Protocol;
using Parley.Server.History;
using Xunit;

namespace Parley.Server.Tests.Messages;

public sealed class IndexCatchUpTests
{
    private readonly TestClock _clock = new();

    [Fact]
    public async Task A_search_waits_until_everything_is_in_the_index()
    {
        var index = new SlowIndex(_clock, parts: 9);

        Assert.Null(await new IndexCatchUp(index, _clock).RunAsync(1, TestContext.Current.CancellationToken));

        Assert.Equal(0, index.Left);
        Assert.True(index.WasAwaited);
    }

    [Fact]
    public async Task If_that_takes_too_long_the_search_is_refused_and_the_next_one_gets_further()
    {
        var index = new SlowIndex(_clock, parts: 15);
        var search = new IndexCatchUp(index, _clock);

        var refused = await search.RunAsync(1, TestContext.Current.CancellationToken);

        Assert.Equal(ErrorCodes.IndexBehind, refused?.Code);
        Assert.NotNull(refused?.RetryAfter);
        Assert.Equal(5, index.Left);
        Assert.Null(await search.RunAsync(1, TestContext.Current.CancellationToken));
    }

    /// <summary>Takes a second for each part.</summary>
    private sealed class SlowIndex(TestClock clock, int parts) : IMessageIndex
    {
        public int Left { get; private set; } = parts;

        public bool WasAwaited { get; private set; }

        public ValueTask<bool> CatchUpAsync(int project, bool isAwaited, CancellationToken cancellationToken)
        {
            WasAwaited = isAwaited;
            clock.Advance(TimeSpan.FromSeconds(1));
            return new(--Left > 0);
        }

        public ValueTask<bool> PruneAsync(int project, long firstSeq, CancellationToken cancellationToken) => throw new NotSupportedException();

        public ValueTask<bool> ForgetAsync(int project, CancellationToken cancellationToken) => throw new NotSupportedException();
    }
}
