using System.Globalization;
using System.Net;
using System.Text.Json;
using Parley.Protocol;
using Parley.Server.Log;
using Parley.Server.Tests.Agents;
using Parley.Server.Tests.Harness;
using Parley.Server.Tests.Rest;
using Xunit;

namespace Parley.Server.Tests.Messages;

/// <summary>How a subscription to messages shows them: cut, with their deliveries, and together.</summary>
public abstract class MessageFeedTests(StorageUnderTest storage)
{
    private const string Api = "/api/v1/messages";

    [Fact]
    public async Task Messages_are_cut_and_come_with_their_deliveries_as_in_lists()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var (ada, observer) = (await host.RegisterAsync("ada"), await host.TokenAsync(TokenKind.Observer));
        var bob = await host.RegisterAsync("bob");
        var text = string.Concat(Enumerable.Repeat("word ", 20));
        await SendAsync(host, ada, $$"""{"to": "bob", "content": "{{text}}", "payload": {"a":"{{text}}"} }""");
        await host.SendAsync(HttpMethod.Post, "/api/v1/agents/bob/claim", bob, "{}");
        using var people = await TestSocket.ConnectAsync(host, "human", observer);
        using var socket = await TestSocket.ConnectAsync(host, "bob", bob, query: "window=0");
        const string Subscribe = """{"feeds": {"messages": {}}, "snapshot": true, "excerpt": 20, "include": "deliveries"}""";
        await people.AskAsync("subscribe", Subscribe);
        await socket.AskAsync("subscribe", Subscribe);

        await SendAsync(host, ada, $$"""{"to": ["bob", "human"], "content": "{{text}}"}""");
        await SendAsync(host, ada, """{"to": "bob", "content": "Short."}""");

