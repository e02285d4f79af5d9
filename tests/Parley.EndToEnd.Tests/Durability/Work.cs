using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace Parley.EndToEnd.Tests.Durability;

/// <summary>Clients that work on tasks, write to the memory, and send and acknowledge messages, over plain HTTP. What was confirmed to them they write
/// down; what was cut off they ask for again, and look what became of it.</summary>
internal sealed class Work : IAsyncDisposable
{
    private const int Memories = 4;

    /// <summary>The steps of a task, in their order.</summary>
    internal static readonly string[] Steps = ["assigned", "in_progress", "completed"];

    private readonly HttpClient _client;
    private readonly CancellationTokenSource _stop = new();
    private readonly string _admin;
    private string _worker = "", _receiver = "";
    private Task _all = Task.CompletedTask, _receiving = Task.CompletedTask;
    private volatile bool _isReceiving = true;

    private Work(string url, string admin) => (_client, _admin) = (new HttpClient { BaseAddress = new Uri($"{url}/api/v1/"), Timeout = TimeSpan.FromMinutes(1) }, admin);

    /// <summary>By the id of a task: how far it was confirmed, with its version and fence then.</summary>
    internal ConcurrentDictionary<string, (int Step, long Version, long Fence)> Tasks { get; } = new();

    /// <summary>By key: the value that was confirmed, and its version.</summary>
    internal ConcurrentDictionary<string, (long Value, long Version)> Memory { get; } = new();

    /// <summary>Ids of messages, and whether they were confirmed as acknowledged.</summary>
    internal ConcurrentDictionary<string, bool> Messages { get; } = new();

    internal ConcurrentQueue<string> Faults { get; } = new();

    internal static async Task<Work> StartAsync(string url, string admin)
    {
        var work = new Work(url, admin);
        work._worker = (await work.AskAsync(HttpMethod.Post, "agents/register", admin, """{"agent_id": "worker"}""")).Json.GetProperty("token").GetString()!;
        work._receiver = (await work.AskAsync(HttpMethod.Post, "agents/register", admin, """{"agent_id": "receiver"}""")).Json.GetProperty("token").GetString()!;
        work._receiving = work.TellAsync(work.ReceiveAsync);
        work._all = Task.WhenAll(
            [work.TellAsync(work.WorkAsync), work.TellAsync(work.SendAsync), work.TellAsync(work.CountAsync), .. Enumerable.Range(0, Memories).Select(number => work.TellAsync(() => work.RememberAsync(number)))]);
        return work;
    }

    /// <summary>Ends what is under way, and goes on receiving until nothing waits.</summary>
    internal async Task FinishAsync()
    {
        await _stop.CancelAsync();
        await _all;
        while (Messages.Any(message => !message.Value) || await WaitingAsync() > 0)
            await Until.NextAttemptAsync(CancellationToken.None);
        _isReceiving = false;
        await _receiving;
    }

