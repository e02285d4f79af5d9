using System.Net;
using Parley.Server.Limits;
using Xunit;

namespace Parley.Server.Tests.Limits;

/// <summary>Who is turned away.</summary>
public sealed class ConnectionLimitTests
{
    private static readonly IPAddress Far = IPAddress.Parse("192.0.2.1");

    private readonly ConnectionLimit _limit = new(most: 4, mostOfOne: 2, IPAddress.IsLoopback);

    [Fact]
    public void The_newest_connection_is_refused_until_one_closes()
    {
        Assert.All(Enumerable.Range(0, 4), _ => Assert.True(_limit.TryEnter(IPAddress.Loopback)));
        Assert.False(_limit.TryEnter(IPAddress.Loopback));
        Assert.False(_limit.TryEnter(Far));

        _limit.Leave(IPAddress.Loopback);

        Assert.True(_limit.TryEnter(Far));
        Assert.Equal(4, _limit.Count);
    }

    [Fact]
    public void One_address_cannot_use_all_connections()
    {
        Assert.True(_limit.TryEnter(Far));
        Assert.True(_limit.TryEnter(Far.MapToIPv6()));
        Assert.False(_limit.TryEnter(Far));

        Assert.True(_limit.TryEnter(IPAddress.Parse("192.0.2.2")));
        _limit.Leave(Far);
        Assert.True(_limit.TryEnter(Far));
    }

    [Theory]
    [InlineData(1_024, 32, 800)]
    [InlineData(400, 200, 100)]
    [InlineData(1_048_576, 0, 1_048_384)]
    public void Some_descriptors_are_kept_for_files(int descriptors, int open, int connections) =>
        Assert.Equal(connections, DescriptorLimit.OfConnections(descriptors, open));
}
