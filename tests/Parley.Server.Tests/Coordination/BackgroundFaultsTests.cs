using System.Net;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Abstractions;
using Parley.Protocol;
using Parley.Server.Coordination;
using Parley.Server.Tests.Agents;
using Parley.Server.Tests.Harness;
using Xunit;

namespace Parley.Server.Tests.Coordination;

/// <summary>Work in the background that meets what nobody foresaw.</summary>
public sealed class BackgroundFaultsTests
{
    [Fact]
    public void Background_jobs_are_restarted_when_they_fail()
    {
        var parts = typeof(ParleyServer).Assembly.GetTypes().Where(type => type is { IsAbstract: false } && type.IsSubclassOf(typeof(BackgroundService)));

        Assert.All(parts, part => Assert.True(part.IsSubclassOf(typeof(LastingWork)), $"{part.Name} would end the server."));
        Assert.Contains(typeof(MaintenanceLoop), parts);
    }

    [Fact]
    public async Task A_failing_chore_is_logged_and_retried_with_growing_pauses_and_does_not_hold_up_others()
    {
        var (clock, log) = (new TestClock(), new LogRecorder());
        var faults = new BackgroundFaults(clock);
        var (bad, good) = (new Chore { IsFailing = true }, new OtherChore());
        using var loop = new MaintenanceLoop([bad, good], new SingleNode(), faults, clock, new Microsoft.Extensions.Logging.Logger<MaintenanceLoop>(log));
        using var stop = new CancellationTokenSource();
        var running = loop.RunAsync(stop.Token);

        Assert.Equal((1, 1), (bad.Runs, good.Runs));
        Assert.Contains("Chore", faults.Reason, StringComparison.Ordinal);
        Assert.Contains(log.Lines, line => line.StartsWith("Error: Chore failed; will try again in 1 s.", StringComparison.Ordinal));
        clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(2, bad.Runs);
        clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(2, bad.Runs);
        clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal((3, 4), (bad.Runs, good.Runs));

        bad.IsFailing = false;
        clock.Advance(TimeSpan.FromSeconds(4));
        Assert.Null(faults.Reason);
        await stop.CancelAsync();
        await running;
    }

    [Fact]
    public async Task Health_reports_a_failing_job_until_it_succeeds_again()
    {
        await using var host = await ConceptHost.StartAsync();
        var faults = host.Get<BackgroundFaults>();
        using var stop = new CancellationTokenSource();
        var failing = faults.KeepGoingAsync("Gardener", NullLogger.Instance, () => throw new InvalidOperationException("A secret."), stop.Token);

        var ill = await host.SendAsync(HttpMethod.Get, "/health", token: null);
        faults.Succeeded("Gardener");
        var well = await host.SendAsync(HttpMethod.Get, "/health", token: null);

        Assert.Equal((HttpStatusCode.OK, "degraded"), (ill.Status, ill.As(WireJson.Lenient.Health).Status));
        Assert.Contains("Gardener, since ", ill.As(WireJson.Lenient.Health).Reason, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", ill.As(WireJson.Lenient.Health).Reason, StringComparison.Ordinal);
        Assert.Equal("ok", well.As(WireJson.Lenient.Health).Status);
        await stop.CancelAsync();
        await failing;
    }

    private sealed class OtherChore : Chore;

    private class Chore : IChore
    {
        internal bool IsFailing { get; set; }

        internal int Runs { get; private set; }

        public TimeSpan Interval { get; } = TimeSpan.FromSeconds(1);

        public ValueTask<TimeSpan?> RunAsync(CancellationToken cancellationToken)
        {
            Runs++;
            return IsFailing ? throw new InvalidOperationException("Nobody foresaw it.") : ValueTask.FromResult<TimeSpan?>(null);
        }
    }
}
