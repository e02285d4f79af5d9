using Parley.Protocol;
using Parley.Server.Statistics;
using Parley.Server.Tests.Agents;
using Parley.Server.Tests.Harness;
using Parley.Server.Tests.Rest;
using Xunit;

namespace Parley.Server.Tests.Statistics;

/// <summary>Counters where their spans meet, of what did not arrive, and in steps that hold nobody up.</summary>
public abstract class CountPromisesTests(StorageUnderTest storage)
{
    private const string Stats = "/api/v1/stats", Messages = "/api/v1/messages";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_message_is_in_the_one_bucket_of_each_length_in_which_it_was_sent()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var ada = await host.RegisterAsync("ada");
        // The clock begins at 13:56:52: the last millisecond of an hour, and then the first one of the next.
        host.Clock.Advance(new DateTimeOffset(2026, 1, 22, 13, 59, 59, 999, TimeSpan.Zero) - host.Clock.GetUtcNow());
        await SendAsync(host, ada, "ada", "before");
        host.Clock.Advance(TimeSpan.FromMilliseconds(1));
        await SendAsync(host, ada, "ada", "after");

        foreach (var bucket in new[] { "1m", "5m", "15m", "30m", "1h" })
            Assert.Equal("13:59:59.999 before; 14:00:00.000 after", await EdgeAsync(bucket));
        Assert.Equal((2, "00:00"), (await TimelineAsync("1d") is [.., var day] ? (day.Sent, $"{day.At:HH:mm}") : default));
        Assert.Equal((2, "12:00"), (await TimelineAsync("12h") is [.., var half] ? (half.Sent, $"{half.At:HH:mm}") : default));
        Assert.Equal(["before"], await TypesAsync(host, ada, "?since=2026-01-22T13:59:30Z&until=2026-01-22T14:00:00Z"));
        Assert.Equal(["after"], await TypesAsync(host, ada, "?since=2026-01-22T14:00:59.999Z&until=2026-01-22T14:00:59.999Z"));
        Assert.Equal(["after", "before"], await TypesAsync(host, ada, "?since=2026-01-22T13:59:59Z&until=2026-01-22T14:00:00.001Z"));
        Assert.Empty(await TypesAsync(host, ada, "?since=2026-01-22T14:01:00Z&until=2026-01-22T15:00:00Z"));

        // Which type is in the bucket that ends at 14:00, and which in the one that begins there.
        async Task<string> EdgeAsync(string bucket)
        {
            var points = (await TimelineAsync(bucket)).Where(point => point.Sent > 0).ToList();
            Assert.Equal(2, points.Count);
            Assert.Equal(new DateTimeOffset(2026, 1, 22, 14, 0, 0, TimeSpan.Zero), points[1].At);
            Assert.True(points[0].At < points[1].At);
            return $"13:59:59.999 {Assert.Single(points[0].ByType).Key}; 14:00:00.000 {Assert.Single(points[1].ByType).Key}";
        }

