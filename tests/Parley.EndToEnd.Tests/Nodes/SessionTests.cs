using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using Parley.Protocol;
using Xunit;

namespace Parley.EndToEnd.Tests.Nodes;

/// <summary>A client that comes back at another node than that of the connection it lost, which does not know yet that it is lost.</summary>
public sealed class SessionTests(NodesTests.TwoNodes nodes) : IClassFixture<NodesTests.TwoNodes>
{
    private readonly Fleet _fleet = nodes.Fleet;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_lost_connections_deliveries_go_at_once_to_the_clients_next_one_on_another_node()
    {
        await using var api = _fleet.Open(0);
        var agent = await api.Agents.RegisterAsync(new RegisterRequest { AgentId = "back" }, Cancel);
        using var lost = await ConnectAsync(0, agent, "");
        var session = (await NextAsync(lost, "agent:welcome")).GetProperty("session_id").GetString();
        await api.Messages.SendAsync(new SendRequest { To = ["back"], Content = "held" }, Cancel);
        Assert.Equal("held", (await NextAsync(lost, "message:received")).GetProperty("message").GetProperty("content").GetString());

        // Another agent's session is nobody else's to end.
        var stranger = await api.Agents.RegisterAsync(new RegisterRequest { AgentId = "stranger" }, Cancel);
        using var strange = await ConnectAsync(1, stranger, $"?session={session}");
        await NextAsync(strange, "agent:welcome");
        await api.Messages.SendAsync(new SendRequest { To = ["back"], Content = "still there" }, Cancel);
        Assert.Equal("still there", (await NextAsync(lost, "message:received")).GetProperty("message").GetProperty("content").GetString());

        using var found = await ConnectAsync(1, agent, $"?session={session}");

        var again = new[] { await NextAsync(found, "message:received"), await NextAsync(found, "message:received") };
        Assert.Equal(["held", "still there"], again.Select(message => message.GetProperty("message").GetProperty("content").GetString()));
        // No failure was counted, and the old connection is over.
        Assert.All(again, message => Assert.Equal(1, message.GetProperty("attempt").GetInt32()));
        await Assert.ThrowsAnyAsync<Exception>(() => NextAsync(lost, "message:received"));
    }

    private async Task<ClientWebSocket> ConnectAsync(int node, Agent agent, string query)
    {
        var socket = new ClientWebSocket();
        socket.Options.SetRequestHeader("Authorization", $"Bearer {agent.Token}");
        await socket.ConnectAsync(new Uri($"ws{_fleet.Nodes[node].Url["http".Length..]}/ws/{agent.AgentId}{query}"), Cancel);
        return socket;
    }

    private readonly Dictionary<ClientWebSocket, Queue<JsonElement>> _frames = [];

    /// <summary>The data of the next frame of a name.</summary>
    private async Task<JsonElement> NextAsync(ClientWebSocket socket, string name)
    {
        if (!_frames.TryGetValue(socket, out var frames))
            _frames[socket] = frames = [];
        while (true)
        {
            while (frames.TryDequeue(out var frame))
            {
                if (frame.GetProperty("event").GetString() == name)
                    return frame.GetProperty("data");
            }

            foreach (var frame in await ReceiveAsync(socket))
                frames.Enqueue(frame);
        }
    }

    private static async Task<IEnumerable<JsonElement>> ReceiveAsync(ClientWebSocket socket)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        // Less than what it takes the old node to notice the silence.
        patience.CancelAfter(TimeSpan.FromSeconds(20));
        var buffer = new byte[64 * 1024];
        var length = 0;
        WebSocketReceiveResult part;
        do
        {
            part = await socket.ReceiveAsync(new ArraySegment<byte>(buffer, length, buffer.Length - length), patience.Token);
            length += part.Count;
        }
        while (!part.EndOfMessage);

        if (part.MessageType == WebSocketMessageType.Close)
            throw new WebSocketException($"Closed: {socket.CloseStatus}.");
        var json = JsonDocument.Parse(Encoding.UTF8.GetString(buffer, 0, length)).RootElement;
        return json.ValueKind == JsonValueKind.Array ? [.. json.EnumerateArray()] : [json];
    }
}