    /// <summary>Asks until somebody answers, whatever the answer is.</summary>
    internal async Task<(HttpStatusCode Status, JsonElement Json)> AskAsync(HttpMethod method, string path, string? token = null, string? json = null, string? key = null)
    {
        while (true)
        {
            try
            {
                using var request = new HttpRequestMessage(method, path);
                request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token ?? _admin);
                if (json is not null)
                    request.Content = new StringContent(json, Encoding.UTF8, "application/json");
                if (key is not null)
                    request.Headers.Add("Idempotency-Key", key);
                using var answer = await _client.SendAsync(request, CancellationToken.None);
                var text = await answer.Content.ReadAsStringAsync(CancellationToken.None);
                if (answer.StatusCode != HttpStatusCode.ServiceUnavailable)
                    return (answer.StatusCode, text.Length == 0 ? default : JsonElement.Parse(text));
            }
            catch (Exception away) when (away is HttpRequestException or IOException or TaskCanceledException)
            {
                // Killed, or not there yet.
            }

            await Until.NextAttemptAsync(CancellationToken.None);
        }
    }

    public async ValueTask DisposeAsync()
    {
        _isReceiving = false;
        await _stop.CancelAsync();
        _client.Dispose();
        _stop.Dispose();
    }

    /// <summary>What a client trips over is a fault of the test, and not an end without a word.</summary>
    private async Task TellAsync(Func<Task> client)
    {
        try
        {
            await client();
        }
        catch (Exception fault) when (!_stop.IsCancellationRequested)
        {
            Faults.Enqueue($"{fault}");
        }
    }

    private async Task WorkAsync()
    {
        for (var i = 0; !_stop.IsCancellationRequested; i++)
        {
            var made = await AskAsync(HttpMethod.Post, "tasks", json: """{"title": "Work", "agent_id": "worker"}""", key: $"task-{i}");
            // Cut off by a kill: the server cannot say whether it is there, and asks for a new key.
            if (made.Status == HttpStatusCode.Conflict)
                continue;
            if (made.Status != HttpStatusCode.Created)
            {
                Faults.Enqueue($"A task was not created: {made}");
                return;
            }

            // A creation that was cut off between the task and its hand-out answers with a task that waits, when it is asked for again.
            var id = made.Json.GetProperty("task_id").GetString()!;
            if (made.Json.GetProperty("status").GetString() == "pending")
                made = await AskAsync(HttpMethod.Post, $"tasks/{id}/assign", json: """{"agent_id": "worker"}""");
            var fence = Confirm(id, 0, made.Json);
            foreach (var (verb, step, rest) in new[] { ("start", 1, ""), ("complete", 2, $", \"result\": {i}") })
            {
                var moved = await AskAsync(HttpMethod.Post, $"tasks/{id}/{verb}", _worker, string.Create(CultureInfo.InvariantCulture, $"{{\"fence\": {fence}{rest}}}"));
                if (moved.Status == HttpStatusCode.Conflict)
                    moved = await AskAsync(HttpMethod.Get, $"tasks/{id}");
                if (moved.Json.GetProperty("status").GetString() != Steps[step])
                    Faults.Enqueue($"{verb} of {id} led to {moved.Json}");
                Confirm(id, step, moved.Json);
            }
        }
    }

    private long Confirm(string id, int step, JsonElement task)
    {
        var fence = task.GetProperty("fence").GetInt64();
        Tasks[id] = (step, task.GetProperty("version").GetInt64(), fence);
        return fence;
    }

    /// <summary>Writes 1, 2, 3 under a key, each over the version before it: cut off, it is there once or not at all.</summary>
    private async Task RememberAsync(int number)
    {
        var (key, value, version) = ($"counter/{number}", 0L, 0L);
        while (!_stop.IsCancellationRequested)
        {
            var set = await AskAsync(HttpMethod.Put, $"memory/key/{key}", _worker, string.Create(CultureInfo.InvariantCulture, $"{{\"value\": {value + 1}, \"if_version\": {version}}}"));
            if (set.Status == HttpStatusCode.PreconditionFailed)
            {
                // It had been made, and the answer was lost.
                set = await AskAsync(HttpMethod.Get, $"memory/key/{key}", _worker);
                if (set.Json.GetProperty("value").GetInt64() != value + 1)
                {
                    Faults.Enqueue($"{key} has {set.Json}, after {value} in version {version} was confirmed.");
                    return;
                }
            }

            (value, version) = (set.Json.GetProperty("value").GetInt64(), set.Json.GetProperty("version").GetInt64());
            Memory[key] = (value, version);
        }
    }

    private async Task SendAsync()
    {
        for (var i = 0; !_stop.IsCancellationRequested; i++)
        {
            var sent = await AskAsync(HttpMethod.Post, "messages", _worker, """{"to": "receiver", "content": "x"}""", key: $"message-{i}");
            if (sent.Status == HttpStatusCode.Created)
                Messages.TryAdd(sent.Json.GetProperty("message_id").GetString()!, false);
            else
                Faults.Enqueue($"A message was not sent: {sent}");
            // The rate of the load: the tasks are to get their turn.
            await Until.NextAttemptAsync(CancellationToken.None);
        }
    }

    /// <summary>Whoever asks has counted first what came since: so each kill finds the server counting.</summary>
    private async Task CountAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            var asked = await AskAsync(HttpMethod.Get, "stats/messages");
            if (asked.Status != HttpStatusCode.OK)
                Faults.Enqueue($"Statistics were not told: {asked}");
        }
    }

    private async Task ReceiveAsync()
    {
        while (_isReceiving)
        {
            var claimed = await AskAsync(HttpMethod.Post, "agents/receiver/claim", _receiver, """{"max": 50, "wait": 0.2, "lease_seconds": 1}""");
            foreach (var item in claimed.Json.GetProperty("items").EnumerateArray())
            {
                var id = item.GetProperty("message").GetProperty("message_id").GetString()!;
                var acknowledged = await AskAsync(HttpMethod.Post, $"messages/{id}/ack", _receiver, "{}");
                if (acknowledged.Status == HttpStatusCode.NoContent)
                    Messages[id] = true;
            }
        }
    }

    private async Task<long> WaitingAsync()
    {
        var mailbox = (await AskAsync(HttpMethod.Get, "agents/receiver")).Json.GetProperty("mailbox");
        return mailbox.GetProperty("queued").GetInt64() + mailbox.GetProperty("in_flight").GetInt64();
    }
}
