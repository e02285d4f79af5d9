using System.Collections.Concurrent;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Parley.Client.Tests;

/// <summary>The server's end of the wire, played by the test line by line: what a real one does only when it breaks can be had at will.</summary>
internal sealed class FakeServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly Channel<FakeConnection> _connections = Channel.CreateUnbounded<FakeConnection>();
    private readonly ConcurrentBag<FakeConnection> _accepted = [];
    private readonly string _folder = Directory.CreateTempSubdirectory("parley-").FullName;

    private FakeServer(WebApplication app) => _app = app;

    /// <summary>Tokens that open the WebSocket; others are 401.</summary>
    public HashSet<string> Tokens { get; } = ["secret"];

    /// <summary>What registrations were given, in order.</summary>
    public Queue<string> NewTokens { get; } = new();

    /// <summary>What streams say, one connection each; 204 when there is no more.</summary>
    public Queue<string> Streams { get; } = new();

    /// <summary>Path, query and <c>Last-Event-ID</c> of each stream that was opened.</summary>
    public Queue<string> StreamRequests { get; } = new();

    /// <summary>What calls about questions are answered, in order: a status and the body.</summary>
    public Queue<(int Status, string Json)> Answers { get; } = new();

    /// <summary>Method, path, query, and idempotency key of each call about questions.</summary>
    public Queue<(string Call, string? Key)> Calls { get; } = new();

    public ParleyOptions Options => new() { Url = _app.Urls.First(), Token = "secret", AgentId = "be-1", DataFolder = _folder, ConfigFolder = _folder };

    public string Address => _app.Urls.First();

    public string Folder => _folder;

    public static async Task<FakeServer> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        var server = new FakeServer(app);
        app.UseWebSockets();
        app.Map("/ws/{agent}", server.AcceptAsync);
        app.MapPost("/api/v1/agents/register", server.Register);
        app.MapGet("/api/v1/sse/{**stream}", server.StreamAsync);
        app.Map("/api/v1/questions/{**rest}", server.Answer);
        await app.StartAsync(TestContext.Current.CancellationToken);
        return server;
    }

    private IResult Answer(HttpContext context)
    {
        Calls.Enqueue(($"{context.Request.Method} {context.Request.Path}{context.Request.QueryString}", context.Request.Headers["Idempotency-Key"]));
        var (status, json) = Answers.Dequeue();
        return Results.Text(json, "application/json", Encoding.UTF8, status);
    }

    public async Task<FakeConnection> ConnectionAsync() => await _connections.Reader.ReadAsync(TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        // Open connections would be waited for.
        foreach (var connection in _accepted)
            connection.Break();
        await _app.StopAsync(TestContext.Current.CancellationToken);
        await _app.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task AcceptAsync(HttpContext context, string agent)
    {
        var token = context.Request.Headers.Authorization.ToString().Replace("Bearer ", "", StringComparison.Ordinal);
        if (!Tokens.Contains(token) && !token.StartsWith("parley_join_", StringComparison.Ordinal))
        {
            context.Response.StatusCode = token == "operator" ? 403 : 401;
            return;
        }

        using var socket = await context.WebSockets.AcceptWebSocketAsync();
        if (token.StartsWith("parley_join_", StringComparison.Ordinal))
        {
            // It waits for a registration by a frame.
            await socket.ReceiveAsync(new byte[1024], context.RequestAborted);
            return;
        }

        await using var connection = new FakeConnection(socket, context.Request.QueryString.Value ?? "", agent);
        _accepted.Add(connection);
        await connection.WelcomeAsync();
        _connections.Writer.TryWrite(connection);
        await connection.Ended;
    }

    private async Task StreamAsync(HttpContext context)
    {
        StreamRequests.Enqueue($"{context.Request.Path}{context.Request.QueryString} {context.Request.Headers["Last-Event-ID"]}".TrimEnd());
        if (!Streams.TryDequeue(out var text))
        {
            context.Response.StatusCode = 204;
            return;
        }

        context.Response.ContentType = "text/event-stream";
        await context.Response.WriteAsync(text);
    }

    private IResult Register(JsonElement request)
    {
        var token = NewTokens.Dequeue();
        Tokens.Add(token);
        return Results.Text(
            $$"""{"agent_id":"{{request.GetProperty("agent_id").GetString()}}","project_id":"default","name":"x","type":"llm","token":"{{token}}"}""", "application/json");
    }
}

