using System.Net;
using System.Text.Json;
using Parley.Protocol;
using Parley.Server.Tests.Agents;
using Parley.Server.Tests.Harness;
using Parley.Server.Tests.Nodes;
using Parley.Server.Tests.Rest;
using Xunit;

namespace Parley.Server.Tests.Memory;

/// <summary>One project's memory at two nodes of one database.</summary>
public sealed class MemoryNodesTests(PostgresDatabases databases)
{
    private const string ByKey = "/api/v1/memory/key/";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_changes_at_one_node_is_told_by_a_feed_at_the_other()
    {
        await using var nodes = await MemoryNodes.StartAsync(databases);
        await nodes.SetAsync(0, "plan/1", "1");
        using var socket = await TestSocket.ConnectAsync(nodes.Other, "ada", await nodes.Other.RegisterAsync("ada"));
        await socket.AskAsync("subscribe", """{"feeds": {"memory": {"prefix": "plan/"}}, "snapshot": true}""");
        var snapshot = await socket.NextAsync(frame => frame.Event == "snapshot");
        await socket.NextAsync(frame => frame.Event == "snapshot" && frame.Data!.Value.GetProperty("done").GetBoolean());

        var changed = await nodes.SetAsync(0, "plan/1", "2");
        var put = (await socket.NextAsync(frame => frame.Event == "change")).Data!.Value;
        var gone = await nodes.One.SendAsync(HttpMethod.Delete, $"{ByKey}plan/1", nodes.Token);
        var delete = (await socket.NextAsync(frame => frame.Event == "change")).Data!.Value;

        Assert.Equal(1, Assert.Single(snapshot.Data!.Value.GetProperty("items").EnumerateArray()).GetProperty("value").GetInt32());
        Assert.Equal(("put", changed.Text), (put.GetProperty("op").GetString(), put.GetProperty("item").GetRawText()));
        Assert.Equal(HttpStatusCode.NoContent, gone.Status);
        Assert.Equal(("delete", "plan/1"), (delete.GetProperty("op").GetString(), delete.GetProperty("item").GetProperty("key").GetString()));
        Assert.Equal(HttpStatusCode.NotFound, (await nodes.Other.SendAsync(HttpMethod.Get, $"{ByKey}plan/1", nodes.Token)).Status);
    }

    [Fact]
    public async Task Of_two_nodes_that_change_one_version_at_once_one_does()
    {
        const int rounds = 30;
        await using var nodes = await MemoryNodes.StartAsync(databases);
        var version = 0L;
        for (var round = 0; round < rounds; round++)
        {
            var answers = await Task.WhenAll(nodes.SetAsync(0, "lock", $"[{round}, 0]", version), nodes.SetAsync(1, "lock", $"[{round}, 1]", version));

            var won = Assert.Single(answers, answer => answer.Status is HttpStatusCode.OK or HttpStatusCode.Created);
            Assert.Equal(ErrorCodes.VersionMismatch, Assert.Single(answers, answer => answer != won).Problem.Code);
            // What won stands at both nodes, that which lost included.
            foreach (var host in nodes.Both)
                Assert.Equal(won.Text, (await host.SendAsync(HttpMethod.Get, $"{ByKey}lock", nodes.Token)).Text);
            version = JsonSerializer.Deserialize(won.Text, WireJson.Lenient.MemoryEntry)!.Version;
        }
    }

    private sealed class MemoryNodes : IAsyncDisposable
    {
        private readonly TwoNodes _nodes;

        private MemoryNodes(TwoNodes nodes, string token) => (_nodes, Token) = (nodes, token);

        internal ConceptHost One => _nodes.One;

        internal ConceptHost Other => _nodes.Other;

        internal string Token { get; }

        internal ConceptHost[] Both => _nodes.Both;

        internal static async Task<MemoryNodes> StartAsync(PostgresDatabases databases)
        {
            var nodes = await TwoNodes.StartAsync(databases);
            return new MemoryNodes(nodes, await nodes.One.TokenAsync(TokenKind.Admin));
        }

        internal Task<Answer> SetAsync(int node, string key, string value, long? ifVersion = null) => Both[node].SendAsync(
            HttpMethod.Put, ByKey + key, Token, ifVersion is null ? $$"""{"value": {{value}}}""" : $$"""{"value": {{value}}, "if_version": {{ifVersion}}}""");

        public ValueTask DisposeAsync() => _nodes.DisposeAsync();
    }
}
