using Microsoft.Extensions.Logging;
using Parley.Server.Coordination;
using Xunit;

namespace Parley.Server.Tests.Coordination;

/// <summary>The server's time of day while somebody turns the machine's.</summary>
public sealed class SteadyClockTests
{
    private readonly Machine _machine = new();
    private readonly SteadyClock _clock;

    public SteadyClockTests() => _clock = new SteadyClock(_machine);

    [Theory]
    [InlineData(2)]
    [InlineData(-2)]
    public void A_time_of_day_that_jumps_and_jumps_back_is_not_followed(int days)
    {
        var start = _clock.GetUtcNow();

        _machine.Turn(TimeSpan.FromDays(days));
        Run(seconds: 3);
        Assert.Equal(TimeSpan.FromSeconds(3), _clock.GetUtcNow() - start, Precisely);
        _machine.Turn(TimeSpan.FromDays(-days));
        Run(seconds: 30);

        Assert.Equal(TimeSpan.FromSeconds(33), _clock.GetUtcNow() - start, Precisely);
    }

    [Fact]
    public void A_lasting_later_time_is_adopted()
    {
        _machine.Turn(TimeSpan.FromDays(2));
        Run(seconds: 30);

        Assert.Equal(_machine.GetUtcNow(), _clock.GetUtcNow());
    }

    [Fact]
    public void A_lasting_earlier_time_is_approached_without_going_backward_or_stopping()
    {
        _machine.Turn(TimeSpan.FromMinutes(-5));
        Run(seconds: 15);
        var before = _clock.GetUtcNow();

        Run(seconds: 100);

        var passed = _clock.GetUtcNow() - before;
        Assert.InRange(passed, TimeSpan.FromSeconds(85), TimeSpan.FromSeconds(95));
        Run(seconds: 3_600);
        Assert.Equal(_machine.GetUtcNow(), _clock.GetUtcNow(), TimeSpan.FromMilliseconds(100));
    }

    [Fact]
    public void Small_corrections_are_followed()
    {
        _machine.Turn(TimeSpan.FromMilliseconds(300));
        Run(seconds: 2);
        Assert.Equal(_machine.GetUtcNow(), _clock.GetUtcNow());

        _machine.Turn(TimeSpan.FromMilliseconds(-300));
        Run(seconds: 10);
        Assert.Equal(_machine.GetUtcNow(), _clock.GetUtcNow(), TimeSpan.FromMilliseconds(100));
    }

    [Theory]
    [InlineData(2)]
    [InlineData(-2)]
    public void A_lasting_jump_is_logged_once_even_though_the_log_uses_the_clock(int days)
    {
        var log = new TimedLog(_clock);
        _clock.Log = log;

        _machine.Turn(TimeSpan.FromDays(days));
        Run(seconds: 30);

        Assert.Single(log.Times);
    }

    [Fact]
    public void Another_time_of_day_is_followed_from_the_start()
    {
        var other = new Machine();
        other.Turn(TimeSpan.FromMinutes(-5));

        _clock.Follow(other);

        Assert.Equal(other.GetUtcNow(), _clock.GetUtcNow());
        // The machine's own counts no more.
        _machine.Turn(TimeSpan.FromDays(2));
        var start = _clock.GetUtcNow();
        for (var i = 0; i < 30; i++)
        {
            other.Pass(TimeSpan.FromSeconds(1));
            Run(seconds: 1);
        }

        Assert.Equal(TimeSpan.FromSeconds(30), _clock.GetUtcNow() - start, Precisely);
    }

    private static bool Precisely(TimeSpan one, TimeSpan other) => (one - other).Duration() < TimeSpan.FromMilliseconds(1);

    /// <summary>Looks at the clock as a busy server does; it never falls.</summary>
    private void Run(int seconds)
    {
        var before = _clock.GetUtcNow();
        for (var i = 0; i < seconds * 20; i++)
        {
            _machine.Pass(TimeSpan.FromMilliseconds(50));
            var now = _clock.GetUtcNow();
            Assert.True(now >= before, $"It fell from {before:O} to {now:O}.");
            before = now;
        }
    }

    /// <summary>A log that says the time with each line.</summary>
    private sealed class TimedLog(TimeProvider clock) : ILogger<SteadyClock>
    {
        internal List<DateTimeOffset> Times { get; } = [];

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Times.Add(clock.GetUtcNow());

        public bool IsEnabled(LogLevel logLevel) => true;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;
    }

    /// <summary>A machine's two clocks: one goes forward, the other can be turned.</summary>
    private sealed class Machine : TimeProvider
    {
        private long _passed;
        private DateTimeOffset _now = new(2026, 1, 22, 13, 56, 52, TimeSpan.Zero);

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => _passed;

        public override DateTimeOffset GetUtcNow() => _now;

        internal void Turn(TimeSpan by) => _now += by;

        internal void Pass(TimeSpan time)
        {
            _passed += time.Ticks;
            _now += time;
        }
    }
}
