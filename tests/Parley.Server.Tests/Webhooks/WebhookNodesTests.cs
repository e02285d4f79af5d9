using System.Globalization;
using System.Net;
using Npgsql;
using Parley.Protocol;
using Parley.Server.Coordination;
using Parley.Server.Nodes;
using Parley.Server.Tests.Agents;
using Parley.Server.Tests.Harness;
using Parley.Server.Tests.Nodes;
using Parley.Server.Tests.Rest;
using Xunit;

namespace Parley.Server.Tests.Webhooks;

/// <summary>Webhooks of two nodes on one database.</summary>
public sealed class WebhookNodesTests(PostgresDatabases databases)
{
    /// <summary>After which a node that is silent does not lead any more, and a bit.</summary>
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(6);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Of_two_nodes_one_delivers_and_each_event_once()
    {
        await using var receiver = Receiver.Start();
        await using var nodes = await TwoNodes.StartAsync(databases, WebhookHost.Private);
        var admin = await nodes.One.TokenAsync(TokenKind.Admin);
        await CreateAsync(nodes.Other, admin, receiver, "\"build.*\"");
        var expected = Enumerable.Range(0, 40).Select(Build).ToList();

        for (var i = 0; i < expected.Count; i++)
            await PublishAsync(nodes.Both[i % 2], admin, expected[i]);
        await receiver.UntilAsync(expected.Count);

        Assert.Equal(expected, receiver.Got.Select(got => got.Type));
    }

    [Fact]
    public async Task What_is_published_after_a_change_at_one_node_is_delivered_by_what_the_webhook_is_since()
    {
        await using var receiver = Receiver.Start();
        await using var nodes = await TwoNodes.StartAsync(databases, WebhookHost.Private);
        var admin = await nodes.One.TokenAsync(TokenKind.Admin);
        var (leads, follows) = await SidesAsync(nodes);
        var webhook = await CreateAsync(follows, admin, receiver, "\"never\"");
        var expected = Enumerable.Range(0, 20).Select(Build).ToList();

        foreach (var type in expected)
        {
            var put = await follows.SendAsync(
                HttpMethod.Put, $"{WebhookHost.Api}/{webhook.WebhookId}", admin, $$"""{"url": "{{receiver.Url}}", "types": ["{{type}}"]}""");
            Assert.True(put.Status == HttpStatusCode.OK, put.Text);
            await PublishAsync(follows, admin, type);
            // Before the next change, which would also apply to what waits.
            // A courier that stopped at a change that its node had not heard of yet starts again at the next look.
            await receiver.UntilAsync(leads.Clock, () => receiver.Got.Count > 0 && receiver.Got[^1].Type == type);
        }

        Assert.Equal(expected, receiver.Got.Select(got => got.Type));
    }

    /// <summary>As when its process is stopped and goes on later: nobody has told it, and by its own look it still leads.</summary>
    [Fact]
    public async Task A_node_that_stood_still_delivers_nothing_behind_the_back_of_the_one_that_took_over()
    {
        await using var receiver = Receiver.Start();
        await using var nodes = await TwoNodes.StartAsync(databases, WebhookHost.Private);
        var admin = await nodes.One.TokenAsync(TokenKind.Admin);
        var (leads, follows) = await SidesAsync(nodes);
        var (released, first) = (new TaskCompletionSource(), true);
        receiver.Answer = async (received, stream, cancel) =>
        {
            if (first)
            {
                first = false;
                await released.Task.WaitAsync(cancel);
            }

            await Receiver.Status("204 No Content")(received, stream, cancel);
        };
        await CreateAsync(leads, admin, receiver, "\"build.*\"");
        var all = Enumerable.Range(0, 20).Select(Build).ToList();
        foreach (var type in all)
            await PublishAsync(follows, admin, type);
        await receiver.UntilAsync(1);

        // It can give no sign of life, and its time goes on.
        await using var connection = await nodes.OpenAsync();
        await using (var held = await connection.BeginTransactionAsync(Cancel))
        {
            await RunAsync(connection, $"SELECT number FROM nodes WHERE number = {leads.Get<INodeStore>().Number} FOR UPDATE");
            leads.Clock.Advance(Silence);
            await Polling.UntilAsync(() => "the other to lead", async () =>
            {
                follows.Clock.Advance(TimeSpan.FromSeconds(1));
                await follows.Get<Membership>().BeatAsync(Cancel);
                return follows.Get<ILeadership>().IsLeader;
            });
            await receiver.UntilAsync(follows.Clock, () => receiver.Got.Count > all.Count);
            // The receiver answers the first, which could go on now.
            released.SetResult();
            await PublishAsync(follows, admin, "build.last");
            await Polling.UntilAsync("the last delivery", () => receiver.Got.Any(got => got.Type == "build.last"));
        }

        // Now it can hear that it leads no more.
        await Polling.UntilAsync(() => "the first to know", () =>
        {
            leads.Clock.Advance(TimeSpan.FromSeconds(1));
            return Task.FromResult(!leads.Get<ILeadership>().IsLeader);
        });
        await PublishAsync(leads, admin, "build.after");
        await Polling.UntilAsync("the delivery after it", () => receiver.Got.Any(got => got.Type == "build.after"));

        // What was under way when it stood still came twice, and nothing else.
        Assert.Equal([all[0], .. all, "build.last", "build.after"], receiver.Got.Select(got => got.Type));
    }

    private static string Build(int number) => string.Create(CultureInfo.InvariantCulture, $"build.{number}");

    private static async Task<(ConceptHost Leads, ConceptHost Follows)> SidesAsync(TwoNodes nodes)
    {
        await Polling.UntilAsync(() => "one of them to lead", () => Task.FromResult(nodes.Both.Count(host => host.Get<ILeadership>().IsLeader) == 1));
        return nodes.One.Get<ILeadership>().IsLeader ? (nodes.One, nodes.Other) : (nodes.Other, nodes.One);
    }

    private static async Task<Webhook> CreateAsync(ConceptHost node, string admin, Receiver receiver, string types)
    {
        var answer = await node.SendAsync(HttpMethod.Post, WebhookHost.Api, admin, $$"""{"url": "{{receiver.Url}}", "types": [{{types}}]}""");
        Assert.True(answer.Status == HttpStatusCode.Created, answer.Text);
        return answer.As(WireJson.Lenient.Webhook);
    }

    private static async Task PublishAsync(ConceptHost node, string admin, string type)
    {
        var answer = await node.SendAsync(HttpMethod.Post, "/api/v1/events", admin, $$"""{"event_type": "{{type}}"}""");
        Assert.True(answer.Status == HttpStatusCode.Created, answer.Text);
    }

    private static async Task RunAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(Cancel);
    }
}
