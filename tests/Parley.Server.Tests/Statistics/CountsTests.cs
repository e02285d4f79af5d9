using System.Globalization;
using System.Net;
using Parley.Protocol;
using Parley.Server.Statistics;
using Parley.Server.Tests.Agents;
using Parley.Server.Tests.Harness;
using Parley.Server.Tests.Rest;
using Xunit;

namespace Parley.Server.Tests.Statistics;

public abstract class CountsTests(StorageUnderTest storage)
{
    private const string Stats = "/api/v1/stats", Messages = "/api/v1/messages";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_is_said_is_counted_by_type_by_agent_by_pair_and_by_time()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var (ada, bob, _) = (await host.RegisterAsync("ada"), await host.RegisterAsync("bob"), await host.RegisterAsync("cyd"));
        await SendAsync(host, ada, "bob", "ping");
        await SendAsync(host, ada, "bob", "ping");
        await SendAsync(host, bob, "*", "news");
        Assert.Equal(2, (await TypesAsync(host, ada))["ping"].Deliveries);
        host.Clock.Advance(TimeSpan.FromSeconds(30));
        await AcknowledgeAsync(host, bob, "bob", 2);

        var types = await TypesAsync(host, ada);
        var agents = (await GetAsync(host, ada, "/agents")).As(WireJson.Lenient.PageAgentCount).Items.ToDictionary(agent => agent.AgentId ?? "");
        var pairs = (await GetAsync(host, ada, "/pairs")).As(WireJson.Lenient.PagePairCount).Items;
        var timeline = (await GetAsync(host, ada, "/timeline?bucket=1h")).As(WireJson.Lenient.PageTimelinePoint).Items;
        var export = (await GetAsync(host, ada, "/export?hours=24")).As(WireJson.Lenient.StatsExport);