internal sealed class FakeConnection(WebSocket socket, string query, string agent) : IAsyncDisposable
{
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Queue<JsonElement> _frames = new();
    private readonly byte[] _buffer = new byte[1 << 20];

    public string Query => query;

    public Task Ended => _ended.Task;

    public Task WelcomeAsync() => SendAsync(
        $$$"""{"event":"agent:welcome","data":{"agent":{"agent_id":"{{{agent}}}","project_id":"default","name":"x","type":"llm"},"session_id":"s-{{{Guid.NewGuid():N}}}","heartbeat_seconds":15,"window":64,"place":"1-0"}}""");

    public Task SendAsync(string json) =>
        socket.SendAsync(Encoding.UTF8.GetBytes(json), WebSocketMessageType.Text, endOfMessage: true, TestContext.Current.CancellationToken);

    /// <summary>The next frame with this name; those before it are passed over, and answered.</summary>
    public async Task<JsonElement> NextAsync(string name)
    {
        while (true)
        {
            while (_frames.TryDequeue(out var frame))
            {
                if (frame.GetProperty("event").GetString() == name)
                    return frame;
                await SendAsync($$"""{"event":"ok","id":{{frame.GetProperty("id").GetRawText()}}}""");
            }

            var length = 0;
            ValueWebSocketReceiveResult part;
            do
            {
                part = await socket.ReceiveAsync(_buffer.AsMemory(length), TestContext.Current.CancellationToken);
                length += part.Count;
            }
            while (!part.EndOfMessage);

            if (part.MessageType == WebSocketMessageType.Close)
                throw new InvalidOperationException($"The client closed before it sent '{name}'.");
            var message = JsonElement.Parse(_buffer.AsSpan(0, length));
            foreach (var frame in message.ValueKind == JsonValueKind.Array ? message.EnumerateArray().ToArray() : [message])
                _frames.Enqueue(frame);
        }
    }

    public static JsonElement[] Items(JsonElement frame) =>
        frame.GetProperty("data").TryGetProperty("items", out var items) ? [.. items.EnumerateArray()] : [frame.GetProperty("data")];

    /// <summary>Confirms every send of a frame, numbering them on from <paramref name="seq"/>.</summary>
    public Task ConfirmAsync(JsonElement frame, int seq)
    {
        var count = Items(frame).Length;
        var answers = Enumerable.Range(seq, count).Select(number =>
            $$"""{"status":201,"message_id":"m-{{number}}","seq":{{number}},"conversation_thread_id":"t","duplicate":false,"deliveries":[]}""").ToArray();
        return OkAsync(frame, count == 1 ? answers[0] : $$"""{"items":[{{string.Join(",", answers)}}]}""");
    }

    public Task OkAsync(JsonElement frame, string data) =>
        SendAsync($$"""{"event":"ok","id":{{frame.GetProperty("id").GetRawText()}},"data":{{data}}}""");

    public Task RefuseAsync(JsonElement frame, int status, string code) => SendAsync(
        $$$"""{"event":"error","id":{{{frame.GetProperty("id").GetRawText()}}},"data":{"code":"{{{code}}}","status":{{{status}}},"detail":"No."}}""");

    public Task DeliverAsync(string messageId, string lease) => SendAsync(
        $$$"""[{"event":"message:received","data":{"message":{{{Message(messageId)}}},"delivery_id":"d","attempt":1,"lease_id":"{{{lease}}}","lease_until":null}}]""");

    public static string Message(string id) =>
        $$"""{"message_id":"{{id}}","seq":1,"project_id":"default","sender_id":"pm-1","to":"be-1","message_type":"text","content":"of {{id}}","priority":2,"conversation_thread_id":"t","timestamp":"2026-01-22T13:56:52.551Z"}""";

    /// <summary>Breaks without a word.</summary>
    public void Break()
    {
        socket.Abort();
        _ended.TrySetResult();
    }

    public async Task CloseAsync(int code, string why)
    {
        await socket.CloseOutputAsync((WebSocketCloseStatus)code, why, TestContext.Current.CancellationToken);
        _ended.TrySetResult();
    }

    public ValueTask DisposeAsync()
    {
        _ended.TrySetResult();
        return ValueTask.CompletedTask;
    }
}