        async Task<IReadOnlyList<TimelinePoint>> TimelineAsync(string bucket) =>
            (await GetAsync(host, ada, $"/timeline?bucket={bucket}")).As(WireJson.Lenient.PageTimelinePoint).Items;
    }

    [Fact]
    public async Task The_mean_time_to_acknowledge_counts_each_acknowledgment_in_its_own_minute()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var (ada, bob) = (await host.RegisterAsync("ada"), await host.RegisterAsync("bob"));
        for (var i = 0; i < 3; i++)
            await SendAsync(host, ada, "bob", "text");
        // Counted as sent before any of them is acknowledged.
        await TypesAsync(host, ada, "");
        var begin = host.Clock.GetUtcNow();
        await AcknowledgeAsync(host, bob, "bob", 1);
        host.Clock.Advance(TimeSpan.FromSeconds(200));
        await AcknowledgeAsync(host, bob, "bob", 1);
        host.Clock.Advance(TimeSpan.FromSeconds(100));
        await AcknowledgeAsync(host, bob, "bob", 1);

        await Polling.UntilAsync(() => "all acknowledgments to be counted", async () => (await TypeAsync()).Acknowledged == 3);

        Assert.Equal(500_000 / 3d, (await TypeAsync()).AckMs!.Value, 1_000d);
        var points = (await GetAsync(host, ada, "/timeline?bucket=1m")).As(WireJson.Lenient.PageTimelinePoint).Items.Where(point => point.Acknowledged > 0).ToList();
        Assert.Equal(
            new[] { 0, 200, 300 }.Select(seconds => begin.AddSeconds(seconds)).Select(time => time.AddSeconds(-time.Second)),
            points.Select(point => point.At));
        var pair = Assert.Single((await GetAsync(host, ada, "/pairs")).As(WireJson.Lenient.PagePairCount).Items);
        Assert.Equal((3, 3), (pair.Count, pair.Acknowledged));

        async Task<TypeCount> TypeAsync() => (await GetAsync(host, ada, "/messages")).As(WireJson.Lenient.PageTypeCount).Items.Single(type => type.MessageType == "text");
    }

    [Fact]
    public async Task What_expired_and_what_died_is_counted_as_that_and_as_not_acknowledged()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var admin = await host.TokenAsync(TokenKind.Admin);
        await host.SendAsync(HttpMethod.Put, "/api/v1/projects/default", admin, """{"settings": {"max_attempts": 1}}""");
        var (ada, bob) = (await host.RegisterAsync("ada"), await host.RegisterAsync("bob"));
        await SendAsync(host, ada, "bob", "bad");
        var bad = Assert.Single((await host.SendAsync(HttpMethod.Post, "/api/v1/agents/bob/claim", bob, """{"max": 1}""")).As(WireJson.Lenient.Inbox).Items).Message.MessageId;
        await SendAsync(host, ada, "bob", "short", ", \"ttl_seconds\": 1");
        Assert.Equal("204", $"{(await host.SendAsync(HttpMethod.Post, $"{Messages}/{bad}/nack", bob, """{"reason": "no"}""")).Status:D}");

        // Whatever time passes until all is told.
        var since = Uri.EscapeDataString(host.Clock.GetUtcNow().AddHours(-1).ToString("O", System.Globalization.CultureInfo.InvariantCulture));
        TypeCount[] types = [];
        await Polling.UntilAsync(() => $"one dead and one expired, not {string.Join(", ", types.AsEnumerable())}", async () =>
        {
            host.Clock.Advance(TimeSpan.FromSeconds(1));
            types = [.. (await GetAsync(host, ada, $"/messages?since={since}")).As(WireJson.Lenient.PageTypeCount).Items.Where(type => type.MessageType is "short" or "bad")];
            return types.Sum(type => type.Dead) == 1 && types.Sum(type => type.Expired) == 1;
        });

        Assert.All(types, type => Assert.Equal((1, 1, 0), (type.Messages, type.Deliveries, type.Acknowledged)));
        Assert.Equal(("bad", "short"), (types.Single(type => type.Dead == 1).MessageType, types.Single(type => type.Expired == 1).MessageType));
        var points = (await GetAsync(host, ada, $"/timeline?bucket=1d&since={since}")).As(WireJson.Lenient.PageTimelinePoint).Items;
        Assert.Equal((1, 1), (points.Sum(point => point.Dead), points.Sum(point => point.Expired)));
    }

    [Fact]
    public async Task A_dead_letter_that_is_requeued_and_acknowledged_then_is_counted_as_acknowledged()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var admin = await host.TokenAsync(TokenKind.Admin);
        await host.SendAsync(HttpMethod.Put, "/api/v1/projects/default", admin, """{"settings": {"max_attempts": 1}}""");
        var (ada, bob) = (await host.RegisterAsync("ada"), await host.RegisterAsync("bob"));
        await SendAsync(host, ada, "bob", "bad");
        var bad = Assert.Single((await host.SendAsync(HttpMethod.Post, "/api/v1/agents/bob/claim", bob, """{"max": 1}""")).As(WireJson.Lenient.Inbox).Items).Message.MessageId;
        Assert.Equal("204", $"{(await host.SendAsync(HttpMethod.Post, $"{Messages}/{bad}/nack", bob, """{"reason": "no"}""")).Status:D}");
        // Counted while it is dead, and looked at once more.
        await CatchUpAsync(host);
        Assert.Contains("bad", await TypesAsync(host, ada, ""));

        Assert.Equal("200", $"{(await host.SendAsync(HttpMethod.Post, "/api/v1/dead-letters/requeue", admin)).Status:D}");
        await AcknowledgeAsync(host, bob, "bob", 10);
        await CatchUpAsync(host);

        var type = (await GetAsync(host, ada, "/messages")).As(WireJson.Lenient.PageTypeCount).Items.Single(type => type.MessageType == "bad");
        Assert.Equal((1, 1, 1), (type.Messages, type.Deliveries, type.Acknowledged));
    }

    [Fact]
    public async Task A_squad_shows_its_members_and_what_they_say_to_each_other()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var admin = await host.TokenAsync(TokenKind.Admin);
        var (ada, bob, eve) = (await host.RegisterAsync("ada"), await host.RegisterAsync("bob"), await host.RegisterAsync("eve"));
        await host.SendAsync(HttpMethod.Post, "/api/v1/squads", admin, """{"squad_id": "alpha", "name": "Alpha", "members": [{"agent_id": "ada"}, {"agent_id": "bob"}]}""");
        await SendAsync(host, ada, "bob", "text");
        await SendAsync(host, ada, "eve", "text");
        await SendAsync(host, eve, "bob", "text");
        Assert.NotNull(bob);

        Assert.Equal(["ada", "bob"], (await GetAsync(host, ada, "/agents?squad=alpha")).As(WireJson.Lenient.PageAgentCount).Items.Select(agent => agent.AgentId).Order());
        Assert.Equal(["ada>bob"], (await GetAsync(host, ada, "/pairs?squad=alpha")).As(WireJson.Lenient.PagePairCount).Items.Select(pair => $"{pair.From}>{pair.To}"));
        Assert.Equal("404", $"{(await GetAsync(host, ada, "/pairs?squad=beta")).Status:D}");
    }

    [Fact]
    public async Task One_step_counts_a_bounded_number_of_deliveries_and_all_steps_count_each_once()
    {
        const int agents = 20, sends = 100;
        await using var host = await ConceptHost.StartAsync(storage);
        var ada = await host.RegisterAsync("ada");
        for (var i = 0; i < agents; i++)
            await host.RegisterAsync($"agent-{i}");
        // What is there now is counted.
        await CatchUpAsync(host);

        var items = string.Join(',', Enumerable.Range(0, sends).Select(_ => """{"to": "*", "message_type": "news", "content": "x"}"""));
        Assert.Equal("200", $"{(await host.SendAsync(HttpMethod.Post, $"{Messages}/batch", ada, $$"""{"items": [{{items}}]}""")).Status:D}");

        var (counted, steps, more) = (0L, 0, true);
        for (; more; steps++)
        {
            more = await host.Get<ICountStore>().CatchUpAsync(host.Default.Number, Cancel);
            var now = await DeliveriesAsync();
            Assert.InRange(now - counted, 1, 500 + agents);
            counted = now;
        }

        Assert.Equal(agents * sends, counted);
        Assert.InRange(steps, agents * sends / (500 + agents), 10);

        async Task<long> DeliveriesAsync() => (await host.Get<ICountStore>().AskAsync(
            host.Default.Number, CountQuestion.DeliveriesByType, [new CountRange(CountRange.Day, 0, long.MaxValue / 2)], Cancel)).Single(row => row.Texts[0] == "news").Numbers[0];
    }

    private static async Task CatchUpAsync(ConceptHost host)
    {
        while (await host.Get<ICountStore>().CatchUpAsync(host.Default.Number, Cancel))
        {
        }
    }

    private static async Task SendAsync(ConceptHost host, string token, string to, string type, string more = "")
    {
        var answer = await host.SendAsync(HttpMethod.Post, Messages, token, $$"""{"to": "{{to}}", "message_type": "{{type}}", "content": "x"{{more}}}""");
        Assert.Equal("201", $"{answer.Status:D}");
    }

    private static async Task AcknowledgeAsync(ConceptHost host, string token, string agent, int max)
    {
        foreach (var item in (await host.SendAsync(HttpMethod.Post, $"/api/v1/agents/{agent}/claim", token, $$"""{"max": {{max}}}""")).As(WireJson.Lenient.Inbox).Items)
            Assert.Equal("204", $"{(await host.SendAsync(HttpMethod.Post, $"{Messages}/{item.Message.MessageId}/ack", token, "{}")).Status:D}");
    }

    private static async Task<IEnumerable<string>> TypesAsync(ConceptHost host, string token, string query) =>
        (await GetAsync(host, token, $"/messages{query}")).As(WireJson.Lenient.PageTypeCount).Items.Select(type => type.MessageType).Order(StringComparer.Ordinal);

    private static Task<Answer> GetAsync(ConceptHost host, string token, string path) => host.SendAsync(HttpMethod.Get, $"{Stats}{path}", token);
}

public sealed class SqliteCountPromisesTests() : CountPromisesTests(new OnSqlite());

public sealed class PostgresCountPromisesTests(PostgresDatabases databases) : CountPromisesTests(new OnPostgres(databases))
{
    [Fact]
    public async Task Two_nodes_that_count_at_the_same_time_count_each_once()
    {
        const int rounds = 20, each = 5;
        await using var nodes = await Nodes.TwoNodes.StartAsync(databases);
        var ada = await nodes.One.RegisterAsync("ada");
        for (var round = 0; round < rounds; round++)
        {
            for (var i = 0; i < each; i++)
                Assert.Equal("201", $"{(await nodes.Both[i % 2].SendAsync(HttpMethod.Post, "/api/v1/messages", ada, """{"to": "ada", "content": "x"}""")).Status:D}");
            await Task.WhenAll(nodes.Both.Select(host => Task.Run(() => host.Get<ICountStore>().CatchUpAsync(host.Default.Number, TestContext.Current.CancellationToken).AsTask())));
        }

        foreach (var host in nodes.Both)
        {
            var type = Assert.Single((await host.SendAsync(HttpMethod.Get, "/api/v1/stats/messages", ada)).As(WireJson.Lenient.PageTypeCount).Items);
            Assert.Equal((rounds * each, rounds * each), (type.Messages, type.Deliveries));
        }
    }
}
