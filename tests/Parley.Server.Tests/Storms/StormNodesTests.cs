using System.Net;
using Parley.Protocol;
using Parley.Server.Agents;
using Parley.Server.Tests.Harness;
using Parley.Server.Tests.Nodes;
using Xunit;

namespace Parley.Server.Tests.Storms;

/// <summary>Storms of agents that are connected to two nodes of one database.</summary>
public sealed class StormNodesTests(PostgresDatabases databases)
{
    [Fact]
    public async Task Agents_at_two_nodes_are_stopped_after_as_many_replies_as_at_one()
    {
        await using var nodes = await TwoNodes.StartAsync(databases);
        var admin = await nodes.One.TokenAsync(TokenKind.Admin);
        var (ada, bob) = (await nodes.One.RegisterAsync("ada"), await nodes.Other.RegisterAsync("bob"));
        var last = (await nodes.One.SayAsync(ada, "bob", "Hello!")).MessageId;
        await ReadableAsync(last);

        var (through, isHeld) = (0, false);
        for (; !isHeld && through < 200; through++)
        {
            var sent = through % 2 == 0 ? await nodes.Other.SayAsync(bob, "ada", "Thanks!", last) : await nodes.One.SayAsync(ada, "bob", "Thanks!", last);
            isHeld = sent.IsHeld();
            last = isHeld ? last : sent.MessageId;
            await ReadableAsync(last);
        }

        Assert.Equal((51, true), (through, isHeld));
        // The node that did not find the storm knows it, too.
        foreach (var node in nodes.Both)
            node.Clock.Advance(TimeSpan.FromMinutes(5));
        Assert.True((await nodes.One.SayAsync(ada, "bob", "One more", last)).IsHeld());
        Assert.True((await nodes.Other.SayAsync(bob, "ada", "Another", last)).IsHeld());
        var storm = Assert.Single(await nodes.One.StormsAsync(admin));
        Assert.Single(await nodes.Other.MessagesAsync(admin, AgentDirectory.Human), message => message.MessageType == "storm");

        await nodes.One.EndAsync(admin, storm.StormId, "release");

        Assert.Contains(await nodes.Other.MessagesAsync(bob, "bob"), message => message.Content == "One more");
        Assert.Equal(StormStatus.Released, Assert.Single(await nodes.Other.StormsAsync(admin)).Status);
        Assert.False((await nodes.Other.SayAsync(bob, "ada", "Finally", last)).IsHeld());

        // A node learns from the database how far the other's log has grown.
        async Task ReadableAsync(string id)
        {
            foreach (var node in nodes.Both)
            {
                await Polling.UntilAsync(
                    () => "the message at both nodes", async () => (await node.SendAsync(HttpMethod.Get, $"/api/v1/messages/{id}", admin)).Status == HttpStatusCode.OK);
            }
        }
    }
}
