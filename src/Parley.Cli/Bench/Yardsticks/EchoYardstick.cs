using System.Net.WebSockets;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace Parley.Cli.Bench.Yardsticks;

/// <summary>How fast Kestrel's WebSockets transfer JSON back and forth without doing anything else: a server that parses each frame and writes it
/// again, and a client that does the same, in this process.</summary>
internal sealed class EchoYardstick : IAsyncDisposable
{
    private const int Connections = 10;
    private const int Outstanding = 64;
    private const int FrameBytes = 512;
    private static readonly TimeSpan Length = TimeSpan.FromSeconds(1);

    private readonly WebApplication _app;
    private readonly TimeProvider _time;
    private bool _isWarm;

    private EchoYardstick(WebApplication app, TimeProvider time) => (_app, _time) = (app, time);

    public static async Task<EchoYardstick> StartAsync(TimeProvider time, CancellationToken cancellationToken)
    {
        // Nothing else: code that reads settings would watch the folder in which the bench was started, and everything written below it.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        app.UseWebSockets();
        app.Run(ServeAsync);
        await app.StartAsync(cancellationToken);
        return new EchoYardstick(app, time);
    }

    /// <summary>Frames of 512 bytes returned per second, over ten connections with 64 frames in flight on each.</summary>
    public async Task<double> MeasureAsync(CancellationToken cancellationToken)
    {
        if (!_isWarm)
            await EchoAsync(cancellationToken);
        _isWarm = true;
        return await EchoAsync(cancellationToken);
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task<double> EchoAsync(CancellationToken cancellationToken)
    {
        var address = new Uri(_app.Urls.First());
        var sockets = new List<ClientWebSocket>();
        try
        {
            for (var connection = 0; connection < Connections; connection++)
            {
                sockets.Add(new ClientWebSocket());
                await sockets[^1].ConnectAsync(new UriBuilder(address) { Scheme = "ws" }.Uri, cancellationToken);
            }

            var start = _time.GetTimestamp();
            var counts = await Task.WhenAll(sockets.Select(socket => Task.Run(() => ConverseAsync(socket, start, cancellationToken), cancellationToken)));
            return counts.Sum() / _time.GetElapsedTime(start).TotalSeconds;
        }
        finally
        {
            sockets.ForEach(socket => socket.Dispose());
        }
    }

    private async Task<long> ConverseAsync(ClientWebSocket socket, long start, CancellationToken cancellationToken)
    {
        var echo = new JsonEcho(socket);
        var frame = new EchoFrame("echo", 0, new string('x', FrameBytes - 40));
        for (var sent = 0; sent < Outstanding; sent++)
            await echo.WriteAsync(frame, cancellationToken);

        var count = 0L;
        while (_time.GetElapsedTime(start) < Length && await echo.ReadAsync(cancellationToken) is { } answer)
        {
            count++;
            await echo.WriteAsync(answer with { Id = count }, cancellationToken);
        }

        return count;
    }

    private static async Task ServeAsync(HttpContext context)
    {
        using var socket = await context.WebSockets.AcceptWebSocketAsync();
        var echo = new JsonEcho(socket);
        try
        {
            while (await echo.ReadAsync(context.RequestAborted) is { } frame)
                await echo.WriteAsync(frame, context.RequestAborted);
        }
        catch (Exception gone) when (gone is WebSocketException or OperationCanceledException or ObjectDisposedException)
        {
            // The client has measured enough and closed the connection.
        }
    }

    /// <summary>One end of a socket that echoes frames.</summary>
    private sealed class JsonEcho(WebSocket socket)
    {
        private readonly byte[] _in = new byte[2 * FrameBytes];

        public async ValueTask<EchoFrame?> ReadAsync(CancellationToken cancellationToken)
        {
            var length = 0;
            while (true)
            {
                var part = await socket.ReceiveAsync(_in.AsMemory(length), cancellationToken);
                if (part.MessageType is WebSocketMessageType.Close)
                    return null;
                length += part.Count;
                if (part.EndOfMessage)
                    return JsonSerializer.Deserialize(_in.AsSpan(0, length), EchoJson.Default.EchoFrame);
            }
        }

        public ValueTask WriteAsync(EchoFrame frame, CancellationToken cancellationToken) => socket.SendAsync(
            JsonSerializer.SerializeToUtf8Bytes(frame, EchoJson.Default.EchoFrame).AsMemory(), WebSocketMessageType.Text, endOfMessage: true, cancellationToken);
    }
}

internal sealed record EchoFrame(string Event, long Id, string Data);

[JsonSerializable(typeof(EchoFrame))]
internal sealed partial class EchoJson : JsonSerializerContext;
