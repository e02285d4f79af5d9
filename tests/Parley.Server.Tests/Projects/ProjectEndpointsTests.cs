using System.Net;
using Parley.Protocol;
using Parley.Server.Log;
using Parley.Server.Projects;
using Parley.Server.Security;
using Parley.Server.Tests.Agents;
using Parley.Server.Tests.Harness;
using Xunit;

namespace Parley.Server.Tests.Projects;

public abstract class ProjectEndpointsTests(StorageUnderTest storage)
{
    private const string Projects = "/api/v1/projects";

    [Fact]
    public async Task A_project_is_created_with_its_own_settings_which_apply_at_once()
    {
        await using var host = await ConceptHost.StartAsync(storage);

        var answer = await host.SendAsync(HttpMethod.Post, Projects, await host.TokenAsync(TokenKind.Admin),
            """{"name": "Blue Sky", "settings": {"mailbox_limit": 7, "retry_delay_seconds": 0.5}}""");

        Assert.Equal((HttpStatusCode.Created, "/api/v1/projects/Blue-Sky"), (answer.Status, answer.Header("Location")));
        Assert.Equal(7, answer.As(WireJson.Lenient.Project).Settings.MailboxLimit);
        var settings = host.Get<ProjectDirectory>().Find("Blue-Sky")!.Settings;
        Assert.Equal((7, TimeSpan.FromSeconds(0.5), 4), (settings.MailboxLimit, settings.RetryDelay, settings.MaxAttempts));
    }

    [Fact]
    public async Task Settings_are_replaced_as_a_whole_and_stay_when_absent()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var admin = await host.TokenAsync(TokenKind.Admin);
        await host.SendAsync(HttpMethod.Post, Projects, admin, """{"project_id": "blue", "settings": {"mailbox_limit": 7, "max_attempts": 2}}""");

        var renamed = await host.SendAsync(HttpMethod.Put, $"{Projects}/blue", admin, """{"name": "Blue"}""");
        var changed = await host.SendAsync(HttpMethod.Put, $"{Projects}/blue", admin, """{"settings": {"max_attempts": 9}}""");

        Assert.Equal(("Blue", 7), (renamed.As(WireJson.Lenient.Project).Name, renamed.As(WireJson.Lenient.Project).Settings.MailboxLimit));
        var settings = changed.As(WireJson.Lenient.Project).Settings;
        Assert.Equal((null, 9), (settings.MailboxLimit, settings.MaxAttempts));
    }

    [Theory]
    [InlineData("{}", "project_id")]
    [InlineData("""{"project_id": "a/b"}""", "project_id")]
    [InlineData("""{"project_id": "a", "settings": {"mailbox_limit": 0}}""", "settings.mailbox_limit")]
    [InlineData("""{"project_id": "a", "settings": {"max_attempts": 1001}}""", "settings.max_attempts")]
    [InlineData("""{"project_id": "a", "settings": {"rate_limit_per_second": -1}}""", "settings.rate_limit_per_second")]
    public async Task Invalid_input_is_refused_naming_the_field(string json, string field)
    {
        await using var host = await ConceptHost.StartAsync(storage);

        var answer = await host.SendAsync(HttpMethod.Post, Projects, await host.TokenAsync(TokenKind.Admin), json);

        Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
        Assert.Equal(field, Assert.Single(answer.Problem.Errors!.Keys));
    }

    [Fact]
    public async Task An_id_is_taken_once_and_the_default_project_stays()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var admin = await host.TokenAsync(TokenKind.Admin);

        Assert.Equal(HttpStatusCode.Conflict, (await host.SendAsync(HttpMethod.Post, Projects, admin, """{"project_id": "default"}""")).Status);
        Assert.Equal(HttpStatusCode.Conflict, (await host.SendAsync(HttpMethod.Delete, $"{Projects}/default", admin)).Status);
    }

    [Fact]
    public async Task A_deleted_project_is_gone_with_its_tokens_and_the_default_project_has_the_audit_entry()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var admin = await host.TokenAsync(TokenKind.Admin);
        await host.SendAsync(HttpMethod.Post, Projects, admin, """{"project_id": "blue"}""");
        await host.SendAsync(HttpMethod.Post, "/api/v1/agents/register?project_id=blue", admin, """{"agent_id": "bob"}""");
        var observer = await host.TokenAsync(TokenKind.Observer, projectId: "blue");

        var answer = await host.SendAsync(HttpMethod.Delete, $"{Projects}/blue", admin);

        Assert.Equal(HttpStatusCode.NoContent, answer.Status);
        Assert.Equal(HttpStatusCode.NotFound, (await host.SendAsync(HttpMethod.Get, $"{Projects}/blue", admin)).Status);
        Assert.Null(host.Get<TokenVault>().Authenticate(observer));
        Assert.Contains(await host.LogAsync(), entry => entry is { Kind: EntryKind.Audit, Type: "project.deleted" });
    }

    [Fact]
    public async Task A_caller_limited_to_one_project_lists_only_that_one()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var admin = await host.TokenAsync(TokenKind.Admin);
        await host.SendAsync(HttpMethod.Post, Projects, admin, """{"project_id": "blue"}""");

        var all = await host.SendAsync(HttpMethod.Get, Projects, admin);
        var own = await host.SendAsync(HttpMethod.Get, Projects, await host.TokenAsync(TokenKind.Observer, projectId: "blue"));

        Assert.Equal(["blue", "default"], all.As(WireJson.Lenient.PageProject).Items.Select(project => project.ProjectId));
        Assert.Equal("blue", Assert.Single(own.As(WireJson.Lenient.PageProject).Items).ProjectId);
    }
}

public sealed class SqliteProjectEndpointsTests() : ProjectEndpointsTests(new OnSqlite());

public sealed class PostgresProjectEndpointsTests(PostgresDatabases databases) : ProjectEndpointsTests(new OnPostgres(databases));
