using System.Net.Sockets;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using Parley.Protocol;
using Parley.Server.Tests.Agents;
using Xunit;

namespace Parley.Server.Tests.Harness;

/// <summary>A WebSocket to a server under test: sends frames, and gives out what came by what a test waits for.</summary>
internal sealed class TestSocket : IDisposable
{
    /// <summary>What takes longer never comes.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly ClientWebSocket _socket = new();
    private readonly HttpMessageInvoker _connector;
    private readonly List<Frame> _unread = [];

    private TestSocket(int? receiveBuffer) => _connector = new HttpMessageInvoker(new SocketsHttpHandler
    {
        ConnectCallback = async (context, cancellationToken) =>
        {
            var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            if (receiveBuffer is { } bytes)
                socket.ReceiveBufferSize = bytes;
            await socket.ConnectAsync(context.DnsEndPoint, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        },
    });

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <param name="receiveBuffer">Bytes that may lie unread; if absent, as many as the machine pleases, which is tens of megabytes on some.</param>
    internal static async Task<TestSocket> ConnectAsync(ConceptHost host, string agentId, string token, int? receiveBuffer = null, string query = "")
    {
        var socket = new TestSocket(receiveBuffer);
        socket._socket.Options.SetRequestHeader("Authorization", $"Bearer {token}");
        await socket._socket.ConnectAsync(new UriBuilder(host.Client.BaseAddress!) { Scheme = "ws", Path = $"/ws/{agentId}", Query = query }.Uri, socket._connector, Cancel);
        return socket;
    }

    /// <summary>Sends a frame and waits for its answer, which may be an error.</summary>
    internal async Task<Frame> AskAsync(string name, string data)
    {
        var id = Guid.NewGuid().ToString();
        await _socket.SendAsync(
            Encoding.UTF8.GetBytes($$"""{"event": "{{name}}", "id": "{{id}}", "data": {{data}}}"""), WebSocketMessageType.Text, endOfMessage: true, Cancel);
        return await NextAsync(frame => frame.Id == id);
    }

    /// <summary>Sends frames as one array, without waiting between them.</summary>
    /// <returns>Their answers, in the order of the frames.</returns>
    internal async Task<IReadOnlyList<Frame>> AskAllAsync(IReadOnlyList<(string Name, string Data)> frames)
    {
        var array = string.Join(",", frames.Select((frame, i) => $$"""{"event": "{{frame.Name}}", "id": "all-{{i}}", "data": {{frame.Data}}}"""));
        await _socket.SendAsync(Encoding.UTF8.GetBytes($"[{array}]"), WebSocketMessageType.Text, endOfMessage: true, Cancel);
        var answers = new List<Frame>();
        for (var i = 0; i < frames.Count; i++)
            answers.Add(await NextAsync(frame => frame.Id == $"all-{i}"));
        return answers;
    }

    /// <summary>The next frame of a sort; the others wait for who asks for them.</summary>
    internal async Task<Frame> NextAsync(Func<Frame, bool> isIt)
    {
        for (var looked = 0; ; await ReceiveAsync())
        {
            for (; looked < _unread.Count; looked++)
            {
                if (!isIt(_unread[looked]))
                    continue;
                var found = _unread[looked];
                _unread.RemoveAt(looked);
                return found;
            }
        }
    }

    public void Dispose()
    {
        _socket.Dispose();
        _connector.Dispose();
    }

    private async Task ReceiveAsync()
    {
        using var text = new MemoryStream();
        var buffer = new byte[64 * 1024];
        ValueWebSocketReceiveResult part;
        do
        {
            part = await _socket.ReceiveAsync(buffer.AsMemory(), Cancel).AsTask().WaitAsync(Patience, Cancel);
            text.Write(buffer, 0, part.Count);
        }
        while (!part.EndOfMessage);

        // A closed socket would be read for ever.
        Assert.True(part.MessageType == WebSocketMessageType.Text, $"The server closed: {_socket.CloseStatus} {_socket.CloseStatusDescription}");
        // What is ready together comes as an array.
        var json = text.GetBuffer().AsSpan(0, (int)text.Length);
        if (json[0] == (byte)'[')
            _unread.AddRange(JsonSerializer.Deserialize(json, WireJson.Lenient.IReadOnlyListFrame)!);
        else
            _unread.Add(JsonSerializer.Deserialize(json, WireJson.Lenient.Frame)!);
    }
}
