using System.Net;
using System.Net.Sockets;
using System.Text;
using Parley.Protocol;
using Parley.Server.Tests.Agents;
using Parley.Server.Tests.Harness;
using Parley.Server.Tests.Nodes;
using Parley.Server.Tests.Rest;
using Xunit;

namespace Parley.Server.Tests.Inbound;

/// <summary>What is posted, and what becomes of it.</summary>
public abstract class InboundTests(StorageUnderTest storage)
{
    private const string Push = """{"ref": "refs/heads/main", "commits": [{"id": "0d1a26e6"}]}""";

    [Fact]
    public async Task A_post_by_GitHub_becomes_an_external_message()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var bob = await host.RegisterAsync("bob");
        var hook = await host.MakeAsync(more: ", \"message_type\": \"push\", \"priority\": 3");

        var answer = await host.PostAsync(hook.Path, Push, InboundPost.AsGitHub(Push, "72d3162e-cc78-11e3-81ab-4c9367dc0958"));

        Assert.Equal(HttpStatusCode.Accepted, answer.Status);
        var receipt = answer.As(WireJson.Lenient.InboundReceipt);
        var inbox = (await host.SendAsync(HttpMethod.Get, "/api/v1/agents/bob/inbox", bob)).As(WireJson.Lenient.Inbox);
        var message = Assert.Single(inbox.Items).Message;
        Assert.Equal((receipt.MessageId, false), (message.MessageId, receipt.Duplicate));
        Assert.Equal(
            (Authority.External, $"inbound:{hook.HookId}", "GitHub", "GitHub: push", "push", Priority.High, 0),
            (message.Authority, message.SenderId, message.SenderName, message.Content, message.MessageType, message.Priority, message.Hops));
        Assert.Equal(Push, message.Payload!.Value.GetRawText());
        Assert.Equal(
            $$"""{"hook_id":"{{hook.HookId}}","delivery_id":"72d3162e-cc78-11e3-81ab-4c9367dc0958","event":"push","content_type":"application/json"}""",
            message.Metadata!.Value.GetRawText());
    }

    [Fact]
    public async Task Text_becomes_the_content_and_anything_else_that_is_not_JSON_is_refused()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        await host.RegisterAsync("bob");
        var hook = await host.MakeAsync();
        var deep = new string('[', 31) + new string(']', 31);

        async Task<int> SendAsync(string body, string? type = "application/json", params (string, string)[] more) =>
            (int)(await host.PostAsync(hook.Path, body, [.. host.Signed(body), ("X-Parley-Delivery", Guid.NewGuid().ToString()), .. more], type)).Status;

        Assert.Equal(202, await SendAsync("deploy \"done\"\n", "text/plain; charset=utf-8"));
        Assert.Equal(202, await SendAsync("a=b", null));
        Assert.Equal(202, await SendAsync("", null));
        Assert.Equal(202, await SendAsync(" {\"a\":\n1} ", "application/vnd.api+json"));
        Assert.Equal(202, await SendAsync("null"));
        Assert.Equal(202, await SendAsync(deep));
        Assert.Equal(400, await SendAsync($"[{deep}]"));
        Assert.Equal(400, await SendAsync("{\"a\":1} x"));
        Assert.Equal(400, await SendAsync("{\"a\":\"\\u0000\"}"));
        Assert.Equal(400, await SendAsync("{\"a\":\"\\ud800\"}"));
        Assert.Equal(400, await SendAsync("a\0b", "text/plain"));
        Assert.Equal(400, await SendAsync("a", "text/plain", ("X-GitHub-Event", new string('x', 256))));
        Assert.Equal(415, await SendAsync("a", "text/plain; charset=iso-8859-1"));
        Assert.Equal(413, await SendAsync($"\"{new string('x', 256 * 1024)}\""));

        var told = (await host.MessagesAsync()).Reverse().Select(message => $"{message.Content}|{message.Payload?.GetRawText()}");
        Assert.Equal(["deploy \"done\"\n|", "a=b|", "GitHub|", "GitHub|{\"a\":1}", "GitHub|", $"GitHub|{deep}"], told);
    }

    [Fact]
    public async Task Without_a_valid_signature_nothing_is_revealed_or_changed()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        await host.RegisterAsync("bob");
        var hook = await host.MakeAsync();
        var body = Push;
        var head = host.Default.Log.Head;
        var good = host.Signed(body);
        var (time, signature) = (good[0], good[1]);
        var nowhere = $"{InboundPost.Api}/{Guid.NewGuid()}";

        (string? Path, string Body, (string, string)[] Headers)[] tries =
        [
            (hook.Path, body, []),
            (hook.Path, body, [signature]),
            (hook.Path, body, [time, ("X-Parley-Signature", "sha256=00")]),
            (hook.Path, body, [("X-Parley-Timestamp", "1"), signature]),
            (hook.Path, $"{body} ", good),
            (hook.Path, "{}", good),
            (hook.Path, "", good),
            (hook.Path, body, host.Signed(body, "It's a Secret to Nobody!!!!")),
            (hook.Path, body, host.Signed(body, late: TimeSpan.FromMinutes(6))),
            (hook.Path, body, host.Signed(body, late: TimeSpan.FromMinutes(-6))),
            (hook.Path, body, InboundPost.AsGitHub(body, "1", "another secret of it")),
            (nowhere, body, good),
            (nowhere, body, []),
            (nowhere, body, InboundPost.AsGitHub(body, "1")),
            ($"{InboundPost.Api}/none", body, good),
            ($"{hook.Path}?project_id=nowhere", body, good),
            ($"{hook.Path}?project_id=%00", body, good),
        ];
        var answers = new List<Answer>();
        foreach (var (path, text, headers) in tries)
            answers.Add(await host.PostAsync(path, text, headers));

        Assert.All(answers, answer => Assert.Equal(HttpStatusCode.Unauthorized, answer.Status));
        // What a request has of its own, such as its id, aside: the answers are the same to the letter.
        Assert.Single(answers.Select(answer => answer.Text).Distinct());
        Assert.Equal(head, host.Default.Log.Head);
        // A token opens no hook.
        var withToken = await host.PostAsync(hook.Path, body, [("Authorization", $"Bearer {await host.TokenAsync(TokenKind.Admin)}")]);
        Assert.Equal(HttpStatusCode.Unauthorized, withToken.Status);
    }

    [Theory]
    [InlineData(1_000, false, "HTTP/1.1 401 Unauthorized")]
    [InlineData(1_000_000_000, false, "HTTP/1.1 401 Unauthorized")]
    [InlineData(1_000_000_000, true, "HTTP/1.1 413 Payload Too Large")]
    public async Task Without_a_signature_or_with_too_large_a_body_the_body_is_not_waited_for(int length, bool isSigned, string expected)
    {
        await using var host = await ConceptHost.StartAsync(storage);
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, host.Client.BaseAddress!.Port, TestContext.Current.CancellationToken);
        var stream = client.GetStream();
        var headers = string.Concat((isSigned ? host.Signed("") : []).Select(header => $"{header.Item1}: {header.Item2}\r\n"));

        await stream.WriteAsync(
            Encoding.ASCII.GetBytes($"POST {InboundPost.Api}/x HTTP/1.1\r\nHost: localhost\r\n{headers}Content-Length: {length}\r\n\r\n"), TestContext.Current.CancellationToken);

        using var reader = new StreamReader(stream);
        Assert.Equal(expected, await reader.ReadLineAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_delivery_is_one_message_however_often_it_arrives_even_after_a_restart_or_a_change_of_the_hook()
    {
        await using var data = await storage.NewAsync();
        InboundHook hook;
        string first, other;
        var clock = new TestClock();
        await using (var before = await ConceptHost.StartAsync(data, clock))
        {
            await before.RegisterAsync("bob");
            hook = await before.MakeAsync();
            first = (await before.PostAsync(hook.Path, Push, InboundPost.AsGitHub(Push, "d-1"))).As(WireJson.Lenient.InboundReceipt).MessageId;
            other = (await before.PostAsync(hook.Path, Push, InboundPost.AsGitHub(Push, "d-2"))).As(WireJson.Lenient.InboundReceipt).MessageId;
        }

        await using var host = await ConceptHost.StartAsync(data, clock);
        var again = (await host.PostAsync(hook.Path, Push, InboundPost.AsGitHub(Push, "d-1"))).As(WireJson.Lenient.InboundReceipt);
        await host.SendAsync(
            HttpMethod.Put, $"{InboundPost.Api}/{hook.HookId}", await host.TokenAsync(TokenKind.Operator, "human"), """{"name": "Hub", "to": "human", "message_type": "other"}""");
        var changed = (await host.PostAsync(hook.Path, Push, InboundPost.AsGitHub(Push, "d-1"))).As(WireJson.Lenient.InboundReceipt);
        var another = await host.PostAsync(hook.Path, "{}", InboundPost.AsGitHub("{}", "d-1"));
        (string, string)[] keyed = [.. host.Signed(Push), ("Idempotency-Key", "k")];
        var byKey = (await host.PostAsync(hook.Path, Push, keyed)).As(WireJson.Lenient.InboundReceipt);
        var byKeyAgain = (await host.PostAsync(hook.Path, Push, keyed)).As(WireJson.Lenient.InboundReceipt);

        Assert.NotEqual(first, other);
        Assert.Equal((first, true), (again.MessageId, again.Duplicate));
        Assert.Equal((first, true), (changed.MessageId, changed.Duplicate));
        Assert.Equal((409, ErrorCodes.IdempotencyConflict), ((int)another.Status, another.As(WireJson.Lenient.Problem).Code));
        Assert.Equal((byKey.MessageId, false, true), (byKeyAgain.MessageId, byKey.Duplicate, byKeyAgain.Duplicate));
        Assert.Equal([first, other, byKey.MessageId], (await host.MessagesAsync()).Reverse().Select(message => message.MessageId));
    }

    [Fact]
    public async Task A_replayed_request_is_the_same_message_or_is_refused_if_it_is_too_old()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        await host.RegisterAsync("bob");
        var hook = await host.MakeAsync();
        var signed = host.Signed(Push);

        var first = (await host.PostAsync(hook.Path, Push, signed)).As(WireJson.Lenient.InboundReceipt);
        var replayed = (await host.PostAsync(hook.Path, Push, signed)).As(WireJson.Lenient.InboundReceipt);
        host.Clock.Advance(TimeSpan.FromSeconds(1));
        var next = (await host.PostAsync(hook.Path, Push, host.Signed(Push))).As(WireJson.Lenient.InboundReceipt);
        host.Clock.Advance(TimeSpan.FromMinutes(5));
        var late = await host.PostAsync(hook.Path, Push, signed);

        Assert.Equal((first.MessageId, true), (replayed.MessageId, replayed.Duplicate));
        Assert.NotEqual(first.MessageId, next.MessageId);
        Assert.Equal(HttpStatusCode.Unauthorized, late.Status);
        Assert.Equal(2, (await host.MessagesAsync()).Count);
    }

    [Fact]
    public async Task A_hook_has_its_own_rate_limit_and_only_signed_posts_count()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var admin = await host.TokenAsync(TokenKind.Admin);
        await host.SendAsync(HttpMethod.Post, "/api/v1/projects", admin, """{"project_id": "shop", "settings": {"rate_limit_per_second": 1, "rate_limit_burst": 2}}""");
        var (hook, other) = (await host.MakeAsync("\"human\"", project: "shop"), await host.MakeAsync("\"human\"", project: "shop"));

        for (var i = 0; i < 5; i++)
            await host.PostAsync(hook.Path, Push, host.Signed(Push, "some secret or another"));
        var answers = new List<Answer>();
        foreach (var (path, id) in new[] { (hook.Path, "1"), (hook.Path, "2"), (hook.Path, "3"), (other.Path, "1") })
            answers.Add(await host.PostAsync(path, Push, InboundPost.AsGitHub(Push, id)));

        Assert.Equal([202, 202, 429, 202], answers.Select(answer => (int)answer.Status));
        Assert.Equal("1", answers[2].Header("Retry-After"));
        host.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(202, (int)(await host.PostAsync(hook.Path, Push, InboundPost.AsGitHub(Push, "3"))).Status);
        Assert.Equal(4, (await host.MessagesAsync("shop")).Count);
    }

    [Fact]
    public async Task A_delivery_is_refused_like_a_send_and_may_be_retried()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var admin = await host.TokenAsync(TokenKind.Admin);
        await host.RegisterAsync("bob");
        await host.SendAsync(HttpMethod.Put, "/api/v1/projects/default", admin, """{"settings": {"mailbox_limit": 1}}""");
        await host.SendAsync(HttpMethod.Put, "/api/v1/schemas/deploy", admin, """{"schema": {"type": "object", "required": ["service"]}}""");
        var hook = await host.MakeAsync();
        var typed = await host.MakeAsync("\"human\"", ", \"message_type\": \"deploy\"");
        var nobody = await host.MakeAsync("\"capability:release\"");

        var fits = await host.PostAsync(hook.Path, Push, InboundPost.AsGitHub(Push, "1"));
        var full = await host.PostAsync(hook.Path, Push, InboundPost.AsGitHub(Push, "2"));
        var unfit = await host.PostAsync(typed.Path, Push, InboundPost.AsGitHub(Push, "1"));
        var unable = await host.PostAsync(nobody.Path, Push, InboundPost.AsGitHub(Push, "1"));
        await host.SendAsync(HttpMethod.Put, "/api/v1/projects/default", admin, """{"settings": {"mailbox_limit": 2}}""");
        var room = await host.PostAsync(hook.Path, Push, InboundPost.AsGitHub(Push, "2"));

        Assert.Equal([202, 429, 422, 404, 202], new[] { fits, full, unfit, unable, room }.Select(answer => (int)answer.Status));
        Assert.Equal(
            [ErrorCodes.MailboxFull, ErrorCodes.SchemaMismatch, ErrorCodes.NoCapableAgent], new[] { full, unfit, unable }.Select(answer => answer.As(WireJson.Lenient.Problem).Code));
        Assert.False(room.As(WireJson.Lenient.InboundReceipt).Duplicate);
    }

    [Fact]
    public async Task A_thread_of_a_hook_takes_all_its_messages_and_a_reply_without_an_address_goes_to_people()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var bob = await host.RegisterAsync("bob");
        var admin = await host.TokenAsync(TokenKind.Admin);
        var opened = (await host.SendAsync(HttpMethod.Post, "/api/v1/messages", admin, """{"to": "bob", "content": "What CI says comes here."}""")).As(WireJson.Lenient.SendAnswer);
        var hook = await host.MakeAsync("[\"bob\", \"human\"]", $", \"thread\": \"{opened.ConversationThreadId}\"");

        var receipt = (await host.PostAsync(hook.Path, Push, host.Signed(Push))).As(WireJson.Lenient.InboundReceipt);
        var reply = await host.SendAsync(HttpMethod.Post, "/api/v1/messages", bob, $$"""{"reply_to": "{{receipt.MessageId}}", "content": "On it."}""");

        Assert.Equal(opened.ConversationThreadId, Assert.Single(await host.MessagesAsync()).ConversationThreadId);
        Assert.Equal("human", Assert.Single(reply.As(WireJson.Lenient.SendAnswer).Deliveries).AgentId);
    }
}

public sealed class SqliteInboundTests() : InboundTests(new OnSqlite());

public sealed class PostgresInboundTests(PostgresDatabases databases) : InboundTests(new OnPostgres(databases))
{
    [Fact]
    public async Task A_new_hook_works_on_every_node_at_once_and_a_deleted_one_on_none()
    {
        await using var nodes = await TwoNodes.StartAsync(databases);
        const string body = "{}";
        var hook = await nodes.One.MakeAsync("\"human\"");

        var first = await nodes.Other.PostAsync(hook.Path, body, InboundPost.AsGitHub(body, "1"));
        var again = await nodes.One.PostAsync(hook.Path, body, InboundPost.AsGitHub(body, "1"));
        await nodes.One.SendAsync(HttpMethod.Delete, $"{InboundPost.Api}/{hook.HookId}", await nodes.One.TokenAsync(TokenKind.Admin));
        var gone = await nodes.Other.PostAsync(hook.Path, body, InboundPost.AsGitHub(body, "2"));

        Assert.Equal([202, 202, 401], new[] { first, again, gone }.Select(answer => (int)answer.Status));
        Assert.True(again.As(WireJson.Lenient.InboundReceipt).Duplicate);
    }
}
