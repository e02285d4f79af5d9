using Parley.Server.Storage.Postgres;
using Xunit;

namespace Parley.Server.Tests.Coordination;

/// <summary>What a node knows of the database's time of day.</summary>
public sealed class DatabaseClockTests
{
    private readonly TestClock _machine = new();
    private readonly DatabaseClock _clock;

    public DatabaseClockTests() => _clock = new DatabaseClock(_machine);

    [Fact]
    public void The_databases_time_is_used_and_not_the_machines()
    {
        Hear(ago: TimeSpan.FromHours(3), took: TimeSpan.Zero);
        _machine.Advance(TimeSpan.FromSeconds(7));

        Assert.Equal(_machine.GetUtcNow() - TimeSpan.FromHours(3), _clock.GetUtcNow());
    }

    [Fact]
    public void A_slow_answer_does_not_move_it()
    {
        Hear(ago: TimeSpan.Zero, took: TimeSpan.FromMilliseconds(2));
        var before = _clock.GetUtcNow() - _machine.GetUtcNow();

        Hear(ago: TimeSpan.Zero, took: TimeSpan.FromSeconds(20));

        Assert.Equal(before, _clock.GetUtcNow() - _machine.GetUtcNow());
    }

    [Theory]
    [InlineData(2)]
    [InlineData(-2)]
    public void A_jump_of_the_databases_clock_is_passed_on(int days)
    {
        Hear(ago: TimeSpan.Zero, took: TimeSpan.Zero);
        Hear(ago: TimeSpan.FromDays(days), took: TimeSpan.Zero);

        Assert.Equal(_machine.GetUtcNow() - TimeSpan.FromDays(days), _clock.GetUtcNow());
    }

    /// <summary>The database, behind the machine by so much, answers in the middle of the time that its answer takes.</summary>
    private void Hear(TimeSpan ago, TimeSpan took)
    {
        var asked = _machine.GetTimestamp();
        _machine.Advance(took / 2);
        var told = _machine.GetUtcNow() - ago;
        _machine.Advance(took / 2);
        _clock.Hear((told - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond, asked);
    }
}
