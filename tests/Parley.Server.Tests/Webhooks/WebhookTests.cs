using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Parley.Protocol;
using Parley.Server.Agents;
using Parley.Server.Log;
using Parley.Server.Messages;
using Parley.Server.Tests.Agents;
using Parley.Server.Tests.Harness;
using Parley.Server.Tests.Nodes;
using Parley.Server.Tests.Rest;
using Parley.Server.Webhooks;
using Xunit;

namespace Parley.Server.Tests.Webhooks;

public abstract class WebhookTests(StorageUnderTest storage)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Events_of_its_types_are_posted_in_their_order_and_signed()
    {
        await using var data = await storage.NewAsync();
        await using var host = await WebhookHost.StartAsync(data);
        await using var receiver = Receiver.Start();
        await host.PublishAsync("build.before");

        var webhook = await host.CreateAsync(receiver.Url, "\"build.*\"");
        var first = await host.PublishAsync("build.failed");
        await host.PublishAsync("deploy.failed");
        var second = await host.PublishAsync("build.ok");
        await receiver.UntilAsync(2);
        var shown = await host.UntilAsync(webhook.WebhookId, one => one.LastSuccessAt is not null && one.Place == $"{host.Host.Default.Log.Place(host.Host.Default.Log.Head)}");

        Assert.Equal([first, second], receiver.Got.Select(got => got.EventId));
        Assert.Equal([("build.failed", 1), ("build.ok", 1)], receiver.Got.Select(got => (got.Type, got.Attempt)));
        var listed = await host.Host.SendAsync(HttpMethod.Get, "/api/v1/events?types=build.ok", host.Admin);
        Assert.Equal(JsonElement.Parse(listed.Text).GetProperty("items")[0].GetRawText(), receiver.Got[1].Text);
        foreach (var got in receiver.Got)
        {
            var timestamp = got.Headers["X-Parley-Timestamp"];
            byte[] signed = [.. Encoding.ASCII.GetBytes($"{timestamp}."), .. got.Body];
            Assert.Equal($"{host.Host.Clock.GetUtcNow().ToUnixTimeSeconds()}", timestamp);
            Assert.Equal($"sha256={Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(webhook.Secret!), signed))}", got.Headers["X-Parley-Signature"]);
        }

        Assert.Equal((204, 0, WebhookStatus.Active), (shown.LastStatus, shown.Failures, shown.Status));
    }

    [Fact]
    public async Task The_secret_is_told_once_and_nobody_but_the_store_has_it()
    {
        await using var data = await storage.NewAsync();
        await using var host = await WebhookHost.StartAsync(data);

        var made = await host.CreateAsync("https://example.org/hook", "\"never\"");
        var chosen = await host.Host.SendAsync(
            HttpMethod.Post, WebhookHost.Api, host.Admin, """{"url": "https://example.org/hook", "types": ["never"], "secret": "the-secret-of-tests"}""");
        var changed = await host.Host.SendAsync(
            HttpMethod.Put, $"{WebhookHost.Api}/{made.WebhookId}", host.Admin, """{"url": "https://example.org/other", "types": ["never"], "secret": "the-secret-of-tests"}""");
        var texts = new List<string> { chosen.Text, changed.Text };
        foreach (var path in new[] { "", $"/{made.WebhookId}" })
            texts.Add((await host.Host.SendAsync(HttpMethod.Get, WebhookHost.Api + path, host.Admin)).Text);
        await host.Host.SendAsync(HttpMethod.Delete, $"{WebhookHost.Api}/{made.WebhookId}", host.Admin);
        texts.AddRange((await host.Host.LogAsync()).Select(entry => Encoding.UTF8.GetString(entry.Json)));
        texts.AddRange(await SnapshotAsync(host, null));

        Assert.StartsWith("parley_webhook_", made.Secret, StringComparison.Ordinal);
        Assert.DoesNotContain(texts, text => text.Contains("secret", StringComparison.Ordinal) || text.Contains(made.Secret!, StringComparison.Ordinal));
        Assert.Contains(texts, text => text.Contains("https://example.org/other", StringComparison.Ordinal));
    }

    [Fact]
    public async Task No_agent_learns_of_webhooks()
    {
        await using var data = await storage.NewAsync();
        await using var host = await WebhookHost.StartAsync(data);
        var ada = await host.Host.RegisterAsync("ada");
        var reader = new Reader(host.Host.Default.Agents.Find("ada")!.Number, 0);

        var webhook = await host.CreateAsync("https://example.org/hook", "\"never\"");
        var list = await host.Host.SendAsync(HttpMethod.Get, WebhookHost.Api, ada);
        var one = await host.Host.SendAsync(HttpMethod.Get, $"{WebhookHost.Api}/{webhook.WebhookId}", ada);
        var made = (await host.Host.LogAsync()).Single(entry => entry.Type == "webhook_created");

        Assert.Equal((HttpStatusCode.Forbidden, HttpStatusCode.Forbidden), (list.Status, one.Status));
        Assert.Empty(await SnapshotAsync(host, reader));
        Assert.Single(await SnapshotAsync(host, null));
        Assert.False(Visibility.ByItself(made, reader));
    }

    [Fact]
    public async Task A_delivery_that_fails_is_tried_again_later_and_later_and_nothing_comes_before_it()
    {
        await using var data = await storage.NewAsync();
        await using var host = await WebhookHost.StartAsync(data);
        await using var receiver = Receiver.Start();
        receiver.Answer = Receiver.Status("500 Oh");
        var webhook = await host.CreateAsync(receiver.Url, "\"build.*\"");
        var first = await host.PublishAsync("build.1");
        var second = await host.PublishAsync("build.2");

        var wait = await host.TurnToRetryAsync(webhook.WebhookId, 1);
        var longer = await host.TurnToRetryAsync(webhook.WebhookId, 2);
        await receiver.UntilAsync(3);
        var paused = await host.UntilAsync(webhook.WebhookId, one => one.Status == WebhookStatus.Paused);
        receiver.Answer = Receiver.Status("200 Fine");
        var resumed = await host.Host.SendAsync(HttpMethod.Post, $"{WebhookHost.Api}/{webhook.WebhookId}/resume", host.Admin);
        await receiver.UntilAsync(5);
        var good = await host.UntilAsync(webhook.WebhookId, one => one.LastStatus == 200);

        Assert.InRange(wait.TotalSeconds, 0.7, 1);
        Assert.InRange(longer.TotalSeconds, 1.4, 2);
        Assert.Equal((first, 1), (receiver.Got[0].EventId, receiver.Got[0].Attempt));
        Assert.Equal((first, 2), (receiver.Got[1].EventId, receiver.Got[1].Attempt));
        Assert.Equal((first, 3), (receiver.Got[2].EventId, receiver.Got[2].Attempt));
        Assert.Equal([(first, 1), (second, 1)], receiver.Got.Skip(3).Select(got => (got.EventId, got.Attempt)));
        Assert.Equal((3, 500, "3 deliveries in a row failed; the last time, the receiver answered 500."), (paused.Failures, paused.LastStatus, paused.Reason));
        Assert.Equal((HttpStatusCode.OK, WebhookStatus.Active), (resumed.Status, resumed.As(WireJson.Lenient.Webhook).Status));
        Assert.Equal((null, 0), (good.Reason, good.Failures));
        var told = await host.Host.SendAsync(HttpMethod.Get, "/api/v1/events?types=webhook_*", host.Admin);
        Assert.Contains("\"webhook_paused\"", told.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_receiver_that_wants_nothing_more_gets_nothing_more_until_somebody_resumes()
    {
        await using var data = await storage.NewAsync();
        await using var host = await WebhookHost.StartAsync(data);
        await using var receiver = Receiver.Start();
        receiver.Answer = Receiver.Status("410 Gone");
        var webhook = await host.CreateAsync(receiver.Url, "\"build.*\"");

        await host.PublishAsync("build.1");
        var ended = await host.UntilAsync(webhook.WebhookId, one => one.Status == WebhookStatus.Ended);
        await host.PublishAsync("build.2");
        receiver.Answer = Receiver.Status("204 No Content");
        var got = receiver.Got.Count;
        await host.Host.SendAsync(HttpMethod.Post, $"{WebhookHost.Api}/{webhook.WebhookId}/resume", host.Admin);
        await receiver.UntilAsync(3);

        Assert.Equal((410, 1), (ended.LastStatus, got));
        Assert.Equal(["build.1", "build.1", "build.2"], receiver.Got.Select(one => one.Type));
    }

    [Fact]
    public async Task A_redirect_is_a_failure_and_is_not_followed()
    {
        await using var data = await storage.NewAsync();
        await using var host = await WebhookHost.StartAsync(data);
        await using var elsewhere = Receiver.Start();
        await using var receiver = Receiver.Start();
        receiver.Answer = Receiver.Status("307 Temporary Redirect", $"Location: {elsewhere.Url}\r\n");
        var webhook = await host.CreateAsync(receiver.Url, "\"build.*\"");

        await host.PublishAsync("build.1");
        var failed = await host.UntilAsync(webhook.WebhookId, one => one.Failures == 1);

        Assert.Equal((307, "The last delivery failed: the receiver answered 307, a redirect, which is not followed."), (failed.LastStatus, failed.Reason));
        Assert.Empty(elsewhere.Got);
    }

    [Fact]
    public async Task A_receiver_may_ask_to_be_left_alone_for_longer_but_not_for_ever()
    {
        await using var data = await storage.NewAsync();
        await using var host = await WebhookHost.StartAsync(data);
        await using var receiver = Receiver.Start();
        receiver.Answer = Receiver.Status("429 Slow Down", "Retry-After: 120\r\n");
        var webhook = await host.CreateAsync(receiver.Url, "\"build.*\"");
        await host.PublishAsync("build.1");

        var asked = (await host.UntilAsync(webhook.WebhookId, one => one.Failures == 1)).NextAttemptAt - host.Host.Clock.GetUtcNow();
        receiver.Answer = Receiver.Status("503 Away", "Retry-After: 999999\r\n");
        await host.TurnToRetryAsync(webhook.WebhookId, 1);
        var most = (await host.UntilAsync(webhook.WebhookId, one => one.Failures == 2)).NextAttemptAt - host.Host.Clock.GetUtcNow();

        Assert.Equal((TimeSpan.FromMinutes(2), TimeSpan.FromHours(1)), (asked, most));
    }

    public static TheoryData<bool> Slow => [true, false];

    [Theory]
    [MemberData(nameof(Slow))]
    public async Task A_receiver_that_hangs_or_answers_byte_by_byte_runs_into_the_time_limit(bool drips)
    {
        await using var data = await storage.NewAsync();
        await using var host = await WebhookHost.StartAsync(data);
        await using var receiver = Receiver.Start();
        var dripped = 0;
        receiver.Answer = drips ? DripAsync : Receiver.HangAsync;
        var webhook = await host.CreateAsync(receiver.Url, "\"build.*\"");
        await host.PublishAsync("build.1");
        await receiver.UntilAsync(1);
        if (drips)
            await Polling.UntilAsync("some bytes", () => Volatile.Read(ref dripped) > 10);

        host.Host.Clock.Advance(TimeSpan.FromSeconds(10));
        var failed = await host.UntilAsync(webhook.WebhookId, one => one.Failures == 1);

        Assert.Equal((null, "The last delivery failed: no whole answer within 10 s."), (failed.LastStatus, failed.Reason));

        async Task DripAsync(Received received, NetworkStream stream, CancellationToken cancel)
        {
            await stream.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n"u8.ToArray(), cancel);
            while (true)
            {
                await stream.WriteAsync("x"u8.ToArray(), cancel);
                Interlocked.Increment(ref dripped);
                await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, cancel);
            }
        }
    }

    [Fact]
    public async Task Of_an_endless_answer_a_little_is_read_and_then_the_connection_is_dropped()
    {
        await using var data = await storage.NewAsync();
        await using var host = await WebhookHost.StartAsync(data);
        await using var receiver = Receiver.Start();
        var sent = 0L;
        var dropped = new TaskCompletionSource();
        receiver.Answer = async (_, stream, cancel) =>
        {
            try
            {
                await stream.WriteAsync("HTTP/1.1 200 OK\r\n\r\n"u8.ToArray(), cancel);
                for (var block = new byte[4096]; ; sent += block.Length)
                    await stream.WriteAsync(block, cancel);
            }
            catch (IOException)
            {
                dropped.TrySetResult();
            }
        };
        var webhook = await host.CreateAsync(receiver.Url, "\"build.*\"");

        await host.PublishAsync("build.1");
        await dropped.Task.WaitAsync(TimeSpan.FromMinutes(2), TimeProvider.System, Cancel);
        var good = await host.UntilAsync(webhook.WebhookId, one => one.LastStatus == 200);

        Assert.Equal(0, good.Failures);
        // What the kernel holds on both sides is sent, too.
        Assert.InRange(sent, 1, 64 << 20);
    }

    [Fact]
    public async Task A_slow_receiver_holds_up_no_other()
    {
        await using var data = await storage.NewAsync();
        await using var host = await WebhookHost.StartAsync(data);
        await using var slow = Receiver.Start();
        await using var quick = Receiver.Start();
        slow.Answer = Receiver.HangAsync;
        await host.CreateAsync(slow.Url, "\"build.*\"");
        await host.CreateAsync(quick.Url, "\"build.*\"");

        for (var i = 0; i < 20; i++)
            await host.PublishAsync($"build.{i}");
        await quick.UntilAsync(20);

        Assert.Equal(Enumerable.Range(0, 20).Select(i => $"build.{i}"), quick.Got.Select(got => got.Type));
        Assert.Single(slow.Got);
    }

    [Fact]
    public async Task It_goes_on_from_its_place_after_a_restart()
    {
        await using var data = await storage.NewAsync();
        await using var receiver = Receiver.Start();
        var clock = new TestClock();
        string id;
        await using (var before = await WebhookHost.StartAsync(data, clock))
        {
            id = (await before.CreateAsync(receiver.Url, "\"build.*\"")).WebhookId;
            await before.PublishAsync("build.1");
            await before.UntilAsync(id, one => one.LastSuccessAt is not null);
            receiver.Answer = Receiver.Status("500 Oh");
            await before.PublishAsync("build.2");
            await before.UntilAsync(id, one => one.Failures == 1);
            await before.PublishAsync("build.3");
        }

        receiver.Answer = Receiver.Status("204 No Content");
        await using var host = await WebhookHost.StartAsync(data, clock);
        await host.TurnToRetryAsync(id, 1);
        await receiver.UntilAsync(4);

        Assert.Equal([("build.1", 1), ("build.2", 1), ("build.2", 2), ("build.3", 1)], receiver.Got.Select(got => (got.Type, got.Attempt)));
    }

    [Fact]
    public async Task What_retention_took_while_it_was_paused_is_told()
    {
        await using var data = await storage.NewAsync();
        await using var host = await WebhookHost.StartAsync(data);
        await using var receiver = Receiver.Start();
        receiver.Answer = Receiver.Status("410 Gone");
        var webhook = await host.CreateAsync(receiver.Url, "\"build.*\"");
        await host.PublishAsync("build.1");
        await host.UntilAsync(webhook.WebhookId, one => one.Status == WebhookStatus.Ended);
        for (var i = 0; i < 3; i++)
            await host.PublishAsync("build.lost");
        var before = host.Host.Default.Log.Head;
        host.Host.Clock.Advance(TimeSpan.FromMinutes(5));
        var kept = await host.PublishAsync("build.kept");
        while (await host.Host.Get<IMessageStore>().PruneAsync(host.Host.Default.Number, host.Host.Clock.GetUtcNow().AddMinutes(-1).ToUnixTimeMilliseconds(), Cancel))
        {
        }

        host.Host.Default.Log.Forget(await host.Host.Get<ILogStore>().FirstSeqAsync(host.Host.Default.Number, Cancel));
        receiver.Answer = Receiver.Status("204 No Content");
        await host.Host.SendAsync(HttpMethod.Post, $"{WebhookHost.Api}/{webhook.WebhookId}/resume", host.Admin);
        await receiver.UntilAsync(2);
        var after = await host.UntilAsync(webhook.WebhookId, one => one.LastStatus == 204);

        Assert.Equal(kept, receiver.Got[^1].EventId);
        Assert.Equal(before - (EntryId.SeqOf(Guid.Parse(receiver.Got[0].EventId)) - 1), after.Missed);
    }

    [Fact]
    public async Task What_is_deleted_or_belongs_to_a_deleted_project_is_delivered_no_more()
    {
        await using var data = await storage.NewAsync();
        await using var host = await WebhookHost.StartAsync(data);
        await using var receiver = Receiver.Start();
        await using var other = Receiver.Start();
        var webhook = await host.CreateAsync(receiver.Url, "\"build.*\"");
        await host.Host.SendAsync(HttpMethod.Post, "/api/v1/projects", host.Admin, """{"project_id": "p"}""");
        await host.Host.SendAsync(HttpMethod.Post, $"{WebhookHost.Api}?project_id=p", host.Admin, $$"""{"url": "{{other.Url}}"}""");
        await host.PublishAsync("build.1");
        await receiver.UntilAsync(1);

        var deleted = await host.Host.SendAsync(HttpMethod.Delete, $"{WebhookHost.Api}/{webhook.WebhookId}", host.Admin);
        await host.Host.SendAsync(HttpMethod.Delete, "/api/v1/projects/p", host.Admin);
        var absent = await host.Host.SendAsync(HttpMethod.Get, $"{WebhookHost.Api}/{webhook.WebhookId}", host.Admin);
        await host.PublishAsync("build.2");
        var last = await host.CreateAsync(other.Url, "\"build.*\"");
        await host.PublishAsync("build.3");
        await other.UntilAsync(1);

        Assert.Equal((HttpStatusCode.NoContent, HttpStatusCode.NotFound), (deleted.Status, absent.Status));
        Assert.Equal(["build.1"], receiver.Got.Select(got => got.Type));
        Assert.Equal(["build.3"], other.Got.Select(got => got.Type));
        Assert.All(await host.Host.Get<IWebhookStore>().ListAsync(host.Host.Default.Number, Cancel), place => Assert.Equal(EntryId.SeqOf(Guid.Parse(last.WebhookId)), place.Made));
    }

    [Fact]
    public async Task A_stored_place_goes_forward_only_and_none_is_kept_of_what_is_gone()
    {
        await using var data = await storage.NewAsync();
        await using var host = await WebhookHost.StartAsync(data);
        var (project, store) = (host.Host.Default.Number, host.Host.Get<IWebhookStore>());
        var made = EntryId.SeqOf(Guid.Parse((await host.CreateAsync("https://example.org/hook", "\"never\"")).WebhookId));

        await store.SaveAsync(project, [new WebhookPlace(made, made + 100, Missed: 2, Failures: 1, LastAttemptAt: 5, LastStatus: 500, NextAttemptAt: 6, LastError: "x")], Cancel);
        await store.SaveAsync(project, [new WebhookPlace(made, made + 99, LastStatus: 200)], Cancel);
        var newer = await store.FindAsync(project, made, Cancel);
        await store.ResetAsync(project, made, Cancel);
        var reset = await store.FindAsync(project, made, Cancel);
        await store.SaveAsync(project, [new WebhookPlace(made + 1, made + 5)], Cancel);

        Assert.Equal(new WebhookPlace(made, made + 100, 2, 1, 5, null, 500, 6, "x"), newer);
        Assert.Equal(newer! with { Failures = 0, NextAttemptAt = null }, reset);
        Assert.Null(await store.FindAsync(project, made + 1, Cancel));
    }

    [Fact]
    public async Task A_project_has_so_many_and_a_key_makes_one_once()
    {
        await using var data = await storage.NewAsync();
        await using var host = await WebhookHost.StartAsync(data);
        const string request = """{"url": "https://example.org/hook", "types": ["never"]}""";

        var first = await host.Host.SendAsync(HttpMethod.Post, WebhookHost.Api, host.Admin, request, key: "one");
        var again = await host.Host.SendAsync(HttpMethod.Post, WebhookHost.Api, host.Admin, request, key: "one");
        for (var i = 1; i < WebhookRules.MostWebhooks; i++)
            await host.CreateAsync("https://example.org/hook", "\"never\"");
        var more = await host.Host.SendAsync(HttpMethod.Post, WebhookHost.Api, host.Admin, request);

        Assert.Equal((HttpStatusCode.Created, HttpStatusCode.Conflict), (first.Status, again.Status));
        Assert.Equal((HttpStatusCode.Conflict, ErrorCodes.Conflict), (more.Status, more.As(WireJson.Lenient.Problem).Code));
    }

    [Fact]
    public async Task It_is_changed_only_in_the_version_that_was_named_and_only_for_what_it_may_be()
    {
        await using var data = await storage.NewAsync();
        await using var host = await ConceptHost.StartAsync(data);
        var admin = await host.TokenAsync(TokenKind.Admin);
        var made = (await host.SendAsync(HttpMethod.Post, WebhookHost.Api, admin, """{"url": "https://example.org/hook", "types": ["never"]}""")).As(WireJson.Lenient.Webhook);

        async Task<string> FieldsAsync(string json) => string.Join(
            ' ', ((await host.SendAsync(HttpMethod.Post, WebhookHost.Api, admin, json)).As(WireJson.Lenient.Problem).Errors ?? new Dictionary<string, IReadOnlyList<string>>()).Keys);

        Assert.Equal("url", await FieldsAsync("{}"));
        Assert.Equal("url", await FieldsAsync("""{"url": "http://example.org/hook"}"""));
        Assert.Equal("url", await FieldsAsync("""{"url": "https://127.0.0.1/hook"}"""));
        Assert.Equal("secret", await FieldsAsync("""{"url": "https://example.org/", "secret": "short"}"""));
        Assert.Equal("types[1]", await FieldsAsync("""{"url": "https://example.org/", "types": ["a", "b c"]}"""));
        Assert.Equal("types[0]", await FieldsAsync("""{"url": "https://example.org/", "types": [null]}"""));
        var put = await host.SendAsync(HttpMethod.Put, $"{WebhookHost.Api}/{made.WebhookId}", admin, """{"url": "https://example.org/two", "types": ["never"]}""");
        var missing = await host.SendAsync(HttpMethod.Put, $"{WebhookHost.Api}/{Guid.Empty}", admin, """{"url": "https://example.org/two"}""");
        Assert.Equal(("https://example.org/two", HttpStatusCode.NotFound), (put.As(WireJson.Lenient.Webhook).Url, missing.Status));
        Assert.True(put.As(WireJson.Lenient.Webhook).Version > made.Version);
    }

    private static async Task<IReadOnlyList<string>> SnapshotAsync(WebhookHost host, Reader? reader)
    {
        var log = host.Host.Default.Log;
        var feed = host.Host.Get<FeedCatalog>().Open(log, "webhooks", JsonElement.Parse("{}")).Value!;
        var all = new List<string>();
        await foreach (var part in feed.View(reader).SnapshotAsync(log.Head, Cancel))
            all.AddRange(part.Select(item => Encoding.UTF8.GetString(item)));
        return all;
    }
}

public sealed class SqliteWebhookTests() : WebhookTests(new OnSqlite());

public sealed class PostgresWebhookTests(PostgresDatabases databases) : WebhookTests(new OnPostgres(databases))
{
    [Fact]
    public async Task Of_two_nodes_one_delivers_and_each_event_once()
    {
        await using var receiver = Receiver.Start();
        await using var nodes = await TwoNodes.StartAsync(databases, WebhookHost.Private);
        var admin = await nodes.One.TokenAsync(TokenKind.Admin);
        await nodes.Other.SendAsync(HttpMethod.Post, WebhookHost.Api, admin, $$"""{"url": "{{receiver.Url}}", "types": ["build.*"]}""");
        var expected = Enumerable.Range(0, 40).Select(i => string.Create(CultureInfo.InvariantCulture, $"build.{i}")).ToList();

        for (var i = 0; i < expected.Count; i++)
            await nodes.Both[i % 2].SendAsync(HttpMethod.Post, "/api/v1/events", admin, $$"""{"event_type": "{{expected[i]}}"}""");
        await receiver.UntilAsync(expected.Count);

        Assert.Equal(expected, receiver.Got.Select(got => got.Type));
    }
}
