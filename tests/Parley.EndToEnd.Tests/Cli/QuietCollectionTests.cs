using Parley.Cli.Serve;
using Xunit;

namespace Parley.EndToEnd.Tests.Cli;

public sealed class QuietCollectionTests
{
    private readonly QuietCollection _collection;
    private long _allocated;
    private int _collections;

    public QuietCollectionTests() => _collection = new QuietCollection(() => _allocated, () => _collections++);

    [Fact]
    public void Garbage_left_by_a_load_is_collected_once_the_load_is_over()
    {
        for (var second = 0; second < 10; second++)
        {
            Look(allocatedSince: QuietCollection.Worth);
            Assert.Equal(0, _collections);
        }

        Look(allocatedSince: QuietCollection.Quiet - 1);

        Assert.Equal(1, _collections);
    }

    [Fact]
    public void Nothing_is_collected_twice()
    {
        Look(allocatedSince: QuietCollection.Worth);
        for (var second = 0; second < 10; second++)
            Look(allocatedSince: 1_000);

        Assert.Equal(1, _collections);
    }

    [Fact]
    public void A_little_garbage_stays_until_there_is_a_lot()
    {
        var looks = QuietCollection.Worth / (QuietCollection.Quiet / 2);
        for (var look = 1; look < looks; look++)
            Look(allocatedSince: QuietCollection.Quiet / 2);
        Assert.Equal(0, _collections);

        Look(allocatedSince: QuietCollection.Quiet / 2);

        Assert.Equal(1, _collections);
    }

    private void Look(long allocatedSince)
    {
        _allocated += allocatedSince;
        _collection.Look();
    }
}
