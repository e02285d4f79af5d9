using System.Text;
using Parley.Protocol;
using Parley.Server.Connections.WebSockets;
using Parley.Server.Tests.Agents;
using Parley.Server.Tests.Fuzzing;
using Xunit;

namespace Parley.Server.Tests.Connections;

public sealed class FrameAllowanceTests
{
    private readonly TestClock _clock = new();
    private bool _isLifted;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public void Twice_the_rate_is_granted_at_once_and_then_the_rate()
    {
        var allowance = new FrameRateLimit(10, () => _isLifted, _clock);
        Assert.Equal(20, Taken(allowance, 30));
        Assert.False(allowance.TryTake(out var retryAfter));
        Assert.Equal(0.1, retryAfter.TotalSeconds, 6);

        _clock.Advance(TimeSpan.FromSeconds(0.25));
        Assert.Equal(2, Taken(allowance, 10));
        // What was earned beyond whole frames is not lost.
        _clock.Advance(TimeSpan.FromSeconds(0.05));
        Assert.Equal(1, Taken(allowance, 10));
        _clock.Advance(TimeSpan.FromHours(1));
        Assert.Equal(20, Taken(allowance, 30));
    }

    [Fact]
    public void Over_a_long_time_no_more_than_the_rate_is_granted()
    {
        var allowance = new FrameRateLimit(100, () => _isLifted, _clock);
        var taken = 0;
        for (var step = 0; step < 1_000; step++)
        {
            taken += Taken(allowance, 3);
            _clock.Advance(TimeSpan.FromMilliseconds(10));
        }

        Assert.InRange(taken, 1_000, 1_200);
    }

    [Fact]
    public void A_lifted_limit_holds_for_connections_that_are_open()
    {
        Assert.Equal(1_000, Taken(new FrameRateLimit(0, () => _isLifted, _clock), 1_000));
        var allowance = new FrameRateLimit(1, () => _isLifted, _clock);
        Assert.Equal(2, Taken(allowance, 10));
        _isLifted = true;
        Assert.Equal(1_000, Taken(allowance, 1_000));
    }

    [Fact]
    public void A_client_that_never_pauses_floods_and_one_that_pauses_does_not()
    {
        var allowance = new FrameRateLimit(10, () => _isLifted, _clock);
        Assert.Equal(20, Taken(allowance, 20 + 40));
        Assert.False(allowance.IsFlooding);
        _clock.Advance(TimeSpan.FromSeconds(0.1));
        Assert.Equal(1, Taken(allowance, 1 + 40));
        Assert.False(allowance.IsFlooding);
        Assert.Equal(0, Taken(allowance, 1));
        Assert.True(allowance.IsFlooding);
    }

    [Theory]
    [InlineData("/ws/ada", true, """{"event": "agent:heartbeat", "id": "h"}""")]
    [InlineData("/ws/agent/messages/default", false, """{"type": "status", "content": "hello"}""")]
    public async Task A_flood_is_answered_and_eventually_closed(string path, bool welcomes, string frame)
    {
        await using var host = await ConceptHost.StartAsync(framesPerSecond: 5);
        using var socket = await FuzzSocket.OpenAsync(host, path, await host.RegisterAsync("ada"), welcomes);
        var (refused, code) = (0, (int?)null);
        var reading = Task.Run(
            async () =>
            {
                while (code is null)
                {
                    (var frames, code, _) = await socket.ReadAsync();
                    refused += frames.Count(one => one["data"]?["code"]?.GetValue<string>() == ErrorCodes.RateLimited && one["data"]!["retry_after"]!.GetValue<double>() > 0);
                }
            },
            Cancel);
        for (var i = 0; i < 31; i++)
            await socket.SendAsync(Encoding.UTF8.GetBytes(frame));
        await reading;

        Assert.Equal((21, CloseCodes.Flood), (refused, code));
    }

    private static int Taken(FrameRateLimit allowance, int tries) => Enumerable.Range(0, tries).Count(number => allowance.TryTake(out _));
}
