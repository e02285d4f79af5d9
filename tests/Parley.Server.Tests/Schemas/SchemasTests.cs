using System.Net;
using Parley.Protocol;
using Parley.Server.Schemas;
using Parley.Server.Tests.Agents;
using Parley.Server.Tests.Harness;
using Parley.Server.Tests.Nodes;
using Parley.Server.Tests.Rest;
using Xunit;

namespace Parley.Server.Tests.Schemas;

public abstract class SchemasTests(StorageUnderTest storage)
{
    private const string Api = "/api/v1/schemas", Messages = "/api/v1/messages";

    [Fact]
    public async Task A_payload_that_does_not_fit_is_refused_and_any_other_type_is_not_looked_at()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var admin = await host.TokenAsync(TokenKind.Admin);
        var (ada, _) = (await host.RegisterAsync("ada"), await host.RegisterAsync("bob"));
        var made = await host.SendAsync(HttpMethod.Put, $"{Api}/deploy", admin, """{"schema": {"type": "object", "required": ["service"]}}""");

        var unfit = await host.SendAsync(HttpMethod.Post, Messages, ada, """{"to": "bob", "message_type": "deploy", "payload": {}}""");
        var contentAlone = await host.SendAsync(HttpMethod.Post, Messages, ada, """{"to": "bob", "message_type": "deploy", "content": "please"}""");
        var fit = await host.SendAsync(HttpMethod.Post, Messages, ada, """{"to": "bob", "message_type": "deploy", "payload": {"service": "shop"}}""");
        var other = await host.SendAsync(HttpMethod.Post, Messages, ada, """{"to": "bob", "message_type": "deployed", "payload": {}}""");
        var batch = await host.SendAsync(
            HttpMethod.Post, $"{Messages}/batch", ada,
            """{"items": [{"to": "bob", "message_type": "deploy", "payload": []}, {"to": "bob", "message_type": "deploy", "payload": {"service": "shop"}}]}""");

        Assert.Equal(HttpStatusCode.Created, made.Status);
        Assert.Equal(["422", "422", "201", "201"], new[] { unfit, contentAlone, fit, other }.Select(answer => $"{answer.Status:D}"));
        Assert.Equal(ErrorCodes.SchemaMismatch, unfit.As(WireJson.Lenient.Problem).Code);
        Assert.Equal(["payload"], unfit.As(WireJson.Lenient.Problem).Errors!.Keys);
        Assert.Equal([422, 201], batch.As(WireJson.Lenient.SendItemResults).Items.Select(item => item.Status));
    }

    [Fact]
    public async Task A_schema_holds_after_a_restart_and_until_it_is_deleted()
    {
        await using var data = await storage.NewAsync();
        const string send = """{"to": "human", "message_type": "deploy", "payload": 1}""";
        await using (var before = await ConceptHost.StartAsync(data))
            await before.SendAsync(HttpMethod.Put, $"{Api}/deploy", await before.TokenAsync(TokenKind.Admin), """{"schema": false}""");

        await using var host = await ConceptHost.StartAsync(data);
        var admin = await host.TokenAsync(TokenKind.Admin);
        var refused = await host.SendAsync(HttpMethod.Post, Messages, admin, send);
        var replaced = await host.SendAsync(HttpMethod.Put, $"{Api}/deploy", admin, """{"schema": true}""");
        var taken = await host.SendAsync(HttpMethod.Post, Messages, admin, send);
        await host.SendAsync(HttpMethod.Put, $"{Api}/deploy", admin, """{"schema": false}""");
        var gone = await host.SendAsync(HttpMethod.Delete, $"{Api}/deploy", admin);
        var free = await host.SendAsync(HttpMethod.Post, Messages, admin, send);
        var absent = await host.SendAsync(HttpMethod.Get, $"{Api}/deploy", admin);

        Assert.Equal(
            ["422", "200", "201", "204", "201", "404"],
            new[] { refused, replaced, taken, gone, free, absent }.Select(answer => $"{answer.Status:D}"));
        Assert.True(replaced.As(WireJson.Lenient.MessageSchema).Version > 0);
    }

    [Fact]
    public async Task Those_that_ship_are_off_until_a_project_enables_them()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var admin = await host.TokenAsync(TokenKind.Admin);
        const string send = """{"to": "human", "message_type": "status_update", "payload": {"progress": 1000}}""";

        var shipped = (await host.SendAsync(HttpMethod.Get, $"{Api}?builtin=true", admin)).As(WireJson.Lenient.PageMessageSchema).Items;
        var before = await host.SendAsync(HttpMethod.Post, Messages, admin, send);
        var enabled = await host.SendAsync(HttpMethod.Put, $"{Api}/status_update", admin, """{"builtin": true}""");
        var after = await host.SendAsync(HttpMethod.Post, Messages, admin, send);
        var now = (await host.SendAsync(HttpMethod.Get, $"{Api}?builtin=true", admin)).As(WireJson.Lenient.PageMessageSchema).Items;
        var none = await host.SendAsync(HttpMethod.Put, $"{Api}/text", admin, """{"builtin": true}""");

        Assert.Equal(BuiltInSchemas.Types, shipped.Select(schema => schema.MessageType));
        Assert.DoesNotContain(shipped, schema => schema.Enabled);
        Assert.Equal(["201", "201", "422", "400"], new[] { before, enabled, after, none }.Select(answer => $"{answer.Status:D}"));
        Assert.Equal(["status_update"], now.Where(schema => schema.Enabled).Select(schema => schema.MessageType));
    }

    [Fact]
    public async Task What_the_server_itself_sends_is_not_checked()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var admin = await host.TokenAsync(TokenKind.Admin);
        var (ada, _) = (await host.RegisterAsync("ada"), await host.RegisterAsync("bob"));
        await host.SendAsync(HttpMethod.Put, $"{Api}/delivery_failed", admin, """{"schema": false}""");
        await host.SendAsync(HttpMethod.Post, Messages, ada, """{"to": "bob", "content": "short-lived", "ttl_seconds": 1}""");

        await Polling.UntilAsync(() => "the sender to hear of it", async () =>
        {
            host.Clock.Advance(TimeSpan.FromSeconds(1));
            return (await host.SendAsync(HttpMethod.Get, "/api/v1/agents/ada/inbox", ada)).Text.Contains("delivery_failed", StringComparison.Ordinal);
        });
    }
}

public sealed class SqliteSchemasTests() : SchemasTests(new OnSqlite());

public sealed class PostgresSchemasTests(PostgresDatabases databases) : SchemasTests(new OnPostgres(databases))
{
    [Fact]
    public async Task Every_node_checks_by_what_one_of_them_was_told()
    {
        await using var nodes = await TwoNodes.StartAsync(databases);
        var admin = await nodes.One.TokenAsync(TokenKind.Admin);
        const string send = """{"to": "human", "message_type": "deploy", "payload": 1}""";

        await nodes.One.SendAsync(HttpMethod.Put, "/api/v1/schemas/deploy", admin, """{"schema": false}""");
        await UntilAsync(HttpStatusCode.UnprocessableEntity);
        await nodes.One.SendAsync(HttpMethod.Delete, "/api/v1/schemas/deploy", admin);
        await UntilAsync(HttpStatusCode.Created);

        Task UntilAsync(HttpStatusCode status) => Polling.UntilAsync(
            () => $"the other node to answer {status}",
            async () => (await nodes.Other.SendAsync(HttpMethod.Post, "/api/v1/messages", admin, send)).Status == status);
    }
}
