using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using Xunit;

namespace Parley.EndToEnd.Tests.Docs;

/// <summary>A page's frames, sent as the agent <c>ada</c>.</summary>
internal static class Frames
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    /// <summary>Sends a frame and waits for the answer to its id, which must be <c>ok</c>.</summary>
    public static async Task SendAsync(Reader reader, string frame)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(Patience);
        using var socket = new ClientWebSocket();
        var token = await File.ReadAllTextAsync(Path.Combine(reader.DataFolder, "admin.token"), patience.Token);
        socket.Options.SetRequestHeader("Authorization", $"Bearer {token.Trim()}");
        await socket.ConnectAsync(new Uri($"ws://127.0.0.1:{reader.Port}/ws/ada"), patience.Token);
        await socket.SendAsync(Encoding.UTF8.GetBytes(frame), WebSocketMessageType.Text, endOfMessage: true, patience.Token);
        using var sent = JsonDocument.Parse(frame);
        var id = sent.RootElement.GetProperty("id").GetString();
        while (true)
        {
            var received = await ReceiveAsync(socket, patience.Token);
            using var answer = JsonDocument.Parse(received);
            if (!answer.RootElement.TryGetProperty("id", out var ofWhich) || ofWhich.GetString() != id)
                continue;
            Assert.True(answer.RootElement.GetProperty("event").GetString() == "ok", received);
            return;
        }
    }

    private static async Task<string> ReceiveAsync(ClientWebSocket socket, CancellationToken cancellationToken)
    {
        var whole = new MemoryStream();
        var buffer = new byte[16 * 1024];
        WebSocketReceiveResult part;
        do
        {
            part = await socket.ReceiveAsync(buffer, cancellationToken);
            Assert.NotEqual(WebSocketMessageType.Close, part.MessageType);
            whole.Write(buffer, 0, part.Count);
        }
        while (!part.EndOfMessage);
        return Encoding.UTF8.GetString(whole.ToArray());
    }
}
