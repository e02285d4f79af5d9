using System.Text.Json;
using Parley.Protocol;
using Parley.Server.Agents;
using Parley.Server.Coordination;
using Parley.Server.Log;
using Parley.Server.Messages;
using Parley.Server.Projects;
using Parley.Server.Tests.Agents;
using Parley.Server.Tests.Harness;
using Xunit;

namespace Parley.Server.Tests.Nodes;

/// <summary>What one node knows of agents that are at another, and of what another has pruned.</summary>
public sealed class PresenceNodesTests(PostgresDatabases databases)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_sender_on_one_node_is_told_the_state_of_an_agent_on_another()
    {
        await using var nodes = await TwoNodes.StartAsync(databases);
        var ada = await nodes.One.RegisterAsync("ada");
        var bob = await nodes.Other.RegisterAsync("bob");
        Assert.Equal((AgentStatus.Offline, Outlook.HeldUntilBack), await SendAsync(nodes.One, ada));

        Assert.Equal(204, (int)(await nodes.Other.SendAsync(HttpMethod.Post, "/api/v1/agents/bob/heartbeat", bob)).Status);
        await UntilAsync(nodes.One, ada, (AgentStatus.Online, Outlook.OnPull));

        // Already online: only what it takes is new.
        using (var socket = await TestSocket.ConnectAsync(nodes.Other, "bob", bob))
        {
            await UntilAsync(nodes.One, ada, (AgentStatus.Online, Outlook.WhenIdle));
            await socket.AskAsync("mailbox:filter", """{"types": ["rare"]}""");
            await UntilAsync(nodes.One, ada, (AgentStatus.Online, Outlook.OnPull));
            await socket.AskAsync("mailbox:filter", "{}");
            await UntilAsync(nodes.One, ada, (AgentStatus.Online, Outlook.WhenIdle));
        }

        await UntilAsync(nodes.One, ada, (AgentStatus.Offline, Outlook.HeldUntilBack));
    }

    [Fact]
    public async Task When_an_agent_was_last_seen_is_known_at_every_node()
    {
        await using var nodes = await TwoNodes.StartAsync(databases);
        await nodes.Other.RegisterAsync("bob");
        var admin = await nodes.One.TokenAsync(TokenKind.Admin);
        // Who waits is seen for as long as it waits.
        using var wait = await nodes.Other.Get<AgentDirectory>().WaitsAsync(nodes.Other.Default, nodes.Other.Default.Agents.Find("bob")!, Cancel);
        var before = nodes.Other.Clock.GetUtcNow();

        await Polling.UntilAsync(() => "one node to know when the other last saw the agent", async () =>
        {
            foreach (var host in nodes.Both)
                host.Clock.Advance(TimeSpan.FromSeconds(5));
            return (await ShowAsync(nodes.One, admin)).LastSeen > before + TimeSpan.FromMinutes(1);
        });
    }

    [Fact]
    public async Task What_one_node_has_pruned_is_gone_from_the_memory_of_the_other()
    {
        await using var one = await PostgresStoreScope.OpenAsync(databases);
        await using var other = await one.JoinAsync();
        var old = await other.StoreAsync(new Letter("ada", "bob"));
        foreach (var node in new StoreScope[] { one, other })
            node.Clock.Advance(TimeSpan.FromDays(40));
        await other.StoreAsync(new Letter("ada", "bob"));
        Assert.NotNull(other.Project.Log.Find(old.Seq));

        await new LogPruner(one.Messages, one.Index, one.Log, [], one.Service<ProjectDirectory>(), one.Clock).RunAsync(Cancel);
        await new LogForgetter(other.Log, other.Service<ProjectDirectory>(), other.Clock).RunAsync(Cancel);

        Assert.Null(other.Project.Log.Find(old.Seq));
        Assert.NotNull(other.Project.Log.Find(old.Seq + 1));
    }

    private static async Task UntilAsync(ConceptHost at, string token, (AgentStatus, Outlook) expected)
    {
        (AgentStatus, Outlook) last = default;
        await Polling.UntilAsync(() => $"{expected}, and last found {last}", async () => (last = await SendAsync(at, token)) == expected);
    }

    private static async Task<(AgentStatus, Outlook)> SendAsync(ConceptHost at, string token)
    {
        var answer = await at.SendAsync(HttpMethod.Post, "/api/v1/messages", token, """{"to": "bob", "content": "news"}""");
        var delivery = JsonDocument.Parse(answer.Text).RootElement.GetProperty("deliveries")[0];
        return (Read<AgentStatus>(delivery.GetProperty("status")), Read<Outlook>(delivery.GetProperty("outlook")));
    }

    private static T Read<T>(JsonElement word)
        where T : struct, Enum => Enum.Parse<T>(word.GetString()!.Replace("_", "", StringComparison.Ordinal), ignoreCase: true);

    private static async Task<Agent> ShowAsync(ConceptHost at, string token) =>
        (await at.SendAsync(HttpMethod.Get, "/api/v1/agents/bob", token)).As(WireJson.Lenient.Agent);
}
