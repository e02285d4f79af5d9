using System.Net;
using Parley.Protocol;
using Parley.Server.Agents;
using Parley.Server.Log;
using Parley.Server.Tests.Agents;
using Parley.Server.Tests.Harness;
using Xunit;

namespace Parley.Server.Tests.Squads;

public abstract class SquadTests(StorageUnderTest storage)
{
    private const string Squads = "/api/v1/squads";

    [Fact]
    public async Task Members_have_their_role_in_the_squad_or_else_their_own_role()
    {
        await using var host = await StartAsync();

        var answer = await host.SendAsync(HttpMethod.Post, Squads, await host.TokenAsync(TokenKind.Operator, "ada"),
            """{"name": "Alpha Team", "members": [{"agent_id": "bob", "role": "reviewer"}, {"agent_id": "ada"}]}""");

        Assert.Equal((HttpStatusCode.Created, "/api/v1/squads/Alpha-Team"), (answer.Status, answer.Header("Location")));
        var members = answer.As(WireJson.Lenient.Squad).Members;
        Assert.Equal([("bob", "reviewer"), ("ada", "lead")], members.Select(member => (member.AgentId, member.Role)));
    }

    [Fact]
    public async Task Each_change_is_a_log_entry_and_survives_a_restart()
    {
        await using var data = await storage.NewAsync();
        await using (var host = await RegisterAsync(await ConceptHost.StartAsync(data)))
        {
            var admin = await host.TokenAsync(TokenKind.Admin);
            await host.SendAsync(HttpMethod.Post, Squads, admin, """{"squad_id": "alpha"}""");
            await host.SendAsync(HttpMethod.Put, $"{Squads}/alpha/members/bob", admin, """{"role": "reviewer"}""");
            await host.SendAsync(HttpMethod.Put, $"{Squads}/alpha/members/ada", admin);
            await host.SendAsync(HttpMethod.Put, $"{Squads}/alpha", admin, """{"name": "Alpha"}""");
            await host.SendAsync(HttpMethod.Post, Squads, admin, """{"squad_id": "beta"}""");
            await host.SendAsync(HttpMethod.Delete, $"{Squads}/beta", admin);

            Assert.Equal(
                ["squad_created", "squad_updated", "squad_updated", "squad_updated", "squad_created", "squad_removed"],
                (await host.LogAsync()).Where(entry => entry.Kind == EntryKind.Squad).Select(entry => entry.Type));
        }

        await using var again = await ConceptHost.StartAsync(data);
        var answer = await again.SendAsync(HttpMethod.Get, Squads, await again.TokenAsync(TokenKind.Observer));
        var squad = Assert.Single(answer.As(WireJson.Lenient.PageSquad).Items);
        Assert.Equal(("alpha", "Alpha"), (squad.SquadId, squad.Name));
        Assert.Equal([("bob", "reviewer"), ("ada", "lead")], squad.Members.Select(member => (member.AgentId, member.Role)));
    }

    [Fact]
    public async Task A_send_to_a_squad_reaches_its_members_as_they_are_now()
    {
        await using var host = await StartAsync();
        var admin = await host.TokenAsync(TokenKind.Admin);
        var members = host.Get<ISquadMembers>();
        await host.SendAsync(HttpMethod.Post, Squads, admin, """{"squad_id": "alpha", "members": [{"agent_id": "ada"}, {"agent_id": "bob"}]}""");

        var dropped = await host.SendAsync(HttpMethod.Delete, $"{Squads}/alpha/members/ada", admin);
        var again = await host.SendAsync(HttpMethod.Delete, $"{Squads}/alpha/members/ada", admin);

        Assert.Equal((HttpStatusCode.NoContent, HttpStatusCode.NotFound), (dropped.Status, again.Status));
        Assert.Equal([host.Default.Agents.Find("bob")!.Number], await members.MembersAsync(host.Default, "alpha", CancellationToken.None));
        Assert.Null(await members.MembersAsync(host.Default, "beta", CancellationToken.None));
    }

    [Theory]
    [InlineData("{}", HttpStatusCode.BadRequest)]
    [InlineData("""{"squad_id": "a b"}""", HttpStatusCode.BadRequest)]
    [InlineData("""{"squad_id": "a", "members": [{}]}""", HttpStatusCode.BadRequest)]
    [InlineData("""{"squad_id": "a", "members": [null]}""", HttpStatusCode.BadRequest)]
    [InlineData("""{"squad_id": "a", "members": [{"agent_id": "ada"}, {"agent_id": "ada"}]}""", HttpStatusCode.BadRequest)]
    [InlineData("""{"squad_id": "a", "members": [{"agent_id": "nobody"}]}""", HttpStatusCode.NotFound)]
    [InlineData("""{"squad_id": "taken"}""", HttpStatusCode.Conflict)]
    public async Task Invalid_input_changes_nothing(string json, HttpStatusCode expected)
    {
        await using var host = await StartAsync();
        var admin = await host.TokenAsync(TokenKind.Admin);
        await host.SendAsync(HttpMethod.Post, Squads, admin, """{"squad_id": "taken"}""");

        Assert.Equal(expected, (await host.SendAsync(HttpMethod.Post, Squads, admin, json)).Status);
        Assert.Single((await host.SendAsync(HttpMethod.Get, Squads, admin)).As(WireJson.Lenient.PageSquad).Items);
    }

    [Fact]
    public async Task Agents_can_read_squads_but_not_change_them()
    {
        await using var host = await StartAsync();
        var ada = await host.TokenAsync(TokenKind.Agent, "ada");

        Assert.Equal(HttpStatusCode.OK, (await host.SendAsync(HttpMethod.Get, Squads, ada)).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await host.SendAsync(HttpMethod.Post, Squads, ada, """{"squad_id": "alpha"}""")).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await host.SendAsync(HttpMethod.Put, $"{Squads}/alpha/members/ada", ada)).Status);
    }

    private async Task<ConceptHost> StartAsync() => await RegisterAsync(await ConceptHost.StartAsync(storage));

    private static async Task<ConceptHost> RegisterAsync(ConceptHost host)
    {
        var admin = await host.TokenAsync(TokenKind.Admin);
        await host.SendAsync(HttpMethod.Post, "/api/v1/agents/register", admin, """{"agent_id": "ada", "type": "human", "role": "lead"}""");
        await host.SendAsync(HttpMethod.Post, "/api/v1/agents/register", admin, """{"agent_id": "bob", "role": "developer"}""");
        return host;
    }
}

public sealed class SqliteSquadTests() : SquadTests(new OnSqlite());

public sealed class PostgresSquadTests(PostgresDatabases databases) : SquadTests(new OnPostgres(databases));
