using Parley.Protocol;
using Parley.Server.Coordination;
using Parley.Server.Tests.Agents;
using Parley.Server.Tests.Harness;
using Parley.Server.Tests.Pauses;
using Xunit;

namespace Parley.Server.Tests.Nodes;

/// <summary>Pauses made at one node, of agents that are connected to another.</summary>
public sealed class PauseNodesTests(PostgresDatabases databases)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("agents/bob")]
    [InlineData("squads/blue")]
    [InlineData("projects/default")]
    public async Task A_pause_made_at_one_node_holds_at_the_other_until_it_is_resumed(string path)
    {
        await using var nodes = await TwoNodes.StartAsync(databases);
        var admin = await nodes.One.TokenAsync(TokenKind.Admin);
        var bob = await nodes.Other.RegisterAsync("bob");
        await nodes.Other.PostAsync(admin, "squads", """{"squad_id": "blue", "members": [{"agent_id": "bob"}]}""");
        using var socket = await TestSocket.ConnectAsync(nodes.Other, "bob", bob);

        await nodes.One.PostAsync(admin, $"{path}/pause", """{"reason": "Lunch"}""");
        // The other node learns of changes by looking, once per second of a clock that stands still here.
        await nodes.Other.Get<IClusterView>().CatchUpAsync(Cancel);
        Assert.Equal("Lunch", (await nodes.Other.PauseOfAsync(admin, path))!.Reason);
        Assert.Equal(Outlook.HeldUntilBack, await nodes.Other.TellAsync(admin, "bob"));
        Assert.Equal(0, await nodes.Other.ClaimAsync(bob, "bob"));

        await nodes.One.PostAsync(admin, $"{path}/resume");
        await nodes.Other.Get<IClusterView>().CatchUpAsync(Cancel);
        Assert.Equal("x", await socket.NextContentAsync());
    }
}
