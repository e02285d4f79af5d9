using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Parley.Protocol;
using Parley.Server.Entities;
using Parley.Server.Schemas;
using Parley.Server.Tests.Agents;
using Parley.Server.Tests.Harness;
using Parley.Server.Tests.Rest;
using Xunit;

namespace Parley.Server.Tests.Schemas;

/// <summary>Schemas are changed by version, and there is a limit to them.</summary>
public abstract class SchemaPromisesTests(StorageUnderTest storage)
{
    private const string Api = "/api/v1/schemas";

    [Fact]
    public async Task A_stale_tag_changes_and_deletes_nothing()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var admin = await host.TokenAsync(TokenKind.Admin);
        var first = (await host.SendAsync(HttpMethod.Put, $"{Api}/deploy", admin, """{"schema": true}""")).Header("ETag")!;
        var second = (await host.SendAsync(HttpMethod.Put, $"{Api}/deploy", admin, """{"schema": false}""")).Header("ETag")!;

        Assert.Equal(HttpStatusCode.PreconditionFailed, await WithTagAsync(host, HttpMethod.Put, admin, first, """{"schema": true}"""));
        Assert.Equal(HttpStatusCode.PreconditionFailed, await WithTagAsync(host, HttpMethod.Delete, admin, first));
        Assert.Equal(second, (await host.SendAsync(HttpMethod.Get, $"{Api}/deploy", admin)).Header("ETag"));
        Assert.Equal(HttpStatusCode.NoContent, await WithTagAsync(host, HttpMethod.Delete, admin, second));
    }

    [Fact]
    public async Task A_project_has_500_and_may_still_replace_one_of_them()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var admin = await host.TokenAsync(TokenKind.Admin);
        for (var i = 0; i < 500; i++)
            Assert.Equal(HttpStatusCode.Created, (await host.SendAsync(HttpMethod.Put, $"{Api}/type-{i}", admin, """{"schema": true}""")).Status);

        var over = await host.SendAsync(HttpMethod.Put, $"{Api}/one-more", admin, """{"schema": true}""");
        var replaced = await host.SendAsync(HttpMethod.Put, $"{Api}/type-7", admin, """{"schema": false}""");

        Assert.Equal((HttpStatusCode.Conflict, HttpStatusCode.OK), (over.Status, replaced.Status));
    }

    [Fact]
    public async Task What_another_node_told_late_of_an_older_version_does_not_replace_the_newer_one()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var admin = await host.TokenAsync(TokenKind.Admin);
        await host.SendAsync(HttpMethod.Put, $"{Api}/deploy", admin, """{"schema": {"required": ["old"]}}""");
        var old = (await host.Get<IEntityStore>().FindAsync(host.Default.Number, SchemasConcept.Kind.Number, "deploy", TestContext.Current.CancellationToken))!;
        await host.SendAsync(HttpMethod.Put, $"{Api}/deploy", admin, """{"schema": {"required": ["new"]}}""");

        host.Get<SchemaDirectory>().Follow(old);

        Answer[] answers = [await SendAsync("old"), await SendAsync("new")];
        Assert.Equal([HttpStatusCode.UnprocessableEntity, HttpStatusCode.Created], answers.Select(answer => answer.Status));

        Task<Answer> SendAsync(string field) => host.SendAsync(
            HttpMethod.Post, "/api/v1/messages", admin, $$"""{"to": "human", "message_type": "deploy", "payload": {"{{field}}": 1} }""");
    }

    private static async Task<HttpStatusCode> WithTagAsync(ConceptHost host, HttpMethod method, string token, string tag, string? json = null)
    {
        using var request = new HttpRequestMessage(method, $"{Api}/deploy");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        request.Headers.TryAddWithoutValidation("If-Match", tag);
        request.Content = json is null ? null : new StringContent(json, Encoding.UTF8, "application/json");
        using var response = await host.Client.SendAsync(request, TestContext.Current.CancellationToken);
        return response.StatusCode;
    }
}

public sealed class SqliteSchemaPromisesTests() : SchemaPromisesTests(new OnSqlite());

public sealed class PostgresSchemaPromisesTests(PostgresDatabases databases) : SchemaPromisesTests(new OnPostgres(databases));
