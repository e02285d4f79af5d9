using System.Globalization;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Parley.Server.Tests.Agents;
using Xunit;

namespace Parley.Server.Tests.Fuzzing;

/// <summary>A socket that sends whatever it is given.</summary>
internal sealed class FuzzSocket : IDisposable
{
    /// <summary>An answer that takes longer never comes.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    /// <summary>No goodbye was heard: the code that the protocol keeps for this.</summary>
    internal const int Lost = 1006;

    private readonly ClientWebSocket _socket = new();
    private readonly Queue<JsonNode> _read = new();
    private Task<(IReadOnlyList<JsonNode> Frames, int? Code, string? Trouble)>? _unread;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    internal static async Task<FuzzSocket> OpenAsync(ConceptHost host, string path, string token, bool welcomes = true)
    {
        var socket = new FuzzSocket();
        socket._socket.Options.SetRequestHeader("Authorization", $"Bearer {token}");
        await socket._socket.ConnectAsync(new UriBuilder(host.Client.BaseAddress!) { Scheme = "ws", Path = path }.Uri, Cancel);
        if (welcomes)
            _ = await socket.ReadAsync();
        return socket;
    }

    internal async Task SendAsync(byte[] message)
    {
        try
        {
            // As text whatever it is: what is no UTF-8 must not hurt the server either.
            await _socket.SendAsync(message, WebSocketMessageType.Text, endOfMessage: true, Cancel);
        }
        catch (WebSocketException)
        {
            // Closed meanwhile: reading tells why.
        }
    }

    /// <summary>Sends so many bytes of a message, and then bytes that end the connection.</summary>
    internal async Task BreakOffAsync(int bytes)
    {
        await _socket.SendAsync(Encoding.UTF8.GetBytes(new string(' ', bytes)), WebSocketMessageType.Text, endOfMessage: false, Cancel);
        await _socket.SendAsync(new byte[] { 0xFF, 0xFF }, WebSocketMessageType.Text, endOfMessage: true, Cancel);
        while ((await NextAsync()).Code is null)
        {
        }
    }

    /// <summary>Waits for the answer to a frame by its number. A heartbeat behind it is answered too, so that no answer is not waited for.</summary>
    /// <returns>The answer, where it had one; the code, where the connection was closed instead; what is wrong with what came.</returns>
    internal async Task<(JsonNode? Answer, int? Code, string? Trouble)> AnswerAsync(int number)
    {
        var id = number.ToString(CultureInfo.InvariantCulture);
        var fence = $"after-{id}";
        await SendAsync(Encoding.UTF8.GetBytes($$"""{"event": "agent:heartbeat", "id": "{{fence}}"}"""));
        JsonNode? answer = null;
        while (true)
        {
            while (_read.TryDequeue(out var frame))
            {
                var to = frame["id"]?.ToString();
                if (to == id || (frame["event"]?.ToString() == "error" && to is null))
                    answer ??= frame;
                else if (to == fence)
                    return (answer, null, null);
            }

            var (frames, code, trouble) = await ReadAsync();
            if (code is not null || trouble is not null)
                return (answer, code, trouble);
            foreach (var frame in frames)
                _read.Enqueue(frame);
        }
    }

    /// <summary>The frames of one message, or the code with which the server closed, or what is wrong with what came.</summary>
    internal Task<(IReadOnlyList<JsonNode> Frames, int? Code, string? Trouble)> ReadAsync()
    {
        if (_unread is { } unread)
        {
            _unread = null;
            return unread;
        }

        return NextAsync();
    }

    /// <summary>Leaves a read that is under way to whoever reads next.</summary>
    internal void Unread(Task<(IReadOnlyList<JsonNode> Frames, int? Code, string? Trouble)> reading) => _unread = reading;

    public void Dispose() => _socket.Dispose();

    private async Task<(IReadOnlyList<JsonNode> Frames, int? Code, string? Trouble)> NextAsync()
    {
        using var text = new MemoryStream();
        var buffer = new byte[16 * 1024];
        ValueWebSocketReceiveResult result;
        do
        {
            try
            {
                result = await _socket.ReceiveAsync(buffer.AsMemory(), Cancel).AsTask().WaitAsync(Patience, Cancel);
            }
            catch (WebSocketException)
            {
                return ([], Lost, null);
            }

            if (result.MessageType == WebSocketMessageType.Close)
                return ([], (int)_socket.CloseStatus!.Value, null);
            text.Write(buffer, 0, result.Count);
        }
        while (!result.EndOfMessage);
        try
        {
            return (JsonNode.Parse(text.ToArray()) is JsonArray frames ? [.. frames.Select(frame => frame!)] : [JsonNode.Parse(text.ToArray())!], null, null);
        }
        catch (JsonException)
        {
            return ([], null, $"the answer is no JSON: {Encoding.UTF8.GetString(text.ToArray())}");
        }
    }
}
