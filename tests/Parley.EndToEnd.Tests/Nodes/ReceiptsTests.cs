using System.Collections.Concurrent;
using Parley.Client;
using Parley.EndToEnd.Tests.Durability;
using Parley.Protocol;
using Xunit;

namespace Parley.EndToEnd.Tests.Nodes;

/// <summary>Receipts of deliveries that change at another node than that of whoever watches.</summary>
public sealed class ReceiptsTests(NodesTests.TwoNodes nodes) : IClassFixture<NodesTests.TwoNodes>
{
    private const string Project = "receipted";
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly Fleet _fleet = nodes.Fleet;
    private readonly ConcurrentQueue<FeedEntry> _seen = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_sender_sees_what_happens_to_its_messages_on_another_node()
    {
        await using (var api = _fleet.Open(0))
            await api.Projects.CreateAsync(new ProjectRequest { ProjectId = Project, Settings = new ProjectSettings { MaxAttempts = 1 } }, Cancel);
        await using var sender = await ConnectAsync(0, "sender");
        await using var subscription = await sender.SubscribeAsync(FeedRequest.Of("receipts"), Cancel);
        _ = ReadAsync(subscription);
        // Made and connected at the other node: this one hears of it by and by.
        await using var receiver = await ConnectAsync(1, "receiver");
        using var handler = receiver.OnMessage(null, (message, cancel) => message.Content == "good" ? message.AckAsync(confirm: true, cancel) : message.NackAsync(cancellationToken: cancel));

        // That somebody watches is heard there by and by, too.
        Assert.True(
            await Until.TrueAsync(
                async () =>
                {
                    await SendAsync("good");
                    return _seen.Any(entry => entry.Receipt?.State == DeliveryState.Acknowledged);
                },
                Patience,
                Cancel),
            "No receipt came from the other node.");
        var good = await SendAsync("good");
        var bad = await SendAsync("bad");

        Assert.True(await Until.TrueAsync(() => Reached(good).Count == 3 && Reached(bad).Count == 3, Patience, Cancel), "Not all receipts came.");
        // What two nodes tell at once may come in either order, and a death comes by the log.
        Assert.Equal([DeliveryState.Queued, DeliveryState.Leased, DeliveryState.Acknowledged], Reached(good).Order());
        Assert.Equal([DeliveryState.Queued, DeliveryState.Leased, DeliveryState.Dead], Reached(bad).Order());
        Assert.All(Receipts(good), receipt => Assert.Equal(("receiver", 1), (receipt.AgentId, receipt.Attempt)));

        async Task<string> SendAsync(string content) => (await sender.SendAsync("receiver", content, Cancel)).MessageId;
    }

    private async Task ReadAsync(FeedSubscription subscription)
    {
        await foreach (var entry in subscription)
            _seen.Enqueue(entry);
    }

    private IEnumerable<Receipt> Receipts(string messageId) => _seen.Select(entry => entry.Receipt).OfType<Receipt>().Where(receipt => receipt.MessageId == messageId);

    private List<DeliveryState> Reached(string messageId) => [.. Receipts(messageId).Select(receipt => receipt.State)];

    private async Task<ParleyAgent> ConnectAsync(int node, string id)
    {
        await using var api = ParleyApi.Open(new ParleyOptions { Url = _fleet.Nodes[node].Url, DataFolder = _fleet.Nodes[node].DataFolder, Project = Project });
        var agent = await api.Agents.RegisterAsync(new RegisterRequest { AgentId = id }, Cancel);
        return await ParleyAgent.ConnectAsync(new ParleyOptions { Url = _fleet.Nodes[node].Url, Token = agent.Token, AgentId = id, Project = Project }, Cancel);
    }
}
