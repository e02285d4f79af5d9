using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Parley.Protocol;
using Parley.Server.Agents;
using Parley.Server.Log;
using Parley.Server.Tests.Agents;
using Parley.Server.Tests.Harness;
using Parley.Server.Tests.Rest;
using Parley.Server.Webhooks;
using Xunit;

namespace Parley.Server.Tests.Webhooks;

/// <summary>Webhooks as those who manage them see them, and what is delivered.</summary>
public abstract partial class WebhookTests(StorageUnderTest storage)
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

public sealed class PostgresWebhookTests(PostgresDatabases databases) : WebhookTests(new OnPostgres(databases));
