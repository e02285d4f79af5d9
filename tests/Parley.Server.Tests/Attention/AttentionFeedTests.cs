using System.Net;
using System.Text.Json;
using Parley.Protocol;
using Parley.Server.Attention;
using Parley.Server.Tests.Agents;
using Parley.Server.Tests.Harness;
using Parley.Server.Tests.Nodes;
using Parley.Server.Tests.Rest;
using Parley.Server.Tests.Storms;
using Xunit;

namespace Parley.Server.Tests.Attention;

/// <summary>The feed <c>attention</c>: what appears, changes, and goes, without being asked for.</summary>
public abstract class AttentionFeedTests(StorageUnderTest storage)
{
    private const string Api = "/api/v1/attention";

    [Fact]
    public async Task An_item_is_sent_when_it_appears_changes_and_goes()
    {
        await using var data = await NewAsync(storage);
        await using var host = await ConceptHost.StartAsync(data);
        using var clock = new Ticking(host);
        var ada = await host.RegisterAsync("ada");
        var admin = await host.TokenAsync(TokenKind.Admin);
        await AskAsync(host, ada, "First?");
        using var reader = await (await AttentionReader.StartAsync(host, await host.TokenAsync(TokenKind.Observer))).StateAsync();
        Assert.Single(reader.Held);

        var question = await AskAsync(host, ada, "Second?");
        Assert.Equal("Second?", (await reader.UntilAsync("put", $"question:{question}")).Evidence.Text);

        await SnoozeAsync(host, admin, $"question:{question}");
        Assert.NotNull((await reader.UntilAsync("delete", $"question:{question}")).SnoozedUntil);
        await host.SendAsync(HttpMethod.Delete, $"{Api}/question:{question}/snooze", admin);
        Assert.Null((await reader.UntilAsync("put", $"question:{question}")).SnoozedUntil);

        await host.SendAsync(HttpMethod.Post, $"/api/v1/questions/{question}/answer", admin, """{"answer": "Yes"}""");
        await reader.UntilAsync("delete", $"question:{question}");
        Assert.Single(reader.Held);
    }

    [Fact]
    public async Task What_time_alone_changes_is_sent_too()
    {
        await using var data = await NewAsync(storage);
        await using var host = await ConceptHost.StartAsync(data);
        await host.RegisterAsync("bob");
        var admin = await host.TokenAsync(TokenKind.Admin);
        using var reader = await (await AttentionReader.StartAsync(host, admin)).StateAsync();
        await host.SayAsync(admin, "bob", "Are you there?");

        using var clock = new Ticking(host);
        var waits = await reader.UntilAsync("put", "mailbox_waiting:bob");
        Assert.True(host.Clock.GetUtcNow() - waits.Since >= AttentionJudge.LongestWait);

        // A snooze ends by itself.
        await SnoozeAsync(host, admin, "mailbox_waiting:bob");
        await reader.UntilAsync("delete", "mailbox_waiting:bob");
        Assert.Null((await reader.UntilAsync("put", "mailbox_waiting:bob")).SnoozedUntil);
    }

    [Fact]
    public async Task After_any_changes_the_feed_has_what_the_list_has()
    {
        await using var data = await NewAsync(storage);
        await using var host = await ConceptHost.StartAsync(data);
        using var clock = new Ticking(host);
        var admin = await host.TokenAsync(TokenKind.Admin);
        await host.SendAsync(HttpMethod.Put, "/api/v1/projects/default", admin, """{"settings": {"max_attempts": 1, "retry_delay_seconds": 0}}""");
        string[] tokens = [await host.RegisterAsync("ada"), await host.RegisterAsync("bob"), await host.RegisterAsync("cyd")];
        using var reader = await (await AttentionReader.StartAsync(host, admin, """{"snoozed": true}""")).StateAsync();
        var following = reader.FollowAsync();
        var random = new Random(7);

        for (var round = 0; round < 12; round++)
        {
            for (var step = 0; step < 5; step++)
                await ChangeAsync(host, admin, tokens, random);
            var (list, text) = ("", "");
            await Polling.UntilAsync(() => $"the feed to have what the list has, round {round}:\n{text}\nlist:\n{list}", async () =>
            {
                Assert.False(following.IsFaulted, $"{following.Exception}");
                text = Lines(reader.Held);
                return text == (list = Lines(await ListAsync(host, admin)));
            });
        }
    }