        var state = (await people.NextAsync(frame => frame.Event == "snapshot")).Data!.Value.GetProperty("items")[0].Deserialize(WireJson.Lenient.Message)!;
        Assert.Equal(("word word word…", null, true), (state.Content, state.Payload, state.Truncated));
        Assert.Equal("\"\"".Length + (20 * 5) + "{\"a\":\"\"}".Length + (20 * 5), state.ContentBytes);
        Assert.Equal(new DeliveryTally { Total = 1, HandedOver = 1 }, state.Deliveries);
        var (first, second) = (await ChangedAsync(people), await ChangedAsync(people));
        Assert.Equal(("word word word…", true, 2), (first.Content, first.Truncated, first.Deliveries?.Total));
        Assert.Equal(("Short.", false, null, 1), (second.Content, second.Truncated, second.ContentBytes, second.Deliveries?.Total));
        // An agent that received it sees only its own delivery.
        Assert.Equal(1, (await ChangedAsync(socket)).Deliveries?.Total);
    }

    [Fact]
    public async Task A_released_message_and_a_tombstone_are_shown_like_any_other()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var (ada, bob) = (await host.RegisterAsync("ada"), await host.RegisterAsync("bob"));
        using var socket = await TestSocket.ConnectAsync(host, "bob", bob, query: "window=0");
        await socket.AskAsync("subscribe", """{"feeds": {"messages": {}}, "excerpt": 5, "include": "deliveries"}""");
        var due = host.Clock.GetUtcNow().AddSeconds(2);
        var id = (await SendAsync(host, ada, """{"to": "bob", "content": "At once."}""")).MessageId;
        await SendAsync(host, ada, $$"""{"to": "bob", "content": "Scheduled.", "deliver_at": "{{WireTime.ToText(due)}}"}""");
        await Polling.UntilAsync(() => "the release", async () =>
        {
            host.Clock.Advance(TimeSpan.FromSeconds(1));
            return (await host.LogAsync()).Any(entry => entry.Kind == EntryKind.Release);
        });

        var (first, released) = (await ChangedAsync(socket), await ChangedAsync(socket));
        await host.SendAsync(HttpMethod.Delete, $"{Api}/{id}", ada);
        var deleted = (await socket.NextAsync(frame => frame.Event == "change")).Data!.Value;

        Assert.EndsWith("…", first.Content, StringComparison.Ordinal);
        Assert.Equal((true, 1), (first.Truncated, first.Deliveries?.Total));
        Assert.Equal((true, 1), (released.Truncated, released.Deliveries?.Total));
        Assert.Equal(("delete", id), (deleted.GetProperty("op").GetString(), deleted.GetProperty("item").GetProperty("message_id").GetString()));
    }

    [Fact]
    public async Task Changes_that_are_held_back_come_in_order_with_their_places()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var (ada, observer) = (await host.RegisterAsync("ada"), await host.TokenAsync(TokenKind.Observer));
        _ = await host.RegisterAsync("bob");
        using var socket = await TestSocket.ConnectAsync(host, "human", observer);
        await socket.AskAsync("subscribe", """{"feeds": {"messages": {}}, "coalesce_ms": 1000}""");
        var sent = new List<long>();
        for (var i = 0; i < 5; i++)
            sent.Add((await SendAsync(host, ada, """{"to": "bob", "content": "x"}""")).Seq);

        // The feed may not have read all of them yet when the clock is turned.
        var seen = new List<string?>();
        var next = socket.NextAsync(frame => frame.Event == "change");
        await Polling.UntilAsync(() => $"{seen.Count} of {sent.Count} changes", async () =>
        {
            host.Clock.Advance(TimeSpan.FromSeconds(1));
            while (next.IsCompleted && seen.Count < sent.Count)
            {
                seen.Add((await next).Data!.Value.GetProperty("place").GetString()?.Split('-')[1]);
                if (seen.Count < sent.Count)
                    next = socket.NextAsync(frame => frame.Event == "change");
            }

            return seen.Count == sent.Count;
        });

        Assert.Equal(sent.Select(seq => seq.ToString(CultureInfo.InvariantCulture)), seen);
    }

    [Theory]
    [InlineData(""" "feeds": {"messages": {}}, "coalesce_ms": 1001 """, "coalesce_ms", "0 to 1000")]
    [InlineData(""" "feeds": {"messages": {}}, "coalesce_ms": -1 """, "coalesce_ms", "0 to 1000")]
    [InlineData(""" "feeds": {"messages": {}}, "excerpt": 0 """, "excerpt", "1 to 10000")]
    [InlineData(""" "feeds": {"messages": {}}, "include": "replies" """, "include", "expected deliveries")]
    [InlineData(""" "feeds": {"tasks": {}}, "include": "deliveries" """, "include", "not among these feeds")]
    [InlineData(""" "feeds": {"tasks": {}}, "excerpt": 20 """, "excerpt", "not among these feeds")]
    public async Task What_makes_no_sense_is_refused_by_name(string data, string field, string words)
    {
        await using var host = await ConceptHost.StartAsync(storage);
        using var socket = await TestSocket.ConnectAsync(host, "ada", await host.RegisterAsync("ada"));

        var answer = await socket.AskAsync("subscribe", $"{{{data}}}");

        Assert.Equal("error", answer.Event);
        Assert.True(answer.Data!.Value.GetProperty("errors").TryGetProperty(field, out var wrong), answer.Data.Value.GetRawText());
        Assert.Contains(words, wrong.GetRawText(), StringComparison.Ordinal);
    }

    private static async Task<SendAnswer> SendAsync(ConceptHost host, string token, string json)
    {
        var answer = await host.SendAsync(HttpMethod.Post, Api, token, json);
        Assert.True(answer.Status == HttpStatusCode.Created, answer.Text);
        return answer.As(WireJson.Lenient.SendAnswer);
    }

    private static async Task<Message> ChangedAsync(TestSocket socket) =>
        (await socket.NextAsync(frame => frame.Event == "change")).Data!.Value.GetProperty("item").Deserialize(WireJson.Lenient.Message)!;
}

public sealed class SqliteMessageFeedTests() : MessageFeedTests(new OnSqlite());

public sealed class PostgresMessageFeedTests(PostgresDatabases databases) : MessageFeedTests(new OnPostgres(databases));
