using System.Net;
using System.Text;
using Parley.Protocol;
using Parley.Server.Agents;
using Parley.Server.Coordination;
using Parley.Server.Log;
using Parley.Server.Security;
using Parley.Server.Tests.Harness;
using Xunit;

namespace Parley.Server.Tests.Agents;

public abstract class AgentEndpointsTests(StorageUnderTest storage)
{
    private const string Agents = "/api/v1/agents";

    [Fact]
    public async Task A_list_is_newest_first_in_pages_and_never_shows_the_operators_inbox()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        foreach (var id in new[] { "a", "b", "c", "d", "e" })
            await host.RegisterAsync(id);
        var observer = await host.TokenAsync(TokenKind.Observer);
        Assert.Equal(HttpStatusCode.OK, (await host.SendAsync(HttpMethod.Get, $"{Agents}/human", observer)).Status);

        var seen = new List<string>();
        for (string? after = null; ;)
        {
            var page = (await host.SendAsync(HttpMethod.Get, $"{Agents}?limit=2{(after is null ? "" : $"&after={after}")}", observer)).As(WireJson.Lenient.PageAgent);
            seen.AddRange(page.Items.Select(agent => agent.AgentId));
            if ((after = page.Next) is null)
                break;
        }

        Assert.Equal(["e", "d", "c", "b", "a"], seen);
    }

    [Theory]
    [InlineData("status=active", "bob")]
    [InlineData("status=offline", "cid,ada")]
    [InlineData("status=busy", "bob")]
    [InlineData("activity=working", "bob")]
    [InlineData("type=bot", "cid")]
    [InlineData("role=lead", "ada")]
    [InlineData("squad=alpha", "bob,ada")]
    [InlineData("squad=nowhere", "")]
    [InlineData("q=LOVE", "ada")]
    [InlineData("capability=python", "bob,ada")]
    [InlineData("capability=python&capability=review", "ada")]
    [InlineData("metadata.team=red", "ada")]
    [InlineData("metadata.level=3", "bob")]
    public async Task A_list_can_be_filtered(string query, string expected)
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var admin = await host.TokenAsync(TokenKind.Admin);
        await RegisterAsync(host, admin, """{"agent_id": "ada", "name": "Ada Lovelace", "role": "lead", "capabilities": ["python", "review"], "metadata": {"team": "red"}}""");
        await RegisterAsync(host, admin, """{"agent_id": "bob", "capabilities": ["python"], "metadata": {"level": 3}}""");
        await RegisterAsync(host, admin, """{"agent_id": "cid", "type": "bot"}""");
        await host.SendAsync(HttpMethod.Post, "/api/v1/squads", admin, """{"squad_id": "alpha", "members": [{"agent_id": "ada"}, {"agent_id": "bob"}]}""");
        await host.SendAsync(HttpMethod.Put, $"{Agents}/bob/status", admin, """{"status": "busy", "activity": "working"}""");

        var answer = await host.SendAsync(HttpMethod.Get, $"{Agents}?{query}", admin);

        Assert.Equal(expected, string.Join(',', answer.As(WireJson.Lenient.PageAgent).Items.Select(agent => agent.AgentId)));
    }

    [Fact]
    public async Task Agents_that_gave_a_sign_of_life_are_online()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var (ada, _) = (await host.RegisterAsync("ada"), await host.RegisterAsync("bob"));

        var beat = await host.SendAsync(HttpMethod.Post, $"{Agents}/ada/heartbeat", ada);
        var online = await host.SendAsync(HttpMethod.Get, $"{Agents}/online", ada);

        Assert.Equal(HttpStatusCode.NoContent, beat.Status);
        Assert.Equal("ada", Assert.Single(online.As(WireJson.Lenient.PageAgent).Items).AgentId);
        Assert.Contains(await host.LogAsync(), entry => entry.Type == "agent_joined");
    }

    [Theory]
    [InlineData("PUT", "", """{"name": "x"}""")]
    [InlineData("PUT", "/status", """{"activity": "idle"}""")]
    [InlineData("POST", "/heartbeat", null)]
    [InlineData("PUT", "/subscriptions", """{"topics": []}""")]
    [InlineData("POST", "/token", null)]
    [InlineData("DELETE", "", null)]
    public async Task Nobody_can_change_other_agents_or_the_operators_inbox(string method, string path, string? json)
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var (ada, _, join, admin) = (await host.RegisterAsync("ada"), await host.RegisterAsync("bob"), await host.TokenAsync(TokenKind.Join), await host.TokenAsync(TokenKind.Admin));
        var verb = new HttpMethod(method);

        Assert.Equal(HttpStatusCode.Forbidden, (await host.SendAsync(verb, $"{Agents}/bob{path}", ada, json)).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await host.SendAsync(verb, $"{Agents}/bob{path}", join, json)).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await host.SendAsync(verb, $"{Agents}/human{path}", admin, json)).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await host.SendAsync(verb, $"{Agents}/nobody{path}", admin, json)).Status);
        Assert.InRange((int)(await host.SendAsync(verb, $"{Agents}/bob{path}", admin, json)).Status, 200, 299);
    }

    [Fact]
    public async Task A_change_keeps_absent_fields()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var admin = await host.TokenAsync(TokenKind.Admin);
        await RegisterAsync(host, admin, """{"agent_id": "ada", "name": "Ada", "role": "lead"}""");

        var answer = await host.SendAsync(HttpMethod.Put, $"{Agents}/ada", admin, """{"specialization": "math"}""");

        var agent = answer.As(WireJson.Lenient.Agent);
        Assert.Equal(("Ada", "lead", "math"), (agent.Name, agent.Role, agent.Specialization));
    }

    [Fact]
    public async Task A_resumed_agent_is_woken_and_both_are_audited()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        await host.RegisterAsync("ada");
        var (admin, agent) = (await host.TokenAsync(TokenKind.Admin), host.Default.Agents.Find("ada")!);
        using var waiting = host.Get<MailboxSignals>().Arm(agent.Number);

        var paused = await host.SendAsync(HttpMethod.Post, $"{Agents}/ada/pause", admin);
        Assert.Equal((true, false), (agent.Record.Pause is not null, waiting.Fired.IsCompleted));
        var resumed = await host.SendAsync(HttpMethod.Post, $"{Agents}/ada/resume", admin);

        Assert.Equal((true, false), (paused.As(WireJson.Lenient.Agent).Paused, resumed.As(WireJson.Lenient.Agent).Paused));
        Assert.True(waiting.Fired.IsCompleted);
        var audited = (await host.LogAsync()).Where(entry => entry.Kind == EntryKind.Audit).ToList();
        Assert.Equal(["agent.paused", "agent.resumed"], audited.Select(entry => entry.Type));
        Assert.All(audited, entry => Assert.Equal(Audience.Operators, entry.Audience));
        Assert.Contains("\"subject\":\"ada\"", Encoding.UTF8.GetString(audited[0].Json), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Subscriptions_are_replaced_and_bad_ones_refused()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var ada = await host.RegisterAsync("ada");

        var set = await host.SendAsync(HttpMethod.Put, $"{Agents}/ada/subscriptions", ada, """{"topics": ["builds.*", "alerts.>", "builds.*"]}""");
        var bad = await host.SendAsync(HttpMethod.Put, $"{Agents}/ada/subscriptions", ada, """{"topics": ["ok", "a.>.b"]}""");
        var kept = await host.SendAsync(HttpMethod.Get, $"{Agents}/ada/subscriptions", ada);

        Assert.Equal(["builds.*", "alerts.>"], set.As(WireJson.Lenient.Subscriptions).Topics);
        Assert.Contains("topics[1]", bad.Problem.Errors!.Keys);
        Assert.Equal(["builds.*", "alerts.>"], kept.As(WireJson.Lenient.Subscriptions).Topics);
    }

    [Fact]
    public async Task A_rotated_token_replaces_the_others()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var ada = await host.RegisterAsync("ada");

        var answer = await host.SendAsync(HttpMethod.Post, $"{Agents}/ada/token", ada);

        Assert.Equal(HttpStatusCode.Created, answer.Status);
        Assert.Null(host.Get<TokenVault>().Authenticate(ada));
        Assert.Equal("ada", host.Get<TokenVault>().Authenticate(answer.As(WireJson.Lenient.NewToken).Token)!.AgentId);
    }

    [Fact]
    public async Task A_deleted_agent_is_gone_with_its_tokens_and_its_memberships()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var (ada, admin) = (await host.RegisterAsync("ada"), await host.TokenAsync(TokenKind.Admin));
        await host.RegisterAsync("bob");
        await host.SendAsync(HttpMethod.Post, "/api/v1/squads", admin, """{"squad_id": "alpha", "members": [{"agent_id": "ada"}, {"agent_id": "bob"}]}""");

        var answer = await host.SendAsync(HttpMethod.Delete, $"{Agents}/ada", ada);

        Assert.Equal(HttpStatusCode.NoContent, answer.Status);
        Assert.Null(host.Get<TokenVault>().Authenticate(ada));
        Assert.Equal(HttpStatusCode.NotFound, (await host.SendAsync(HttpMethod.Get, $"{Agents}/ada", admin)).Status);
        var squad = await host.SendAsync(HttpMethod.Get, "/api/v1/squads/alpha", admin);
        Assert.Equal("bob", Assert.Single(squad.As(WireJson.Lenient.Squad).Members).AgentId);
        Assert.Contains(await host.LogAsync(), entry => entry.Type == "agent_removed");
        Assert.NotEqual(ada, await host.RegisterAsync("ada"));
    }

    [Fact]
    public async Task Agents_of_another_project_are_not_there()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var (ada, admin) = (await host.RegisterAsync("ada"), await host.TokenAsync(TokenKind.Admin));
        await host.SendAsync(HttpMethod.Post, "/api/v1/projects", admin, """{"project_id": "blue"}""");
        await host.SendAsync(HttpMethod.Post, $"{Agents}/register?project_id=blue", admin, """{"agent_id": "bob"}""");

        Assert.Equal(HttpStatusCode.NotFound, (await host.SendAsync(HttpMethod.Get, $"{Agents}/bob", ada)).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await host.SendAsync(HttpMethod.Get, $"{Agents}?project_id=blue", ada)).Status);
        Assert.Equal("bob", Assert.Single((await host.SendAsync(HttpMethod.Get, $"{Agents}?project_id=blue", admin)).As(WireJson.Lenient.PageAgent).Items).AgentId);
        Assert.Equal(HttpStatusCode.NotFound, (await host.SendAsync(HttpMethod.Get, $"{Agents}?project_id=red", admin)).Status);
    }

    private static async Task RegisterAsync(ConceptHost host, string token, string json) =>
        Assert.Equal(HttpStatusCode.Created, (await host.SendAsync(HttpMethod.Post, $"{Agents}/register", token, json)).Status);
}

public sealed class SqliteAgentEndpointsTests() : AgentEndpointsTests(new OnSqlite());

public sealed class PostgresAgentEndpointsTests(PostgresDatabases databases) : AgentEndpointsTests(new OnPostgres(databases));
