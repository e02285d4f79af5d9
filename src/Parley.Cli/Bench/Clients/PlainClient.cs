using System.Buffers;
using System.Net.WebSockets;
using System.Text.Json;
using System.Threading.Channels;
using Parley.Cli.CommandLine;
using Parley.Client;

namespace Parley.Cli.Bench.Clients;

/// <summary>An agent without an SDK: a WebSocket and a JSON parser. It sends a frame with an id for each message, and the frames that are ready together
/// as one array; the server answers each by itself. It acknowledges in batches.</summary>
internal sealed class PlainClient : IBenchClient
{
    private readonly ClientWebSocket _socket;
    private readonly SemaphoreSlim _room;
    private readonly Lock _gate = new();
    private readonly Channel<Received> _received = Channel.CreateUnbounded<Received>(new UnboundedChannelOptions { SingleReader = true });
    private readonly Dictionary<long, TaskCompletionSource<string>> _asked = [];
    private readonly CancellationTokenSource _closing = new();
    private ArrayBufferWriter<byte> _ready = new();
    private ArrayBufferWriter<byte> _spare = new();
    private Task _writing = Task.CompletedTask;
    private Task _reading = Task.CompletedTask;
    private bool _isWriting;
    private long _lastId;

    private PlainClient(string agentId, ClientWebSocket socket, int maxUnconfirmed)
    {
        (AgentId, _socket) = (agentId, socket);
        _room = new SemaphoreSlim(maxUnconfirmed);
    }

    public string AgentId { get; }

    public static async Task<PlainClient> ConnectAsync(
        ServerLocation location, string project, string agentId, string token, int maxUnconfirmed, CancellationToken cancellationToken)
    {
        var path = $"/ws/{Uri.EscapeDataString(agentId)}?project_id={Uri.EscapeDataString(project)}";
        var address = new UriBuilder(new Uri(location.Url, path)) { Scheme = location.Url.Scheme == "https" ? "wss" : "ws" }.Uri;
        var socket = new ClientWebSocket();
        socket.Options.SetRequestHeader("Authorization", $"Bearer {token}");
        using var invoker = new HttpMessageInvoker(location.CreateHttpHandler());
        await socket.ConnectAsync(address, invoker, cancellationToken);
        var client = new PlainClient(agentId, socket, maxUnconfirmed);
        client._reading = Task.Run(client.ReadAsync, CancellationToken.None);
        return client;
    }

    public async ValueTask<Task<string>> BeginSendAsync(string to, string content, CancellationToken cancellationToken)
    {
        await _room.WaitAsync(cancellationToken);
        return Ask("message:send", json =>
        {
            json.WriteStartArray("to");
            json.WriteStringValue(to);
            json.WriteEndArray();
            json.WriteString("content", content);
        });
    }

