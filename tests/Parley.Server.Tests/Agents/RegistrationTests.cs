using System.Net;
using Parley.Protocol;
using Parley.Server.Log;
using Parley.Server.Security;
using Parley.Server.Tests.Harness;
using Xunit;

namespace Parley.Server.Tests.Agents;

public abstract class RegistrationTests(StorageUnderTest storage)
{
    private const string Path = "/api/v1/agents/register";

    [Fact]
    public async Task A_new_agent_gets_its_token_and_has_the_details_that_it_gave()
    {
        await using var host = await ConceptHost.StartAsync(storage);

        var answer = await host.SendAsync(HttpMethod.Post, Path, await host.TokenAsync(TokenKind.Join),
            """{"agent_id": "be-1", "name": "Backend Developer", "role": "backend_developer", "capabilities": ["python", "review"], "metadata": {"team": "a"}}""");

        Assert.Equal(HttpStatusCode.Created, answer.Status);
        Assert.Equal("/api/v1/agents/be-1", answer.Header("Location"));
        var agent = answer.As(WireJson.Lenient.Agent);
        Assert.Equal(("be-1", "default", "llm", AgentStatus.Offline), (agent.AgentId, agent.ProjectId, agent.Type, agent.Status));
        Assert.Equal(["python", "review"], agent.Capabilities);
        Assert.Equal("be-1", host.Get<TokenVault>().Authenticate(agent.Token!)!.AgentId);
        var entry = Assert.Single(await host.LogAsync(), entry => entry.Kind == EntryKind.Agent);
        Assert.Equal("agent_registration", entry.Type);
    }

    [Fact]
    public async Task An_absent_id_is_derived_from_the_name()
    {
        await using var host = await ConceptHost.StartAsync(storage);

        var answer = await host.SendAsync(HttpMethod.Post, Path, await host.TokenAsync(TokenKind.Join), """{"name": "Backend Developer"}""");

        Assert.Equal("Backend-Developer", answer.As(WireJson.Lenient.Agent).AgentId);
    }

    [Theory]
    [InlineData("{}", "agent_id")]
    [InlineData("""{"agent_id": "human"}""", "agent_id")]
    [InlineData("""{"name": "Online"}""", "name")]
    [InlineData("""{"agent_id": "a b"}""", "agent_id")]
    [InlineData("""{"agent_id": "a", "capabilities": [null]}""", "capabilities[0]")]
    [InlineData("""{"agent_id": "a", "metadata": []}""", "metadata")]
    [InlineData("""{"agent_id": "a", "type": "A B"}""", "type")]
    public async Task Invalid_input_is_refused_naming_the_field(string json, string field)
    {
        await using var host = await ConceptHost.StartAsync(storage);

        var answer = await host.SendAsync(HttpMethod.Post, Path, await host.TokenAsync(TokenKind.Join), json);

        Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
        Assert.Contains(field, answer.Problem.Errors!.Keys);
    }

    [Fact]
    public async Task A_registration_whose_answer_was_lost_can_be_repeated_and_the_first_token_stays_valid()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var first = await host.RegisterAsync("be-1");

        var again = await host.SendAsync(HttpMethod.Post, Path, await host.TokenAsync(TokenKind.Join), """{"agent_id": "be-1", "role": "reviewer"}""");

        Assert.Equal(HttpStatusCode.OK, again.Status);
        Assert.Equal("reviewer", again.As(WireJson.Lenient.Agent).Role);
        Assert.NotNull(host.Get<TokenVault>().Authenticate(first));
        Assert.NotNull(host.Get<TokenVault>().Authenticate(again.As(WireJson.Lenient.Agent).Token!));
    }

    [Fact]
    public async Task An_agent_whose_token_was_used_cannot_be_registered_again()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var token = await host.RegisterAsync("be-1");
        await host.SendAsync(HttpMethod.Post, "/api/v1/agents/be-1/heartbeat", token);

        var again = await host.SendAsync(HttpMethod.Post, Path, await host.TokenAsync(TokenKind.Join), """{"agent_id": "be-1"}""");

        Assert.Equal(HttpStatusCode.Conflict, again.Status);
        Assert.NotNull(host.Get<TokenVault>().Authenticate(token));
    }

    [Fact]
    public async Task An_agent_whose_tokens_were_all_revoked_stays_locked_out()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        await host.RegisterAsync("be-1");
        await host.Get<TokenVault>().RevokeAgentAsync("default", "be-1", CancellationToken.None);

        var again = await host.SendAsync(HttpMethod.Post, Path, await host.TokenAsync(TokenKind.Join), """{"agent_id": "be-1"}""");

        Assert.Equal(HttpStatusCode.Conflict, again.Status);
    }

    [Fact]
    public async Task An_agent_changes_itself_and_nobody_else()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var (ada, _) = (await host.RegisterAsync("ada"), await host.RegisterAsync("bob"));

        var own = await host.SendAsync(HttpMethod.Post, Path, ada, """{"role": "tech_lead"}""");
        var other = await host.SendAsync(HttpMethod.Post, Path, ada, """{"agent_id": "bob", "role": "tech_lead"}""");

        Assert.Equal((HttpStatusCode.OK, "tech_lead"), (own.Status, own.As(WireJson.Lenient.Agent).Role));
        Assert.Null(own.As(WireJson.Lenient.Agent).Token);
        Assert.Equal(HttpStatusCode.Forbidden, other.Status);
    }

    [Fact]
    public async Task An_admin_registers_and_changes_anyone_and_is_audited()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var admin = await host.TokenAsync(TokenKind.Admin);

        var made = await host.SendAsync(HttpMethod.Post, Path, admin, """{"agent_id": "ada", "type": "human"}""");
        host.Get<TokenVault>().Authenticate(made.As(WireJson.Lenient.Agent).Token!);
        var changed = await host.SendAsync(HttpMethod.Post, Path, admin, """{"agent_id": "ada", "name": "Ada"}""");

        Assert.Equal((HttpStatusCode.Created, HttpStatusCode.OK), (made.Status, changed.Status));
        Assert.Null(changed.As(WireJson.Lenient.Agent).Token);
        Assert.Equal(["agent.registered", "agent.changed"], (await host.LogAsync()).Where(entry => entry.Kind == EntryKind.Audit).Select(entry => entry.Type));
    }
}

public sealed class SqliteRegistrationTests() : RegistrationTests(new OnSqlite());

public sealed class PostgresRegistrationTests(PostgresDatabases databases) : RegistrationTests(new OnPostgres(databases));
