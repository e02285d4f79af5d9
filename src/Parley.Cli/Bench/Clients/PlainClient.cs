using System.Text.Json;
using System.Threading.Channels;
using Parley.Cli.CommandLine;
using Parley.Client;

namespace Parley.Cli.Bench.Clients;

/// <summary>An agent without an SDK, over a <see cref="PlainSocket"/>. It acknowledges in batches.</summary>
internal sealed class PlainClient : IBenchClient
{
    private static readonly Func<JsonElement, bool> Nothing = static _ => true;

    private readonly SemaphoreSlim _room;
    private readonly Channel<Received> _received = Channel.CreateUnbounded<Received>(new UnboundedChannelOptions { SingleReader = true });
    private readonly Func<JsonElement, string> _sent;
    private PlainSocket _socket = null!;

    private PlainClient(string agentId, int maxUnconfirmed)
    {
        AgentId = agentId;
        _room = new SemaphoreSlim(maxUnconfirmed);
        _sent = answer =>
        {
            _room.Release();
            return answer.GetProperty("message_id").GetString()!;
        };
    }

    public string AgentId { get; }

    public static async Task<PlainClient> ConnectAsync(
        ServerLocation location, string project, string agentId, string token, int maxUnconfirmed, CancellationToken cancellationToken)
    {
        var client = new PlainClient(agentId, maxUnconfirmed);
        client._socket = await PlainSocket.ConnectAsync(
            location, project, agentId, token, client.Take, fault => client._received.Writer.TryComplete(fault), cancellationToken);
        return client;
    }

    public async ValueTask<Task<string>> BeginSendAsync(string to, string content, CancellationToken cancellationToken)
    {
        await _room.WaitAsync(cancellationToken);
        return _socket.AskAsync(
            "message:send",
            json =>
            {
                json.WriteStartArray("to");
                json.WriteStringValue(to);
                json.WriteEndArray();
                json.WriteString("content", content);
            },
            _sent);
    }

    public Task ReceiveAsync(int count, Action<string, string?> taken, CancellationToken cancellationToken) => TakeAsync(
        count,
        burst =>
        {
            foreach (var one in burst)
                taken(one.MessageId, one.Content);
            return Acknowledge(burst);
        },
        cancellationToken);

    public Task<string> CreateTaskAsync(string title, CancellationToken cancellationToken) => _socket.AskAsync(
        "task:create", json => json.WriteString("title", title), static task => task.GetProperty("task_id").GetString()!).WaitAsync(cancellationToken);

    public Task AssignTaskAsync(string taskId, string agentId, CancellationToken cancellationToken) => _socket.AskAsync(
        "task:assign",
        json =>
        {
            json.WriteString("task_id", taskId);
            json.WriteString("agent_id", agentId);
        },
        Nothing).WaitAsync(cancellationToken);

    public Task WorkAsync(int count, CancellationToken cancellationToken) => TakeAsync(
        count,
        burst => Task.WhenAll([Acknowledge(burst), .. burst.Select(given => WorkAsync(given, cancellationToken))]),
        cancellationToken);

    public Task SetAsync(string key, JsonElement value, CancellationToken cancellationToken) => _socket.AskAsync(
        "memory:set",
        json =>
        {
            json.WriteString("key", key);
            json.WritePropertyName("value");
            value.WriteTo(json);
        },
        Nothing).WaitAsync(cancellationToken);

    public Task<JsonElement> GetAsync(string key, CancellationToken cancellationToken) => _socket.AskAsync(
        "memory:get", json => json.WriteString("key", key), static entry => entry.GetProperty("value").Clone()).WaitAsync(cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await _socket.DisposeAsync();
        _room.Dispose();
    }

    private async Task TakeAsync(int count, Func<List<Received>, Task> take, CancellationToken cancellationToken)
    {
        var taken = new List<Task>();
        for (var received = 0; received < count;)
        {
            List<Received> burst = [await _received.Reader.ReadAsync(cancellationToken)];
            while (received + burst.Count < count && _received.Reader.TryRead(out var more))
                burst.Add(more);
            received += burst.Count;
            taken.Add(take(burst));
            taken.RemoveAll(done => done.IsCompletedSuccessfully);
        }

        await Task.WhenAll(taken).WaitAsync(cancellationToken);
    }

    private Task Acknowledge(List<Received> burst) => _socket.AskAsync(
        "message:ack",
        json =>
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
        },
        static answer => answer.GetProperty("items").EnumerateArray().All(one => one.GetProperty("status").GetInt32() == 204)
            ? true
            : throw new CommandException(ExitCode.Failed, $"An acknowledgement was refused: {answer}"));

    private async Task WorkAsync(Received given, CancellationToken cancellationToken)
    {
        await _socket.AskAsync(
            "task:update",
            json =>
            {
                json.WriteString("task_id", given.TaskId);
                json.WriteString("status", "in_progress");
                json.WriteNumber("fence", given.Fence);
            },
            Nothing).WaitAsync(cancellationToken);
        await _socket.AskAsync(
            "task:complete",
            json =>
            {
                json.WriteString("task_id", given.TaskId);
                json.WriteNumber("fence", given.Fence);
            },
            Nothing).WaitAsync(cancellationToken);
    }

    private void Take(JsonElement delivery)
    {
        var message = delivery.GetProperty("message");
        var isHandOut = message.GetProperty("message_type").GetString() == "task_assignment";
        var payload = isHandOut ? message.GetProperty("payload") : default;
        _received.Writer.TryWrite(new Received(
            message.GetProperty("message_id").GetString()!, delivery.GetProperty("lease_id").GetString()!, message.GetProperty("content").GetString(),
            isHandOut ? payload.GetProperty("task_id").GetString() : null, isHandOut ? payload.GetProperty("fence").GetInt64() : 0));
    }

    /// <param name="TaskId">Null if it does not assign a task.</param>
    private readonly record struct Received(string MessageId, string LeaseId, string? Content, string? TaskId, long Fence);
}