    public async Task ReceiveAsync(int count, Action<string, string?> taken, CancellationToken cancellationToken)
    {
        var acknowledged = new List<Task>();
        var burst = new List<Received>();
        for (var received = 0; received < count; received += burst.Count)
        {
            burst.Clear();
            burst.Add(await _received.Reader.ReadAsync(cancellationToken));
            while (received + burst.Count < count && _received.Reader.TryRead(out var more))
                burst.Add(more);
            foreach (var one in burst)
                taken(one.MessageId, one.Content);
            acknowledged.Add(Acknowledge(burst));
            acknowledged.RemoveAll(done => done.IsCompletedSuccessfully);
        }

        await Task.WhenAll(acknowledged).WaitAsync(cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync();
        await Task.WhenAll(_reading, _writing).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _socket.Dispose();
        _closing.Dispose();
        _room.Dispose();
    }

    private Task<string> Acknowledge(List<Received> burst) => Ask("message:ack", json =>
    {
        json.WriteStartArray("items");
        foreach (var one in burst)
        {
            json.WriteStartObject();
            json.WriteString("message_id", one.MessageId);
            json.WriteString("lease_id", one.LeaseId);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    });

    /// <summary>Adds a frame to those that are written next.</summary>
    private Task<string> Ask(string name, Action<Utf8JsonWriter> data)
    {
        var answer = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            var id = ++_lastId;
            _asked.Add(id, answer);
            _ready.Write(_ready.WrittenCount == 0 ? "["u8 : ","u8);
            using (var json = new Utf8JsonWriter(_ready))
            {
                json.WriteStartObject();
                json.WriteString("event", name);
                json.WriteNumber("id", id);
                json.WriteStartObject("data");
                data(json);
                json.WriteEndObject();
                json.WriteEndObject();
            }

            if (!_isWriting)
            {
                _isWriting = true;
                _writing = Task.Run(WriteAsync, CancellationToken.None);
            }
        }

        return answer.Task;
    }

    private async Task WriteAsync()
    {
        try
        {
            while (Take() is { } frames)
            {
                await _socket.SendAsync(frames.WrittenMemory, WebSocketMessageType.Text, endOfMessage: true, _closing.Token);
                frames.ResetWrittenCount();
                _spare = frames;
            }
        }
        catch (Exception fault) when (fault is WebSocketException or OperationCanceledException)
        {
            Break(fault);
        }
    }

    private ArrayBufferWriter<byte>? Take()
    {
        lock (_gate)
        {
            if (_ready.WrittenCount == 0)
            {
                _isWriting = false;
                return null;
            }

            var frames = _ready;
            _ready = _spare;
            frames.Write("]"u8);
            return frames;
        }
    }

    private async Task ReadAsync()
    {
        var buffer = new byte[64 * 1024];
        try
        {
            while (true)
            {
                var length = 0;
                ValueWebSocketReceiveResult read;
                do
                {
                    if (length == buffer.Length)
                        Array.Resize(ref buffer, 2 * length);
                    read = await _socket.ReceiveAsync(buffer.AsMemory(length), _closing.Token);
                    length += read.Count;
                }
                while (!read.EndOfMessage);
                if (read.MessageType == WebSocketMessageType.Close)
                    throw new WebSocketException($"The server closed the connection of '{AgentId}': {_socket.CloseStatus} {_socket.CloseStatusDescription}");
                using var frame = JsonDocument.Parse(buffer.AsMemory(0, length));
                Handle(frame.RootElement);
            }
        }
        catch (Exception fault) when (fault is WebSocketException or OperationCanceledException or JsonException or CommandException)
        {
            Break(fault);
        }
    }

    private void Handle(JsonElement frame)
    {
        switch (frame.GetProperty("event").GetString())
        {
            case "message:received":
                var delivery = frame.GetProperty("data");
                var message = delivery.GetProperty("message");
                _received.Writer.TryWrite(new Received(
                    message.GetProperty("message_id").GetString()!, delivery.GetProperty("lease_id").GetString()!, message.GetProperty("content").GetString()));
                break;
            case "ok":
                var data = frame.GetProperty("data");
                var isSend = data.TryGetProperty("message_id", out var id);
                if (isSend)
                    _room.Release();
                else if (data.GetProperty("items").EnumerateArray().Any(one => one.GetProperty("status").GetInt32() != 204))
                    throw new CommandException(ExitCode.Failed, $"An acknowledgement was refused: {data}");
                Answered(frame)?.TrySetResult(isSend ? id.GetString()! : "");
                break;
            case "error":
                throw new CommandException(ExitCode.Failed, $"The server refused a frame: {frame.GetProperty("data")}");
            default:
                break;
        }
    }

    private TaskCompletionSource<string>? Answered(JsonElement frame)
    {
        lock (_gate)
            return _asked.Remove(frame.GetProperty("id").GetInt64(), out var asked) ? asked : null;
    }

    /// <summary>Nothing more comes: whoever waits is told.</summary>
    private void Break(Exception fault)
    {
        _received.Writer.TryComplete(fault);
        lock (_gate)
        {
            foreach (var waiting in _asked.Values)
                waiting.TrySetException(fault);
            _asked.Clear();
        }
    }

    private readonly record struct Received(string MessageId, string LeaseId, string? Content);
}
