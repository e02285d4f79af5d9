using System.Net;
using System.Text;
using System.Text.Json;
using Parley.Protocol;
using Parley.Server.Agents;
using Parley.Server.Messages;
using Parley.Server.Security;
using Parley.Server.Tests.Agents;
using Parley.Server.Tests.ExportImport;
using Parley.Server.Tests.Harness;
using Parley.Server.Wire;
using Xunit;

namespace Parley.Server.Tests.Rest;

/// <summary>How deep JSON may be nested, and that what was taken in spoils nothing that it comes back in.</summary>
public abstract class DepthTests(StorageUnderTest storage)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>What each of them takes, with a place for a value; the value's own levels that still fit.</summary>
    public static TheoryData<string, string, string, int> Bodies => new()
    {
        { "POST", "messages", """{"to": "bob", "payload": *}""", 31 },
        { "POST", "messages", """{"to": "bob", "content": "x", "metadata": {"m": *}}""", 30 },
        { "POST", "requests", """{"to": "nobody", "payload": *}""", 31 },
        { "POST", "memory", """{"key": "deep", "value": *}""", 31 },
        { "PUT", "memory/key/deep", """{"value": *}""", 31 },
        { "PUT", "agents/bob", """{"metadata": {"m": *}}""", 30 },
    };

    [Theory]
    [MemberData(nameof(Bodies))]
    public async Task JSON_nested_deeper_than_the_limit_is_refused_naming_the_field(string method, string path, string body, int fits)
    {
        await using var host = await ConceptHost.StartAsync(storage);
        await host.RegisterAsync("bob");
        var admin = await host.TokenAsync(TokenKind.Admin);
        Task<Answer> Ask(int levels) => host.SendAsync(new HttpMethod(method), $"/api/v1/{path}", admin, body.Replace("*", Nested(levels), StringComparison.Ordinal));

        var deepest = await Ask(fits);
        foreach (var levels in new[] { fits + 1, 64, 300, 100_000 })
        {
            var refused = await Ask(levels);
            Assert.Equal((HttpStatusCode.BadRequest, ErrorCodes.InvalidRequest), (refused.Status, refused.As(WireJson.Lenient.Problem).Code));
            Assert.Contains($"deeper than {JsonDepth.OfInput} levels", refused.Text, StringComparison.Ordinal);
        }

        Assert.NotEqual(HttpStatusCode.BadRequest, deepest.Status);
    }

    [Fact]
    public async Task A_frame_and_an_item_of_a_batch_take_as_much_as_a_body()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var bob = await host.RegisterAsync("bob");
        using var socket = await TestSocket.ConnectAsync(host, "bob", bob);
        string Send(int levels) => $$"""{"to": "bob", "payload": {{Nested(levels)}}}""";

        Assert.Equal("ok", (await socket.AskAsync(FrameEvents.MessageSend, Send(31))).Event);
        Assert.Equal("error", (await socket.AskAsync(FrameEvents.MessageSend, Send(32))).Event);
        Assert.Equal("error", (await socket.AskAsync(FrameEvents.MessageSend, Send(200))).Event);
        Assert.Equal("ok", (await socket.AskAsync(FrameEvents.MemorySet, $$"""{"key": "deep", "value": {{Nested(31)}}}""")).Event);
        Assert.Equal("error", (await socket.AskAsync(FrameEvents.MemorySet, $$"""{"key": "deep", "value": {{Nested(32)}}}""")).Event);

        var batch = await host.SendAsync(HttpMethod.Post, "/api/v1/messages/batch", bob, $$"""{"items": [{{Send(31)}}, {{Send(32)}}, {{Send(31)}}]}""");
        Assert.Equal(
            [201, 400, 201],
            JsonElement.Parse(batch.Text).GetProperty("items").EnumerateArray().Select(item => item.GetProperty("status").GetInt32()));
    }

    /// <summary>What an earlier version took in, which allowed 64 levels.</summary>
    [Fact]
    public async Task Deeper_JSON_that_was_stored_earlier_is_readable_everywhere_and_can_be_moved()
    {
        await using var data = await storage.NewAsync();
        await using var copy = await storage.NewAsync();
        var deep = Nested(62);
        var clock = new TestClock();
        await using (var host = await ConceptHost.StartAsync(data, clock))
        {
            var (ada, bob) = (await host.RegisterAsync("ada"), await host.RegisterAsync("bob"));
            var project = host.Default;
            await host.Get<AgentDirectory>().ChangeAsync(project, project.Agents.Find("ada")!, agent => agent with { Metadata = Parse($$"""{"m": {{deep}}}""") }, Cancel);
            using var socket = await TestSocket.ConnectAsync(host, "bob", bob);
            var caller = host.Get<TokenVault>().Authenticate(ada)!;
            var draft = new SendDraft { Content = "\"deep\""u8.ToArray(), Payload = Encoding.UTF8.GetBytes(deep), Metadata = Encoding.UTF8.GetBytes($$"""{"m": {{deep}}}""") };
            draft.To.Add("bob");
            var sent = await host.Get<Mailbox>().SendAsync(project, SenderResolver.Of(caller, project.Agents.Find("ada")!, session: null), draft, null, Cancel);
            var id = sent.Outcome!.MessageId;

            var received = await socket.NextAsync(frame => frame.Event == FrameEvents.MessageReceived);
            Assert.Equal(deep, received.Data!.Value.GetProperty("message").GetProperty("payload").GetRawText());
            Assert.Equal("ok", (await socket.AskAsync("message:nack", $$"""{"message_id": "{{id}}", "delay_seconds": 0, "reason": "deep"}""")).Event);
            await AssertReadableAsync(host, id, deep);
        }

        using var file = new ExportFile();
        await file.ExportAsync(data);
        await file.ImportAsync(copy);
        await using var moved = await ConceptHost.StartAsync(copy, clock);
        await AssertReadableAsync(moved, null, deep);
    }

    private static async Task AssertReadableAsync(ConceptHost host, Guid? id, string deep)
    {
        var admin = await host.TokenAsync(TokenKind.Admin);
        string[] paths =
        [
            "agents", "agents/ada", "messages", "messages?q=deep", "threads", "agents/bob/inbox", "dead-letters", "messages/bob",
            .. id is null ? [] : new[] { $"messages/{id}", $"messages/{id}/trace", $"threads/{id}" },
        ];
        foreach (var path in paths)
        {
            var answer = await host.SendAsync(HttpMethod.Get, $"/api/v1/{path}", admin);
            Assert.True(answer.Status == HttpStatusCode.OK, $"{path}: {answer.Status} {answer.Text}");
            using var _ = JsonDocument.Parse(answer.Text, JsonDepth.StoredDocument);
        }

        var agents = (await host.SendAsync(HttpMethod.Get, "/api/v1/agents", admin)).As(WireJson.Lenient.PageAgent);
        Assert.Contains(agents.Items, agent => agent.Metadata is { ValueKind: JsonValueKind.Object } metadata && metadata.GetProperty("m").GetRawText() == deep);
        var messages = (await host.SendAsync(HttpMethod.Get, "/api/v1/messages", admin)).As(WireJson.Lenient.PageMessage);
        Assert.Equal(deep, Assert.Single(messages.Items).Payload!.Value.GetRawText());
    }

    private static string Nested(int levels) => new string('[', levels) + new string(']', levels);

    private static JsonElement Parse(string json)
    {
        using var document = JsonDocument.Parse(json, JsonDepth.StoredDocument);
        return document.RootElement.Clone();
    }
}

public sealed class SqliteDepthTests() : DepthTests(new OnSqlite());

public sealed class PostgresDepthTests(PostgresDatabases databases) : DepthTests(new OnPostgres(databases));
