using System.Net;
using Parley.Protocol;
using Parley.Server.Agents;
using Parley.Server.Tests.Agents;
using Parley.Server.Tests.Harness;
using Parley.Server.Tests.Rest;
using Parley.Server.Tests.Tasks;
using Xunit;

namespace Parley.Server.Tests.Pauses;

/// <summary>Pauses of agents, squads, and whole projects: what waits meanwhile, and what is said about it.</summary>
public abstract class PauseTests(StorageUnderTest storage)
{
    [Fact]
    public async Task Only_the_members_of_a_paused_squad_get_nothing()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var admin = await host.TokenAsync(TokenKind.Admin);
        var (bob, cyd) = (await host.AgentAsync("bob"), await host.AgentAsync("cyd"));
        await host.PostAsync(admin, "squads", """{"squad_id": "blue", "name": "Blue", "members": [{"agent_id": "bob"}]}""");
        var version = (await host.SendAsync(HttpMethod.Get, "/api/v1/squads/blue", admin)).Response.Headers.ETag;

        var paused = (await host.PostAsync(admin, "squads/blue/pause", """{"reason": "The build is broken."}""")).As(WireJson.Lenient.Squad).Pause!;

        Assert.Equal(("The build is broken.", host.Clock.GetUtcNow()), (paused.Reason, paused.PausedAt));
        Assert.StartsWith("token:", paused.PausedBy, StringComparison.Ordinal);
        Assert.NotEqual(version, (await host.SendAsync(HttpMethod.Get, "/api/v1/squads/blue", admin)).Response.Headers.ETag);
        Assert.Equal(Outlook.HeldUntilBack, await host.TellAsync(admin, "bob"));
        Assert.Equal(Outlook.OnPull, await host.TellAsync(admin, "cyd"));
        Assert.Equal((0, 1), (await host.ClaimAsync(bob, "bob"), await host.ClaimAsync(cyd, "cyd")));

