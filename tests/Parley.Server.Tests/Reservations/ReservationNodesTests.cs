using System.Net;
using Parley.Protocol;
using Parley.Server.Tests.Agents;
using Parley.Server.Tests.Harness;
using Parley.Server.Tests.Nodes;
using Parley.Server.Tests.Rest;
using Parley.Server.Tests.Tasks;
using Xunit;
using static Parley.Server.Tests.Reservations.Reserving;

namespace Parley.Server.Tests.Reservations;

/// <summary>Reservations made, awaited, and ended at two nodes of one database.</summary>
public sealed class ReservationNodesTests(PostgresDatabases databases)
{
    [Fact]
    public async Task Of_agents_at_two_nodes_that_want_the_same_path_one_has_it()
    {
        await using var nodes = await TwoNodes.StartAsync(databases);
        var tokens = new List<(ConceptHost Node, string Token)>();
        for (var i = 0; i < 4; i++)
            tokens.Add((nodes.Both[i % 2], await nodes.Both[i % 2].RegisterAsync($"agent-{i}")));

        for (var round = 0; round < 10; round++)
        {
            var path = $$"""{"paths": ["round-{{round}}/**"], "wait": true}""";
            var answers = await Task.WhenAll(tokens.Select(one => ReserveAsync(one.Node, one.Token, path)));
            Assert.Single(answers, answer => answer.Status == HttpStatusCode.Created);
            Assert.Equal(3, answers.Count(answer => answer.Status == HttpStatusCode.Accepted));
        }
    }

    [Fact]
    public async Task What_ends_at_one_node_gives_the_turn_to_one_that_waits_at_the_other()
    {
        await using var nodes = await TwoNodes.StartAsync(databases);
        var (a, b) = (await nodes.One.RegisterAsync("a"), await nodes.Other.RegisterAsync("b"));
        var held = Read(await ReserveAsync(nodes.One, a, """{"paths": ["src/**/*.cs"]}"""), HttpStatusCode.Created);
        (await ReserveAsync(nodes.Other, b, """{"paths": ["src/a/*.c?"]}""")).Refused(HttpStatusCode.Conflict, ErrorCodes.Conflict);
        var waits = Read(await ReserveAsync(nodes.Other, b, """{"paths": ["src/a/*.c?"], "wait": true}"""), HttpStatusCode.Accepted);

        await ReleaseAsync(nodes.One, a, held.ReservationId);

        var turn = await GetAsync(nodes.Other, b, waits.ReservationId);
        Assert.Equal(ReservationStatus.Active, turn.Status);
        Assert.True(turn.Fence > held.Fence);
        Assert.Single(await InboxAsync(nodes.Other, "b", b), message => message.MessageType == "reservation_granted");
        (await ReserveAsync(nodes.One, a, """{"paths": ["src"]}""")).Refused(HttpStatusCode.Conflict, ErrorCodes.Conflict);
    }

    [Fact]
    public async Task What_was_reserved_at_one_node_expires_once_at_both()
    {
        await using var nodes = await TwoNodes.StartAsync(databases);
        var (a, b) = (await nodes.One.RegisterAsync("a"), await nodes.Other.RegisterAsync("b"));
        Read(await ReserveAsync(nodes.One, a, """{"paths": ["src"], "ttl_seconds": 10}"""), HttpStatusCode.Created);
        var waits = Read(await ReserveAsync(nodes.Other, b, """{"paths": ["src"], "wait": true, "ttl_seconds": 86400}"""), HttpStatusCode.Accepted);

        foreach (var node in nodes.Both)
            node.Clock.Advance(TimeSpan.FromSeconds(10));
        await Polling.UntilAsync(() => "the one that waits to have its turn", async () =>
        {
            foreach (var node in nodes.Both)
                node.Clock.Advance(TimeSpan.FromSeconds(1));
            return (await GetAsync(nodes.Other, b, waits.ReservationId)).Status == ReservationStatus.Active;
        });

        var types = (await nodes.One.LogAsync()).Select(entry => entry.Type).ToList();
        Assert.Single(types, "reservation_expired");
        Assert.Single(await InboxAsync(nodes.Other, "b", b), message => message.MessageType == "reservation_granted");
    }
}
