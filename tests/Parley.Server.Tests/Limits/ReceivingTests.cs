using Parley.Server.Limits;
using Parley.Server.Tests.Security;
using Xunit;

namespace Parley.Server.Tests.Limits;

/// <summary>How fast a body must come.</summary>
public sealed class ReceivingTests : IDisposable
{
    private const int Floor = 1_000;
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private readonly TestClock _clock = new();
    private readonly Receiving _receiving;
    private int _ended;

    public ReceivingTests() => _receiving = new Receiving(new ByteBudget(1 << 30, 1 << 30, TimeSpan.FromSeconds(2), _clock), Floor, _clock);

    public void Dispose() => _receiving.Dispose();

    [Fact]
    public void A_body_at_the_minimum_rate_continues()
    {
        using var body = Begin();
        for (var second = 1; second <= 60; second++)
        {
            body.Reach(second * Floor);
            _clock.Advance(Second);
        }

        Assert.Equal((ReceptionFault.None, 0), (body.Fault, _ended));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1_000_000)]
    public void A_body_that_trickles_is_ended_however_much_arrived_at_first(int atOnce)
    {
        using var body = Begin();
        body.Reach(atOnce);
        for (var second = 1; second <= 16; second++)
        {
            _clock.Advance(Second);
            body.Reach(atOnce + (second * Floor / 10));
        }

        Assert.Equal((ReceptionFault.TooSlow, 1), (body.Fault, _ended));
        Assert.Equal(0, _receiving.Count);
    }

    [Fact]
    public void A_complete_body_may_stay_as_long_as_the_server_needs()
    {
        using var body = Begin();
        body.Reach(100);
        body.Complete();
        _clock.Advance(TimeSpan.FromMinutes(10));

        Assert.Equal((ReceptionFault.None, 0), (body.Fault, _ended));
    }

    private Reception Begin() => _receiving.Begin(this, () => _ended++);
}
