using System.Net;
using Microsoft.Extensions.Logging.Abstractions;
using Parley.Protocol;
using Parley.Server.Monitoring;
using Parley.Server.Storage;
using Parley.Server.Tests.Agents;
using Xunit;

namespace Parley.Server.Tests.Monitoring;

public sealed class MonitoringTests
{
    [Fact]
    public async Task A_projects_statistics_include_online_agents_and_uptime()
    {
        await using var host = await ConceptHost.StartAsync();
        var (ada, _) = (await host.RegisterAsync("ada"), await host.RegisterAsync("bob"));
        await host.SendAsync(HttpMethod.Put, "/api/v1/agents/ada/status", ada, """{"status": "busy"}""");
        host.Get<DeliveryLatency>().Record(host.Default.Number, 10);
        host.Clock.Advance(TimeSpan.FromSeconds(50)); // Four heartbeats of silence are offline.

        var stats = (await host.SendAsync(HttpMethod.Get, "/api/v1/stats", ada)).As(WireJson.Lenient.Stats);

        Assert.Equal(new AgentStats { Total = 2, Online = 1, Busy = 1 }, stats.Agents);
        Assert.Equal((0, 50), (stats.Connections, stats.UptimeSeconds));
        Assert.InRange(stats.Availability, 0, 1);
        Assert.NotNull(stats.LatencyMs.P99);
        Assert.Equal(ServerVersion.Text, stats.Version);
    }

    [Theory]
    [InlineData("/health")]
    [InlineData("/health/live")]
    [InlineData("/health/ready")]
    public async Task Health_needs_no_token_and_names_the_version(string path)
    {
        await using var host = await ConceptHost.StartAsync();

        var answer = await host.SendAsync(HttpMethod.Get, path, token: null);

        Assert.Equal(HttpStatusCode.OK, answer.Status);
        Assert.Equal(new Health { Status = "ok", Version = ServerVersion.Text }, answer.As(WireJson.Lenient.Health));
    }

    [Fact]
    public async Task A_stopping_server_is_alive_and_not_ready()
    {
        await using var host = await ConceptHost.StartAsync();
        await host.Get<Uptime>().StopAsync();

        var ready = await host.SendAsync(HttpMethod.Get, "/health/ready", token: null);
        var live = await host.SendAsync(HttpMethod.Get, "/health/live", token: null);

        Assert.Equal((HttpStatusCode.ServiceUnavailable, HttpStatusCode.OK), (ready.Status, live.Status));
        Assert.Equal(("unavailable", "The server is stopping."), (ready.As(WireJson.Lenient.Health).Status, ready.As(WireJson.Lenient.Health).Reason));
    }

    [Fact]
    public async Task Time_in_which_the_store_refuses_writes_does_not_count_as_available()
    {
        var (store, clock, readiness) = (new Store(), new TestClock(), new Readiness(new StoreTrouble()));
        await using var uptime = new Uptime(store, readiness, clock, NullLogger<Uptime>.Instance);
        await uptime.StartAsync();
        await uptime.OpenAsync();

        clock.Advance(TimeSpan.FromSeconds(50));
        Assert.Equal(1, uptime.Availability, 3);
        store.Away = true;
        clock.Advance(TimeSpan.FromSeconds(50));
        Assert.False(readiness.IsReady);
        Assert.Equal(0.5, uptime.Availability, 3);

        store.Away = false;
        clock.Advance(TimeSpan.FromSeconds(10));
        Assert.True(readiness.IsReady);
        clock.Advance(TimeSpan.FromSeconds(90));
        Assert.Equal(140.0 / 200, uptime.Availability, 3);
    }

    [Fact]
    public async Task Time_between_two_runs_does_not_count_as_available()
    {
        var (store, clock) = (new Store(), new TestClock());
        await using (var first = new Uptime(store, new Readiness(new StoreTrouble()), clock, NullLogger<Uptime>.Instance))
        {
            await first.StartAsync();
            await first.OpenAsync();
            clock.Advance(TimeSpan.FromSeconds(60));
            await first.StopAsync();
        }

        clock.Advance(TimeSpan.FromSeconds(40));
        await using var second = new Uptime(store, new Readiness(new StoreTrouble()), clock, NullLogger<Uptime>.Instance);
        await second.StartAsync();

        Assert.Equal(0.6, second.Availability, 3);
        Assert.Equal(TimeSpan.Zero, second.Running);
    }

    [Fact]
    public async Task The_send_rate_is_that_of_the_last_minute()
    {
        var (store, clock) = (new Store(), new TestClock());
        await using var rate = new SendRate(store, clock, NullLogger<SendRate>.Instance);
        store.Sent[1] = 1_000_000;
        await rate.StartAsync();

        for (var second = 0; second < 120; second++)
        {
            clock.Advance(TimeSpan.FromSeconds(1));
            store.Sent[1] += 10;
        }

        // A look falls before or after the sends of its second.
        Assert.InRange(rate.Of(1, store.Sent[1]), 9.8, 10.2);
        clock.Advance(TimeSpan.FromSeconds(120));
        Assert.Equal(0, rate.Of(1, store.Sent[1]));
        Assert.Equal(0, rate.Of(2, 0));
    }

    private sealed class Store : IAvailabilityStore, IStatsStore
    {
        private DateTimeOffset? _first;
        private TimeSpan _ready;

        public bool Away { get; set; }

        public Dictionary<int, long> Sent { get; } = [];

        public ValueTask<(DateTimeOffset FirstStart, TimeSpan Ready)> AddReadyAsync(TimeSpan time, DateTimeOffset now, CancellationToken cancellationToken)
        {
            if (Away)
                throw new StorageUnavailableException();
            _first ??= now;
            _ready += time;
            return new((_first.Value, _ready));
        }

        public ValueTask<MessageStats> TotalsAsync(int project, CancellationToken cancellationToken) => new(new MessageStats());

        public ValueTask<IReadOnlyDictionary<int, long>> SentAsync(CancellationToken cancellationToken) =>
            new(new Dictionary<int, long>(Sent));
    }
}