        Assert.Null((await host.PostAsync(admin, "squads/blue/resume")).As(WireJson.Lenient.Squad).Pause);
        Assert.Equal(1, await host.ClaimAsync(bob, "bob"));
    }

    [Fact]
    public async Task A_member_is_held_from_joining_a_paused_squad_until_it_is_in_none()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var admin = await host.TokenAsync(TokenKind.Admin);
        var bob = await host.AgentAsync("bob");
        foreach (var squad in new[] { "blue", "red" })
        {
            await host.PostAsync(admin, "squads", $$"""{"squad_id": "{{squad}}"}""");
            await host.PostAsync(admin, $"squads/{squad}/pause");
        }

        await HeldAsync(false);
        await host.PutAsync(admin, "squads/blue/members/bob");
        await HeldAsync(true);
        await host.PutAsync(admin, "squads/red/members/bob");
        await host.PostAsync(admin, "squads/blue/resume");
        await HeldAsync(true);
        Assert.Equal(HttpStatusCode.NoContent, (await host.SendAsync(HttpMethod.Delete, "/api/v1/squads/red/members/bob", admin)).Status);
        await HeldAsync(false);
        await host.PutAsync(admin, "squads/red/members/bob");
        await HeldAsync(true);
        Assert.Equal(HttpStatusCode.NoContent, (await host.SendAsync(HttpMethod.Delete, "/api/v1/squads/red", admin)).Status);
        await HeldAsync(false);

        async Task HeldAsync(bool isHeld)
        {
            Assert.Equal(isHeld ? Outlook.HeldUntilBack : Outlook.OnPull, await host.TellAsync(admin, "bob"));
            Assert.Equal(isHeld, await host.ClaimAsync(bob, "bob") == 0);
        }
    }

    [Fact]
    public async Task A_paused_project_delivers_nothing_and_assigns_no_task_until_it_is_resumed()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var admin = await host.TokenAsync(TokenKind.Admin);
        var bob = await host.AgentAsync("bob");
        using var socket = await TestSocket.ConnectAsync(host, "bob", bob);

        var paused = (await host.PostAsync(admin, "projects/default/pause", """{"reason": "Lunch"}""")).As(WireJson.Lenient.Project);
        Assert.Equal("Lunch", paused.Pause!.Reason);
        Assert.Equal(Outlook.HeldUntilBack, await host.TellAsync(admin, "bob"));
        var task = await host.CreateAsync(admin, """{"title": "Test", "auto_assign": true}""");
        Assert.Equal(AgentTaskStatus.Pending, task.Status);
        Assert.Equal(0, await host.ClaimAsync(bob, "bob"));

        Assert.Null((await host.PostAsync(admin, "projects/default/resume")).As(WireJson.Lenient.Project).Pause);
        Assert.Equal("x", await socket.NextContentAsync());
        await host.UntilAsync(admin, task.TaskId, now => now.AgentId == "bob", step: TimeSpan.FromSeconds(1));
    }

    [Fact]
    public async Task A_connection_gets_what_waited_when_its_squad_is_resumed()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var admin = await host.TokenAsync(TokenKind.Admin);
        using var socket = await TestSocket.ConnectAsync(host, "bob", await host.AgentAsync("bob"));
        await host.PostAsync(admin, "squads", """{"squad_id": "blue", "members": [{"agent_id": "bob"}]}""");
        await host.PostAsync(admin, "squads/blue/pause");
        Assert.Equal(Outlook.HeldUntilBack, await host.TellAsync(admin, "bob"));

        await host.PostAsync(admin, "squads/blue/resume");

        Assert.Equal("x", await socket.NextContentAsync());
    }

    [Fact]
    public async Task A_repeated_pause_changes_nothing_unless_it_has_a_reason()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var (admin, ops) = (await host.TokenAsync(TokenKind.Admin), await host.TokenAsync(TokenKind.Operator));
        await host.AgentAsync("bob");
        await host.PostAsync(admin, "squads", """{"squad_id": "blue"}""");
        foreach (var path in new[] { "agents/bob", "squads/blue", "projects/default" })
        {
            var first = await PauseAsync(admin, """{"reason": "One"}""");
            host.Clock.Advance(TimeSpan.FromMinutes(1));
            Assert.Equal(first, await PauseAsync(ops));
            var other = await PauseAsync(ops, """{"reason": "Two"}""");
            Assert.Equal(("Two", host.Clock.GetUtcNow()), (other.Reason, other.PausedAt));
            Assert.NotEqual(first.PausedBy, other.PausedBy);
            await host.PostAsync(ops, $"{path}/resume");
            await host.PostAsync(ops, $"{path}/resume");
            Assert.Null(await host.PauseOfAsync(admin, path));

            async Task<Pause> PauseAsync(string token, string? json = null) => PauseSteps.PauseIn(await host.PostAsync(token, $"{path}/pause", json))!;
        }
    }

    [Theory]
    [InlineData("""{"reason": "two\nlines"}""", "reason")]
    [InlineData("""{"reason": 7}""", "reason")]
    [InlineData("""{"why": "x"}""", "why")]
    public async Task A_bad_pause_is_refused_and_changes_nothing(string json, string field)
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var admin = await host.TokenAsync(TokenKind.Admin);
        await host.AgentAsync("bob");
        await host.PostAsync(admin, "squads", """{"squad_id": "blue"}""");
        var head = host.Default.Log.Head;
        foreach (var path in new[] { "agents/bob", "squads/blue", "projects/default" })
        {
            var problem = (await host.SendAsync(HttpMethod.Post, $"/api/v1/{path}/pause", admin, json)).Refused(HttpStatusCode.BadRequest, ErrorCodes.InvalidRequest);
            Assert.Contains(field, problem.Detail, StringComparison.Ordinal);
            Assert.Null(await host.PauseOfAsync(admin, path));
        }

        Assert.Equal(head, host.Default.Log.Head);
        foreach (var path in new[] { "squads/red", "projects/none", "agents/none" })
            (await host.SendAsync(HttpMethod.Post, $"/api/v1/{path}/pause", admin)).Refused(HttpStatusCode.NotFound, ErrorCodes.NotFound);
    }

    [Fact]
    public async Task Pauses_survive_a_restart()
    {
        await using var data = await storage.NewAsync();
        string admin;
        await using (var host = await ConceptHost.StartAsync(data))
        {
            admin = await host.TokenAsync(TokenKind.Admin);
            foreach (var id in new[] { "ada", "bob", "cyd" })
                await host.AgentAsync(id);
            await host.PostAsync(admin, "agents/ada/pause", """{"reason": "A"}""");
            await host.PostAsync(admin, "squads", """{"squad_id": "blue", "members": [{"agent_id": "bob"}]}""");
            await host.PostAsync(admin, "squads/blue/pause", """{"reason": "S"}""");
        }

        await using (var host = await ConceptHost.StartAsync(data))
        {
            Held(host, "ada", "bob");
            Assert.Equal("A", (await host.PauseOfAsync(admin, "agents/ada"))!.Reason);
            Assert.Equal("S", (await host.PauseOfAsync(admin, "squads/blue"))!.Reason);
            await host.PostAsync(admin, "projects/default/pause", """{"reason": "P"}""");
        }

        await using (var host = await ConceptHost.StartAsync(data))
        {
            Held(host, "ada", "bob", "cyd");
            Assert.Equal("P", (await host.PauseOfAsync(admin, "projects/default"))!.Reason);
        }

        static void Held(ConceptHost host, params string[] held) =>
            Assert.Equal(held, host.Default.Agents.All.Where(agent => agent.IsPaused(host.Default)).Select(agent => agent.Id).Order());
    }
}

public sealed class SqlitePauseTests() : PauseTests(new OnSqlite());

public sealed class PostgresPauseTests(PostgresDatabases databases) : PauseTests(new OnPostgres(databases));