        Assert.Equal((2, 2, 2), (types["ping"].Messages, types["ping"].Deliveries, types["ping"].Acknowledged));
        Assert.InRange(types["ping"].AckMs!.Value, 30_000, 31_000);
        Assert.Equal((1, 2, 0, (double?)null), (types["news"].Messages, types["news"].Deliveries, types["news"].Acknowledged, types["news"].AckMs));
        Assert.Equal((2, 1, 0), (agents["ada"].Sent, agents["ada"].Received, agents["ada"].Acknowledged));
        Assert.Equal((1, 2, 2), (agents["bob"].Sent, agents["bob"].Received, agents["bob"].Acknowledged));
        Assert.True(agents["bob"].LastAt > agents["bob"].FirstAt);
        Assert.Equal(["ada>bob 2", "bob>ada 1", "bob>cyd 1"], pairs.Select(pair => $"{pair.From}>{pair.To} {pair.Count}").Order(StringComparer.Ordinal));
        Assert.Equal((3, 2), (timeline.Sum(point => point.Sent), timeline.Sum(point => point.Acknowledged)));
        Assert.Equal(3, export.Messages.Sum(type => type.Messages));
    }

    [Fact]
    public async Task A_timeline_is_of_one_agent_or_one_type_and_bars_show_when_agents_were_active()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var (ada, bob) = (await host.RegisterAsync("ada"), await host.RegisterAsync("bob"));
        await SendAsync(host, ada, "bob", "ping");
        await SendAsync(host, bob, "ada", "news");
        await AcknowledgeAsync(host, bob, "bob", 1);
        var since = Uri.EscapeDataString((host.Clock.GetUtcNow() - TimeSpan.FromMinutes(119)).ToString("O", CultureInfo.InvariantCulture));

        var adas = await TimelineAsync("&agent=ada");
        var bobs = await TimelineAsync("&agent=bob");
        var pings = await TimelineAsync("&type=ping");
        var agents = (await GetAsync(host, ada, $"/agents?since={since}")).As(WireJson.Lenient.PageAgentCount).Items;
        var months = (await GetAsync(host, ada, "/agents?since=2025-01-01T00:00:00Z")).As(WireJson.Lenient.PageAgentCount).Items;

        Assert.Equal(("ping 1", 0), Sum(adas));
        Assert.Equal(("news 1", 1), Sum(bobs));
        Assert.Equal(("ping 1", 1), Sum(pings));
        Assert.Equal(HttpStatusCode.NotFound, (await host.SendAsync(HttpMethod.Get, $"{Stats}/timeline?agent=cyd", ada)).Status);
        Assert.All(agents.Concat(months).Where(agent => agent.AgentId is not null), agent => Assert.Equal((12, agent.Sent + agent.Received), (agent.Bars.Count, agent.Bars.Sum())));
        Assert.All(agents.Where(agent => agent.AgentId is not null), agent => Assert.Equal(2, agent.Bars[^1]));

        async Task<IReadOnlyList<TimelinePoint>> TimelineAsync(string filter) =>
            (await GetAsync(host, ada, $"/timeline?bucket=10m{filter}")).As(WireJson.Lenient.PageTimelinePoint).Items;

        static (string Types, long Acknowledged) Sum(IReadOnlyList<TimelinePoint> points) =>
            (string.Join(' ', points.SelectMany(point => point.ByType).Select(type => $"{type.Key} {type.Value}")), points.Sum(point => point.Acknowledged));
    }

    [Fact]
    public async Task The_health_of_a_project_is_the_sum_of_its_parts()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var (ada, _) = (await host.RegisterAsync("ada"), await host.RegisterAsync("bob"));
        var before = (await GetAsync(host, ada, "/health")).As(WireJson.Lenient.ProjectHealth);
        await SendAsync(host, ada, "bob", "ping");

        var after = (await GetAsync(host, ada, "/health")).As(WireJson.Lenient.ProjectHealth);

        // Bob has a message and is offline.
        Assert.Equal((100, 80), (before.Score, after.Score));
        Assert.Equal(["absent"], after.Parts.Where(part => part.Points < part.MaxPoints).Select(part => part.Name));
        Assert.Equal(100, after.Parts.Sum(part => part.MaxPoints));
    }

    [Fact]
    public void Health_falls_with_each_of_its_parts_and_never_below_zero()
    {
        var good = new HealthFacts(0, null, 0, 0, 1);

        Assert.Equal(100, HealthScore.Of(good).Score);
        Assert.Equal(85, HealthScore.Of(good with { Lost = 0.025 }).Score);
        Assert.Equal(80, HealthScore.Of(good with { AckMs = 300_000 }).Score);
        Assert.Equal(90, HealthScore.Of(good with { DeliveryMs = 500 }).Score);
        Assert.Equal(80, HealthScore.Of(good with { Absent = 1 }).Score);
        Assert.Equal(90, HealthScore.Of(good with { Availability = 0.5 }).Score);
        Assert.Equal(0, HealthScore.Of(new HealthFacts(1, 1e9, 1e9, 1, 0)).Score);
    }

    [Fact]
    public async Task Nothing_is_counted_twice_or_left_out_whoever_counts_and_whenever_the_server_ends()
    {
        await using var data = await storage.NewAsync();
        var clock = new TestClock();
        string ada, bob;
        await using (var host = await ConceptHost.StartAsync(data, clock))
        {
            (ada, bob) = (await host.RegisterAsync("ada"), await host.RegisterAsync("bob"));
            await TalkAsync(host, ada, bob);
        }

        // Nobody looks meanwhile, so no timer has to be caught up with.
        clock.Advance(TimeSpan.FromDays(40));
        await using (var host = await ConceptHost.StartAsync(data, clock))
        {
            await TalkAsync(host, ada, bob);
            await TalkAsync(host, ada, bob);

            var since = Uri.EscapeDataString((clock.GetUtcNow() - TimeSpan.FromDays(50)).ToString("O", CultureInfo.InvariantCulture));
            await Polling.UntilAsync(
                () => "every acknowledgment to be counted",
                async () => (await GetAsync(host, ada, $"/messages?since={since}")).As(WireJson.Lenient.PageTypeCount).Items.Sum(type => type.Acknowledged) == 60);
            var all = (await GetAsync(host, ada, $"/messages?since={since}")).As(WireJson.Lenient.PageTypeCount).Items;
            var lately = (await GetAsync(host, ada, "/messages")).As(WireJson.Lenient.PageTypeCount).Items;
            var days = (await GetAsync(host, ada, $"/timeline?bucket=1d&since={since}")).As(WireJson.Lenient.PageTimelinePoint).Items;

            // What the server sends about messages that expired in those days is not among them.
            string[] said = ["even", "odd", "back"];
            Assert.Equal(["back 60 60", "even 30 30", "odd 30 30"], Said(all).Order(StringComparer.Ordinal));
            Assert.Equal(["back 40 40", "even 20 20", "odd 20 20"], Said(lately).Order(StringComparer.Ordinal));
            Assert.Equal(40, lately.Sum(type => type.Acknowledged));
            Assert.Equal((120, 60), (days.Sum(day => said.Sum(type => day.ByType.GetValueOrDefault(type))), days.Sum(day => day.Acknowledged)));

            IEnumerable<string> Said(IEnumerable<TypeCount> types) =>
                types.Where(type => said.Contains(type.MessageType)).Select(type => $"{type.MessageType} {type.Messages} {type.Deliveries}");
        }
    }

    [Fact]
    public async Task Counters_stay_when_messages_are_pruned_and_go_with_their_project()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var admin = await host.TokenAsync(TokenKind.Admin);
        var ada = await host.RegisterAsync("ada");
        await SendAsync(host, ada, "ada", "note");
        await GetAsync(host, ada, "/messages");

        while (await host.Get<Server.Messages.IMessageStore>().PruneAsync(host.Default.Number, long.MaxValue, Cancel))
        {
        }

        Assert.Equal(1, (await TypesAsync(host, ada))["note"].Messages);
        await host.SendAsync(HttpMethod.Post, "/api/v1/projects", admin, """{"project_id": "p", "name": "P"}""");
        await host.SendAsync(HttpMethod.Post, $"{Messages}?project_id=p", admin, """{"to": "human", "content": "x"}""");
        var number = host.Get<Server.Projects.ProjectDirectory>().Find("p")!.Number;
        Assert.NotEmpty(await AskAsync());
        await host.SendAsync(HttpMethod.Delete, "/api/v1/projects/p", admin);
        Assert.Empty(await AskAsync());

        async Task<IReadOnlyList<CountRow>> AskAsync()
        {
            await host.Get<ICountStore>().CatchUpAsync(number, Cancel);
            return await host.Get<ICountStore>().AskAsync(number, CountQuestion.MessagesByType, [new CountRange(CountRange.Day, 0, long.MaxValue / 2)], Cancel);
        }
    }

    [Theory]
    [InlineData("/timeline?bucket=7m", "bucket")]
    [InlineData("/timeline?bucket=1m&since=2020-01-01T00:00:00Z", "bucket")]
    [InlineData("/messages?since=2026-01-02T00:00:00Z&until=2026-01-01T00:00:00Z", "since")]
    [InlineData("/export?hours=0", "hours")]
    public async Task A_bad_question_is_refused_by_its_field(string path, string field)
    {
        await using var host = await ConceptHost.StartAsync(storage);

        var answer = await GetAsync(host, await host.TokenAsync(TokenKind.Admin), path);

        Assert.Equal("400", $"{answer.Status:D}");
        Assert.Contains(field, answer.As(WireJson.Lenient.Problem).Errors!.Keys);
    }

    /// <summary>40 messages, of which 20 are acknowledged, while several count at the same time.</summary>
    private static async Task TalkAsync(ConceptHost host, string ada, string bob)
    {
        for (var i = 0; i < 20; i++)
        {
            var counting = Enumerable.Range(0, 3).Select(_ => host.Get<ICountStore>().CatchUpAsync(host.Default.Number, Cancel).AsTask()).ToList();
            await SendAsync(host, ada, "bob", i % 2 == 0 ? "even" : "odd");
            await SendAsync(host, bob, "ada", "back");
            if (i % 5 == 4)
                await AcknowledgeAsync(host, bob, "bob", 5);
            host.Clock.Advance(TimeSpan.FromSeconds(7));
            await Task.WhenAll(counting);
        }
    }

    private static async Task SendAsync(ConceptHost host, string token, string to, string type)
    {
        var answer = await host.SendAsync(HttpMethod.Post, Messages, token, $$"""{"to": "{{to}}", "message_type": "{{type}}", "content": "x"}""");
        Assert.Equal("201", $"{answer.Status:D}");
    }

    private static async Task AcknowledgeAsync(ConceptHost host, string token, string agent, int max)
    {
        var claimed = await host.SendAsync(HttpMethod.Post, $"/api/v1/agents/{agent}/claim", token, $$"""{"max": {{max}}}""");
        var items = claimed.As(WireJson.Lenient.Inbox).Items;
        Assert.Equal(max, items.Count);
        foreach (var item in items)
            Assert.Equal("204", $"{(await host.SendAsync(HttpMethod.Post, $"{Messages}/{item.Message.MessageId}/ack", token, "{}")).Status:D}");
    }

    private static async Task<Dictionary<string, TypeCount>> TypesAsync(ConceptHost host, string token) =>
        (await GetAsync(host, token, "/messages")).As(WireJson.Lenient.PageTypeCount).Items.ToDictionary(type => type.MessageType);

    private static Task<Answer> GetAsync(ConceptHost host, string token, string path) => host.SendAsync(HttpMethod.Get, $"{Stats}{path}", token);
}

public sealed class SqliteCountsTests() : CountsTests(new OnSqlite());

public sealed class PostgresCountsTests(PostgresDatabases databases) : CountsTests(new OnPostgres(databases));