    [Fact]
    public async Task Who_comes_back_gets_the_state_again_and_without_followers_nothing_is_watched()
    {
        await using var data = await NewAsync(storage);
        await using var host = await ConceptHost.StartAsync(data);
        using var clock = new Ticking(host);
        var ada = await host.RegisterAsync("ada");
        var admin = await host.TokenAsync(TokenKind.Admin);
        var watches = host.Get<AttentionWatches>();
        Assert.Equal(0, watches.Count);
        using (await (await AttentionReader.StartAsync(host, admin)).StateAsync())
        using (await AttentionReader.StartAsync(host, admin, more: ""))
            Assert.Equal(1, watches.Count);

        await Polling.UntilAsync("nobody to follow", () => watches.Count == 0);
        var question = await AskAsync(host, ada, "Which one?");
        using var reader = await (await AttentionReader.StartAsync(host, admin, more: ", \"after\": \"1\"")).StateAsync();
        Assert.Equal([$"question:{question}"], reader.Held.Keys);
    }

    [Fact]
    public async Task The_feed_has_the_filters_of_the_list_and_is_not_for_agents()
    {
        await using var data = await NewAsync(storage);
        await using var host = await ConceptHost.StartAsync(data);
        using var clock = new Ticking(host);
        var (ada, bob) = (await host.RegisterAsync("ada"), await host.RegisterAsync("bob"));
        using var reader = await (await AttentionReader.StartAsync(host, await host.TokenAsync(TokenKind.Operator), """{"agent": "bob", "kind": ["question", "storm"]}""")).StateAsync();

        await AskAsync(host, ada, "First?");
        var question = await AskAsync(host, bob, "Second?");

        Assert.Equal($"question:{question}", (await reader.ChangeAsync()).Item.AttentionId);
        using var socket = await TestSocket.ConnectAsync(host, "ada", ada);
        Assert.Equal(ErrorCodes.Forbidden, CodeOf(await socket.AskAsync("subscribe", """{"feeds": {"attention": {}}}""")));
        Assert.Equal(ErrorCodes.InvalidRequest, CodeOf(await socket.AskAsync("subscribe", """{"feeds": {"attention": {"kind": "weather"}}}""")));
    }

    /// <summary>Where a connection may be silent for long, because the clock runs.</summary>
    internal static async Task<ServerData> NewAsync(StorageUnderTest storage)
    {
        var data = await storage.NewAsync();
        data.Change = settings => settings with { Heartbeat = TimeSpan.FromHours(1) };
        return data;
    }

    internal static async Task<string> AskAsync(ConceptHost host, string token, string content) =>
        (await host.SendAsync(HttpMethod.Post, "/api/v1/questions", token, $$"""{"content": "{{content}}"}""")).As(WireJson.Lenient.Question).QuestionId;

    private static async Task SnoozeAsync(ConceptHost host, string token, string id)
    {
        var until = WireTime.ToText(host.Clock.GetUtcNow().AddHours(1));
        Assert.Equal(HttpStatusCode.OK, (await host.SendAsync(HttpMethod.Put, $"{Api}/{id}/snooze", token, $$"""{"until": "{{until}}"}""")).Status);
    }

    private static string Lines(IEnumerable<KeyValuePair<string, string>> items) => string.Join("\n", items.OrderBy(one => one.Key, StringComparer.Ordinal).Select(one => one.Value));

    private static string? CodeOf(Frame frame) => frame.Data!.Value.GetProperty("code").GetString();

    private static async Task<Dictionary<string, string>> ListAsync(ConceptHost host, string token)
    {
        using var list = JsonDocument.Parse((await host.SendAsync(HttpMethod.Get, $"{Api}?snoozed=true", token)).Text);
        return list.RootElement.GetProperty("items").EnumerateArray().ToDictionary(item => item.GetProperty("attention_id").GetString()!, item => item.GetRawText());
    }

