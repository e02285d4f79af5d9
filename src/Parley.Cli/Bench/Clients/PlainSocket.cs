using System.Buffers;
using System.Net.WebSockets;
using System.Text.Json;
using Parley.Cli.CommandLine;
using Parley.Client;

namespace Parley.Cli.Bench.Clients;

/// <summary>A WebSocket and a JSON parser. Each request is a frame with an id, and frames that are ready at the same time are sent as one array. The
/// server answers each separately.</summary>
internal sealed class PlainSocket : IAsyncDisposable
{
    private readonly string _agentId;
    private readonly ClientWebSocket _socket;
    private readonly Action<JsonElement> _received;
    private readonly Action<Exception> _broken;
    private readonly Lock _gate = new();
    private readonly Dictionary<long, IQuestion> _asked = [];
    private readonly CancellationTokenSource _closing = new();
    private ArrayBufferWriter<byte> _ready = new();
    private ArrayBufferWriter<byte> _spare = new();
    private Task _writing = Task.CompletedTask;
    private Task _reading = Task.CompletedTask;
    private bool _isWriting;
    private long _lastId;

    private PlainSocket(string agentId, ClientWebSocket socket, Action<JsonElement> received, Action<Exception> broken) =>
        (_agentId, _socket, _received, _broken) = (agentId, socket, received, broken);

    private interface IQuestion
    {
        void Answer(JsonElement data);

        void Fail(Exception fault);
    }

    /// <param name="location">Where the server is.</param>
    /// <param name="project">The project.</param>
    /// <param name="agentId">The agent.</param>
    /// <param name="token">The agent's token.</param>
    /// <param name="received">Called with the data of each incoming message.</param>
    /// <param name="broken">Called when no more messages will come.</param>
    /// <param name="cancellationToken">Stops connecting.</param>
    public static async Task<PlainSocket> ConnectAsync(
        ServerLocation location, string project, string agentId, string token, Action<JsonElement> received, Action<Exception> broken,
        CancellationToken cancellationToken)
    {
        var path = $"/ws/{Uri.EscapeDataString(agentId)}?project_id={Uri.EscapeDataString(project)}";
        var address = new UriBuilder(new Uri(location.Url, path)) { Scheme = location.Url.Scheme == "https" ? "wss" : "ws" }.Uri;
        var socket = new ClientWebSocket();
        socket.Options.SetRequestHeader("Authorization", $"Bearer {token}");
        using var invoker = new HttpMessageInvoker(location.CreateHttpHandler());
        await socket.ConnectAsync(address, invoker, cancellationToken);
        var client = new PlainSocket(agentId, socket, received, broken);
        client._reading = Task.Run(client.ReadAsync, CancellationToken.None);
        return client;
    }

    /// <summary>Adds a frame to those that are written next.</summary>
    /// <param name="name">The frame's name.</param>
    /// <param name="data">Writes the fields of its data.</param>
    /// <param name="read">Reads the data of the answer.</param>
    public Task<T> AskAsync<T>(string name, Action<Utf8JsonWriter> data, Func<JsonElement, T> read)
    {
        var question = new Question<T>(read);
        lock (_gate)
        {
            var id = ++_lastId;
            _asked.Add(id, question);
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

        return question.Task;
    }

    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync();
        await Task.WhenAll(_reading, _writing).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _socket.Dispose();
        _closing.Dispose();
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
                    throw new WebSocketException($"The server closed the connection of '{_agentId}': {_socket.CloseStatus} {_socket.CloseStatusDescription}");
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
                _received(frame.GetProperty("data"));
                break;
            case "ok":
                Asked(frame.GetProperty("id").GetInt64())?.Answer(frame.GetProperty("data"));
                break;
            case "error":
                throw new CommandException(ExitCode.Failed, $"The server refused a frame: {frame.GetProperty("data")}");
            default:
                break;
        }
    }

    private IQuestion? Asked(long id)
    {
        lock (_gate)
            return _asked.Remove(id, out var asked) ? asked : null;
    }

    /// <summary>No more frames will come, so everybody who is waiting is told.</summary>
    private void Break(Exception fault)
    {
        _broken(fault);
        lock (_gate)
        {
            foreach (var waiting in _asked.Values)
                waiting.Fail(fault);
            _asked.Clear();
        }
    }

    private sealed class Question<T>(Func<JsonElement, T> read) : IQuestion
    {
        private readonly TaskCompletionSource<T> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task<T> Task => _answer.Task;

        public void Answer(JsonElement data) => _answer.TrySetResult(read(data));

        public void Fail(Exception fault) => _answer.TrySetException(fault);
    }
}
