using System.Net;
using System.Text.Json;
using Parley.Protocol;
using Parley.Server.Coordination;
using Parley.Server.Nodes;
using Parley.Server.Tests.Agents;
using Parley.Server.Tests.Harness;
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
        await using var nodes = await TwoNodes.StartAsync(databases);
        await nodes.SetAsync(0, "plan/1", "1");
        using var socket = await TestSocket.ConnectAsync(nodes.Other, "ada", await nodes.Other.RegisterAsync("ada"));
        await socket.AskAsync("subscribe", """{"feeds": {"memory": {"prefix": "plan/"}}, "snapshot": true}""");
        var snapshot = await socket.NextAsync(frame => frame.Event == "snapshot");
        await socket.NextAsync(frame => frame.Event == "snapshot" && frame.Data!.Value.GetProperty("done").GetBoolean());

        var changed = await nodes.SetAsync(0, "plan/1", "2");
        // The entry's first state may come again before it, where the log was heard of late.
        var put = (await socket.NextAsync(frame => frame.Event == "change" && !IsOf(frame, snapshot))).Data!.Value;
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
        await using var nodes = await TwoNodes.StartAsync(databases);
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

    private static bool IsOf(Frame change, Frame snapshot) =>
        change.Data!.Value.GetProperty("item").GetRawText() == snapshot.Data!.Value.GetProperty("items")[0].GetRawText();

    private sealed class TwoNodes : IAsyncDisposable
    {
        private TwoNodes(ConceptHost one, ConceptHost other, string token) => (One, Other, Token) = (one, other, token);

        internal ConceptHost One { get; }

        internal ConceptHost Other { get; }

        internal string Token { get; }

        internal ConceptHost[] Both => [One, Other];

        internal static async Task<TwoNodes> StartAsync(PostgresDatabases databases)
        {
            var data = await new OnPostgres(databases).NewAsync();
            var one = await ConceptHost.StartAsync(data);
            var other = await ConceptHost.StartAsync(data.Join());
            // Each finds the other by looking, once a second of a clock that stands still here.
            ConceptHost[] both = [one, other];
            while (!both.All(host => host.Get<IClusterView>().AreThere))
            {
                foreach (var host in both)
                    await host.Get<Membership>().BeatAsync(Cancel);
            }

            return new TwoNodes(one, other, await one.TokenAsync(TokenKind.Admin));
        }

        internal Task<Answer> SetAsync(int node, string key, string value, long? ifVersion = null) => Both[node].SendAsync(
            HttpMethod.Put, ByKey + key, Token, ifVersion is null ? $$"""{"value": {{value}}}""" : $$"""{"value": {{value}}, "if_version": {{ifVersion}}}""");

        public async ValueTask DisposeAsync()
        {
            // The database goes with the data of the first.
            foreach (var host in new[] { Other, One })
            {
                var clock = host.Clock;
                // A node that stops gives its connections time to go to another, by the clock.
                var stopping = host.DisposeAsync().AsTask();
                while (!stopping.IsCompleted)
                {
                    clock.Advance(TimeSpan.FromSeconds(1));
                    await Task.Yield();
                }

                await stopping;
                await host.Data.DisposeAsync();
            }
        }
    }
}