    /// <summary>Something that a fleet or a person does.</summary>
    private static async Task ChangeAsync(ConceptHost host, string admin, string[] tokens, Random random)
    {
        var who = random.Next(tokens.Length);
        string[] ids = ["ada", "bob", "cyd"];
        switch (random.Next(10))
        {
            case 0:
                await AskAsync(host, tokens[who], "Which one?");
                break;
            case 1 when await AnyAsync(host, admin, "question:") is { } asked:
                await host.SendAsync(HttpMethod.Post, $"/api/v1/questions/{asked["question:".Length..]}/answer", admin, """{"answer": "That one"}""");
                break;
            case 2:
                await host.SayAsync(admin, ids[who], "Hello");
                break;
            case 3:
                await host.SendAsync(HttpMethod.Post, $"/api/v1/agents/{ids[who]}/claim", tokens[who], "{}");
                break;
            case 4:
                var message = await host.SayAsync(admin, ids[who], "This will die");
                await host.SendAsync(HttpMethod.Post, $"/api/v1/agents/{ids[who]}/claim", tokens[who], "{}");
                await host.SendAsync(HttpMethod.Post, $"/api/v1/messages/{message.MessageId}/nack", tokens[who], """{"reason": "No."}""");
                break;
            case 5:
                await host.SendAsync(HttpMethod.Post, random.Next(2) == 0 ? "/api/v1/dead-letters/purge" : "/api/v1/dead-letters/requeue", admin, "{}");
                break;
            case 6:
                await host.SendAsync(HttpMethod.Post, "/api/v1/tasks", admin, """{"title": "Impossible", "auto_assign": true, "required_capabilities": ["cobol"]}""");
                break;
            case 7:
                await host.SendAsync(HttpMethod.Put, $"/api/v1/agents/{ids[who]}/status", tokens[who], $$"""{"status": "{{(random.Next(2) == 0 ? "error" : "online")}}"}""");
                break;
            case 8 when await AnyAsync(host, admin, "") is { } any:
                await host.SendAsync(
                    HttpMethod.Put, $"{Api}/{any}/snooze", admin, $$"""{"until": "{{WireTime.ToText(host.Clock.GetUtcNow().AddMinutes(random.Next(1, 60)))}}"}""");
                break;
            default:
                host.Clock.Advance(TimeSpan.FromMinutes(random.Next(1, 15)));
                break;
        }
    }

    private static async Task<string?> AnyAsync(ConceptHost host, string token, string prefix) =>
        (await ListAsync(host, token)).Keys.Where(id => id.StartsWith(prefix, StringComparison.Ordinal)).Order(StringComparer.Ordinal).FirstOrDefault();
}

public sealed class SqliteAttentionFeedTests() : AttentionFeedTests(new OnSqlite());

public sealed class PostgresAttentionFeedTests(PostgresDatabases databases) : AttentionFeedTests(new OnPostgres(databases))
{
    private readonly PostgresDatabases _databases = databases;

    [Fact]
    public async Task What_changes_at_another_node_arrives_and_a_snooze_holds_at_both()
    {
        await using var nodes = await TwoNodes.StartAsync(_databases, settings => settings with { Heartbeat = TimeSpan.FromHours(1) });
        using var one = new Ticking(nodes.One);
        using var other = new Ticking(nodes.Other);
        var admin = await nodes.One.TokenAsync(TokenKind.Admin);
        var ada = await nodes.One.RegisterAsync("ada");
        using var reader = await (await AttentionReader.StartAsync(nodes.Other, admin)).StateAsync();

        var question = await AskAsync(nodes.One, ada, "Which one?");
        await reader.UntilAsync("put", $"question:{question}");

        var until = WireTime.ToText(nodes.One.Clock.GetUtcNow().AddDays(1));
        await nodes.One.SendAsync(HttpMethod.Put, $"/api/v1/attention/question:{question}/snooze", admin, $$"""{"until": "{{until}}"}""");
        await reader.UntilAsync("delete", $"question:{question}");
        Assert.Empty((await nodes.Other.SendAsync(HttpMethod.Get, "/api/v1/attention", admin)).As(WireJson.Lenient.AttentionList).Items);
    }
}
