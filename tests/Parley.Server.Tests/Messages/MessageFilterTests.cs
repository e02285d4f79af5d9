using System.Net;
using System.Text.Json;
using Parley.Protocol;
using Parley.Server.History;
using Parley.Server.Log;
using Parley.Server.Messages;
using Parley.Server.Tests.Agents;
using Parley.Server.Tests.Harness;
using Parley.Server.Tests.Inbound;
using Parley.Server.Tests.Rest;
using Parley.Server.Wire;
using Xunit;

namespace Parley.Server.Tests.Messages;

/// <summary>Filters of the list of messages, and of the feed that takes the same.</summary>
public abstract class MessageFilterTests(StorageUnderTest storage)
{
    private const string Api = "/api/v1/messages";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>They all have no mailbox, and so the number 0 in the store.</summary>
    [Fact]
    public async Task The_server_and_each_hook_are_senders_of_their_own()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var (bob, observer) = (await host.RegisterAsync("bob"), await host.TokenAsync(TokenKind.Observer));
        var (one, other) = (await host.MakeAsync(), await host.MakeAsync());
        using var socket = await TestSocket.ConnectAsync(host, "bob", bob);
        await socket.AskAsync("subscribe", $$"""{"feeds": {"messages": {"sender": "inbound:{{one.HookId}}"} } }""");
        await socket.AskAsync("subscribe", """{"feeds": {"messages": {"sender": "parley"}}}""");

        await PostAsync(other, "1");
        await PostAsync(one, "2");
        var draft = new SendDraft { Content = "\"from the server\""u8.ToArray() };
        draft.To.Add("bob");
        Assert.Null((await host.Get<Mailbox>().SendAsync(host.Default, Sender.Server, draft, null, Cancel)).Problem);
        await PostAsync(one, "3");
        var told = new[] { await ToldAsync(socket), await ToldAsync(socket), await ToldAsync(socket) };

        // As the newest part of the log is read, and as the index finds it.
        for (var round = 0; round < 2; round++)
        {
            Assert.Equal(["parley"], await SendersAsync("parley"));
            Assert.Equal([$"inbound:{one.HookId}", $"inbound:{one.HookId}"], await SendersAsync($"inbound:{one.HookId}"));
            Assert.Equal([$"inbound:{other.HookId}"], await SendersAsync($"inbound:{other.HookId}", "&limit=1"));
            Assert.Empty(await SendersAsync("inbound:"));
            Assert.Null(await host.Get<IndexCatchUp>().RunAsync(host.Default.Number, Cancel));
        }

        Assert.Equal([$"inbound:{one.HookId}", "parley", $"inbound:{one.HookId}"], told);

        async Task PostAsync(InboundHook hook, string delivery) =>
            Assert.Equal(HttpStatusCode.Accepted, (await host.PostAsync(hook.Path, "{}", InboundPost.AsGitHub("{}", delivery))).Status);

        async Task<IEnumerable<string>> SendersAsync(string sender, string more = "") =>
            (await host.SendAsync(HttpMethod.Get, $"{Api}?sender={sender}{more}", observer)).As(WireJson.Lenient.PageMessage).Items.Select(message => message.SenderId);

