using System.Buffers;
using System.Net.Http.Headers;
using System.Text.Json;
using Parley.Client;

namespace Parley.Cli.Hooks;

/// <summary>Asks the server for the wakes of an agent.</summary>
/// <param name="way">How the agent is woken, in the server's words.</param>
internal sealed class WakeServer(HookArguments arguments, HookEventStart start, string way, TimeProvider time)
{
    /// <summary>How long the server holds a question open.</summary>
    private static readonly TimeSpan Held = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan TimeToAnswer = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan ShortestPause = TimeSpan.FromSeconds(1), LongestPause = TimeSpan.FromMinutes(1);

    private readonly HookLog _log = new(arguments.Harness);

    /// <summary>Waits for the next wake, for as long as it takes, whether there is a server or not.</summary>
    internal async Task<Wake> NextAsync(CancellationToken cancellationToken)
    {
        var pause = ShortestPause;
        string? told = null;
        while (true)
        {
            var asked = time.GetTimestamp();
            var failure = "";
            try
            {
                if (await AskAsync(cancellationToken) is { } wake)
                    return wake;
                pause = ShortestPause;
            }
            catch (Exception fault) when (!cancellationToken.IsCancellationRequested
                && fault is HttpRequestException or OperationCanceledException or IOException or JsonException or ParleyConfigurationException or InvalidDataException)
            {
                failure = fault.Message;
                // Once: it may last for days.
                if (told != failure)
                    _log.Write($"waiting for a wake: {failure}");
                pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
            }

            told = failure;
            // A server that answers at once does not hold questions open.
            if (failure.Length > 0 || time.GetElapsedTime(asked) < ShortestPause)
                await Task.Delay(pause, time, cancellationToken);
        }
    }

    /// <summary>Says how it went. That the server does not hear it is no reason to do anything else.</summary>
    internal async Task ReportAsync(Wake wake, string outcome, CancellationToken cancellationToken)
    {
        try
        {
            await PostAsync($"wakes/{Uri.EscapeDataString(wake.Id)}", (to, _) => to.WriteString("outcome"u8, outcome), TimeToAnswer, cancellationToken);
        }
        catch (Exception fault) when (fault is HttpRequestException or OperationCanceledException or IOException or ParleyConfigurationException or InvalidDataException)
        {
            _log.Write($"reporting a wake: {fault.Message}");
        }
    }

    private async Task<Wake?> AskAsync(CancellationToken cancellationToken)
    {
        var answer = await PostAsync(
            "wakes/next",
            (to, agent) =>
            {
                if (agent is not null)
                {
                    to.WriteStartArray("agents"u8);
                    to.WriteStringValue(agent);
                    to.WriteEndArray();
                }

                to.WriteString("way"u8, way);
                to.WriteNumber("wait_ms"u8, (int)Held.TotalMilliseconds);
            },
            Held + TimeToAnswer, cancellationToken);
        using var document = JsonDocument.Parse(answer);
        if (document.RootElement.ValueKind != JsonValueKind.Object || !document.RootElement.TryGetProperty("wake"u8, out var wake) || wake.ValueKind != JsonValueKind.Object)
            return null;
        return wake.TryGetProperty("wake_id"u8, out var id) && wake.TryGetProperty("text"u8, out var text) && id.ValueKind == JsonValueKind.String && text.ValueKind == JsonValueKind.String
            ? new Wake(id.GetString()!, text.GetString()!, wake.TryGetProperty("session_id"u8, out var session) && session.ValueKind == JsonValueKind.String ? session.GetString() : null)
            : throw new InvalidDataException("The server's wake has no id, or no text.");
    }

    /// <summary>The server and the token are looked for each time: a server on this machine may have begun anew, elsewhere.</summary>
    private async Task<byte[]> PostAsync(string path, Action<Utf8JsonWriter, string?> write, TimeSpan most, CancellationToken cancellationToken)
    {
        var caller = HookCaller.Find(arguments, start);
        using var patience = new CancellationTokenSource(most, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, patience.Token);
        using var http = new HttpClient(caller.Location.CreateHttpHandler()) { Timeout = Timeout.InfiniteTimeSpan };
        var refusal = "There is no token for the server.";
        foreach (var (token, agent) in caller.Tokens())
        {
            var query = caller.Location.Project is { } project ? $"?project_id={Uri.EscapeDataString(project)}" : "";
            using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(caller.Location.Url, $"api/v1/{path}{query}")) { Content = new ByteArrayContent(Body(write, agent)) };
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
            request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
            using var response = await http.SendAsync(request, either.Token);
            var answer = await response.Content.ReadAsByteArrayAsync(either.Token);
            if (response.IsSuccessStatusCode)
                return answer;
            refusal = $"The server answered {(int)response.StatusCode}: {HookJson.Text(answer, "detail") ?? "no reason given"}";
        }

        throw new InvalidDataException(refusal);
    }

    private static byte[] Body(Action<Utf8JsonWriter, string?> write, string? agent)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var to = new Utf8JsonWriter(buffer))
        {
            to.WriteStartObject();
            write(to, agent);
            to.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }
}
