using System.Text.Json;
using Parley.Protocol;
using Parley.Server.Agents;
using Parley.Server.Tests.Harness;
using Xunit;

namespace Parley.Server.Tests.Agents;

public abstract class AgentFramesTests(StorageUnderTest storage)
{
    [Fact]
    public async Task An_agent_changes_its_details_and_status_over_its_socket()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        using var socket = await TestSocket.ConnectAsync(host, "ada", await host.RegisterAsync("ada"));

        var registered = await socket.AskAsync("agent:register", """{"role": "lead", "capabilities": ["review"]}""");
        var status = await socket.AskAsync("agent:status", """{"status": "busy", "activity": "working"}""");
        var beat = await socket.AskAsync("agent:heartbeat", "{}");

        Assert.Equal(("ok", "lead"), (registered.Event, Of(registered).Role));
        Assert.Equal(("ok", AgentStatus.Busy, AgentActivity.Working), (status.Event, Of(status).Status, Of(status).Activity));
        Assert.Equal("ok", beat.Event);
        Assert.Equal(("lead", AgentStatus.Busy), (host.Default.Agents.Find("ada")!.Record.Role, host.Default.Agents.Find("ada")!.Presence.Status));
    }

    [Theory]
    [InlineData("agent:register", """{"agent_id": "bob"}""", "agent_id")]
    [InlineData("agent:register", """{"color": "red"}""", "color")]
    [InlineData("agent:status", "{}", "status")]
    public async Task Invalid_frames_are_answered_naming_the_field(string name, string data, string field)
    {
        await using var host = await ConceptHost.StartAsync(storage);
        using var socket = await TestSocket.ConnectAsync(host, "ada", await host.RegisterAsync("ada"));

        var answer = await socket.AskAsync(name, data);

        Assert.Equal("error", answer.Event);
        Assert.Contains(field, answer.Data!.Value.Deserialize(WireJson.Lenient.Problem)!.Errors!.Keys);
    }

    [Fact]
    public async Task Nobody_can_change_the_operators_inbox()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        using var socket = await TestSocket.ConnectAsync(host, "human", await host.TokenAsync(TokenKind.Admin));

        var answer = await socket.AskAsync("agent:register", """{"name": "Boss"}""");

        Assert.Equal(("error", ErrorCodes.Forbidden), (answer.Event, answer.Data!.Value.Deserialize(WireJson.Lenient.Problem)!.Code));
    }

    private static Agent Of(Frame frame) => frame.Data!.Value.Deserialize(WireJson.Lenient.Agent)!;
}

public sealed class SqliteAgentFramesTests() : AgentFramesTests(new OnSqlite());

public sealed class PostgresAgentFramesTests(PostgresDatabases databases) : AgentFramesTests(new OnPostgres(databases));