        static async Task<string?> ToldAsync(TestSocket socket) =>
            (await socket.NextAsync(frame => frame.Event == "change")).Data!.Value.GetProperty("item").GetProperty("sender_id").GetString();
    }

    [Fact]
    public async Task A_feed_takes_the_times_of_the_list_for_its_state_and_for_what_follows()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var (ada, eve) = (await host.RegisterAsync("ada"), await host.RegisterAsync("eve"));
        var start = host.Clock.GetUtcNow();
        var early = await SendAsync("early");
        await SendAsync("scheduled early", $$""", "deliver_at": "{{WireTime.ToText(start.AddSeconds(15))}}" """);
        host.Clock.Advance(TimeSpan.FromSeconds(10));
        var known = await SendAsync("known");
        using var socket = await TestSocket.ConnectAsync(host, "eve", eve);

        var filter = $$"""{"since": "{{WireTime.ToText(start.AddSeconds(5))}}", "until": "{{WireTime.ToText(start.AddSeconds(27))}}"}""";
        await socket.AskAsync("subscribe", $$"""{"feeds": {"messages": {{filter}} }, "snapshot": true}""");
        var state = (await socket.NextAsync(frame => frame.Event == "snapshot")).Data!.Value.GetProperty("items");
        host.Clock.Advance(TimeSpan.FromSeconds(6));
        await Polling.UntilAsync(() => "the release", async () =>
        {
            // Whoever looks for what is due may have read the clock just before it was turned.
            host.Clock.Advance(TimeSpan.FromSeconds(1));
            return (await host.LogAsync()).Any(entry => entry.Kind == EntryKind.Release);
        });
        var live = await SendAsync("live");
        await DeleteAsync(early);
        await DeleteAsync(known);
        host.Clock.Advance(TimeSpan.FromSeconds(11));
        var late = await SendAsync("late");
        await DeleteAsync(late);
        await DeleteAsync(live);

        Assert.Equal(["known"], state.EnumerateArray().Select(item => item.GetProperty("content").GetString()));
        foreach (var expected in new[] { $"put {live}", $"delete {known}", $"delete {live}" })
        {
            var change = (await socket.NextAsync(frame => frame.Event == "change")).Data!.Value;
            Assert.Equal(expected, $"{change.GetProperty("op").GetString()} {change.GetProperty("item").GetProperty("message_id").GetString()}");
        }

        async Task<string> SendAsync(string content, string more = "")
        {
            var answer = await host.SendAsync(HttpMethod.Post, Api, ada, $$"""{"to": "eve", "content": "{{content}}"{{more}}}""");
            Assert.True(answer.Status == HttpStatusCode.Created, answer.Text);
            return JsonElement.Parse(answer.Text).GetProperty("message_id").GetString()!;
        }

        async Task DeleteAsync(string id)
        {
            var answer = await host.SendAsync(HttpMethod.Delete, $"{Api}/{id}", ada);
            Assert.True((int)answer.Status < 300, answer.Text);
        }
    }

    [Fact]
    public async Task A_filter_leaves_out_what_has_an_exclamation_mark()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var (ada, eve, observer) = (await host.RegisterAsync("ada"), await host.RegisterAsync("eve"), await host.TokenAsync(TokenKind.Observer));
        using var socket = await TestSocket.ConnectAsync(host, "human", observer);
        await socket.AskAsync("subscribe", """{"feeds": {"messages": {"type": ["!heartbeat", "!status"], "sender": "!eve", "priority": "!1"}}}""");
        var run = (await host.SendAsync(HttpMethod.Post, "/api/v1/executions", ada, """{"title": "A run"}""")).As(WireJson.Lenient.Execution).ExecutionId;
        var first = (await SendAsync(ada, """{"to": "eve", "content": "1", "task_id": "t"}""")).As(WireJson.Lenient.SendAnswer).MessageId;
        await SendAsync(ada, """{"to": "eve", "content": "2", "message_type": "heartbeat"}""");
        await SendAsync(eve, $$"""{"to": "ada", "content": "3", "reply_to": "{{first}}"}""");
        await SendAsync(ada, $$"""{"to": "*", "content": "4", "priority": 1, "execution_id": "{{run}}"}""");
        await SendAsync(ada, """{"to": "human", "content": "5", "message_type": "status"}""");
        await SendAsync(ada, """{"to": "human", "content": "6"}""");

        // As the newest part of the log is read, and as the index finds it.
        for (var round = 0; round < 2; round++)
        {
            Assert.Equal("65431", await SaidAsync("type=!heartbeat"));
            Assert.Equal("6431", await SaidAsync("type=!heartbeat,!status"));
            Assert.Equal("65421", await SaidAsync("sender=!eve"));
            Assert.Equal("654321", await SaidAsync("sender=!nobody"));
            Assert.Equal("654321", await SaidAsync("sender=!parley"));
            Assert.Equal("6543", await SaidAsync("recipient=!eve"));
            Assert.Equal("6542", await SaidAsync($"thread=!{first}"));
            Assert.Equal("65321", await SaidAsync($"execution=!{run}"));
            Assert.Equal("65432", await SaidAsync("task=!t"));
            Assert.Equal("65321", await SaidAsync("priority=!1,!4"));
            Assert.Equal("21", await SaidAsync("sender=ada&recipient=eve&type=!status"));
            Assert.Null(await host.Get<IndexCatchUp>().RunAsync(host.Default.Number, Cancel));
        }

        foreach (var expected in new[] { "1", "6" })
        {
            var change = await socket.NextAsync(frame => frame.Event == "change");
            Assert.Equal(expected, change.Data!.Value.GetProperty("item").GetProperty("content").GetString());
        }

        Task<Answer> SendAsync(string token, string json) => host.SendAsync(HttpMethod.Post, Api, token, json);

        async Task<string> SaidAsync(string query)
        {
            var answer = await host.SendAsync(HttpMethod.Get, $"{Api}?{query}", observer);
            Assert.True(answer.Status == HttpStatusCode.OK, answer.Text);
            return string.Concat(answer.As(WireJson.Lenient.PageMessage).Items.Select(message => message.Content));
        }
    }

    [Theory]
    [InlineData("""{"q": "login"}""", "q", "cannot be followed")]
    [InlineData("""{"since": "yesterday"}""", "since", "expected a time")]
    [InlineData("""{"thread": "x"}""", "thread", "UUID")]
    [InlineData("""{"priority": 9}""", "priority", "one of 1, 2, 3, 4")]
    [InlineData("""{"state": "dead"}""", "state", "cannot be followed")]
    [InlineData("""{"type": ["a", "!b"]}""", "type", "mixes values")]
    [InlineData("""{"count": true}""", "count", "")]
    [InlineData("""{"limit": 5}""", "limit", "is not a filter here")]
    [InlineData("""{"color": "red"}""", "color", "")]
    public async Task What_a_feed_cannot_follow_is_refused_by_name(string filter, string field, string words)
    {
        await using var host = await ConceptHost.StartAsync(storage);
        using var socket = await TestSocket.ConnectAsync(host, "eve", await host.RegisterAsync("eve"));

        var answer = await socket.AskAsync("subscribe", $$"""{"feeds": {"messages": {{filter}} } }""");

        Assert.Equal("error", answer.Event);
        Assert.True(answer.Data!.Value.GetProperty("errors").TryGetProperty($"feeds.messages.{field}", out var wrong), answer.Data.Value.GetRawText());
        Assert.Contains(words, wrong.GetRawText(), StringComparison.OrdinalIgnoreCase);
    }
}

public sealed class SqliteMessageFilterTests() : MessageFilterTests(new OnSqlite());

public sealed class PostgresMessageFilterTests(PostgresDatabases databases) : MessageFilterTests(new OnPostgres(databases));
