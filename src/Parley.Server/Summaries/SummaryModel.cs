using System.Globalization;
using System.Net.Http.Headers;
using System.Text.Json;
using Parley.Protocol;
using Parley.Server.Outgoing;
using Parley.Server.Wire;

namespace Parley.Server.Summaries;

/// <summary>Asks the model that a project names, and reads what it answers, within limits.</summary>
internal sealed class SummaryModel(OutgoingClient client, TimeProvider clock)
{
    internal static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    /// <summary>Characters of a summary.</summary>
    internal const int LongestSummary = 4_000;

    /// <summary>Bytes of an answer: room for a long summary and for what servers add.</summary>
    internal const int LargestAnswer = 1 << 20;

    /// <returns>The summary, or why there is none, in words that contain nothing that the receiver said.</returns>
    internal async ValueTask<(string? Text, string? Error)> AskAsync(ProjectSettings settings, IReadOnlyList<Message> messages, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, settings.SummaryUrl) { Content = new ByteArrayContent(SummaryPrompt.Of(settings.SummaryModel!, messages)) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        if (settings.SummaryKey is { } key)
            request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {key}");
        using var timeout = new CancellationTokenSource(Patience, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            using var answer = await client.SendAsync(request, either.Token);
            if (!answer.IsSuccessStatusCode)
                return (null, Refusal((int)answer.StatusCode));
            return await ReadAsync(answer, either.Token) is { } body ? Read(body) : (null, "its answer is too long");
        }
        catch (Exception fault) when (
            (fault is OperationCanceledException or HttpRequestException or IOException) && timeout.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            return (null, string.Create(CultureInfo.InvariantCulture, $"no whole answer within {Patience.TotalSeconds} s"));
        }
        catch (Exception fault) when (fault is HttpRequestException or IOException)
        {
            return (null, OutgoingClient.Words(fault));
        }
    }

    /// <summary><c>choices[0].message.content</c>.</summary>
    internal static (string? Text, string? Error) Read(ReadOnlyMemory<byte> body)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            if (document.RootElement is { ValueKind: JsonValueKind.Object } whole && whole.TryGetProperty("choices", out var choices) &&
                choices is { ValueKind: JsonValueKind.Array } && choices.GetArrayLength() > 0 &&
                choices[0] is { ValueKind: JsonValueKind.Object } choice && choice.TryGetProperty("message", out var message) &&
                message is { ValueKind: JsonValueKind.Object } && message.TryGetProperty("content", out var content) &&
                content.ValueKind == JsonValueKind.String && content.GetString()!.Trim() is { Length: > 0 } text)
            {
                return (text.Length > LongestSummary ? TokenBudget.Cut(text, LongestSummary) : text, null);
            }
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException)
        {
            // Not JSON, or text that is not valid Unicode.
        }

        return (null, "its answer is not a chat completion with a text in choices[0].message.content");
    }

    /// <returns>Null if there is too much of it.</returns>
    private static async Task<byte[]?> ReadAsync(HttpResponseMessage answer, CancellationToken cancellationToken)
    {
        await using var body = await answer.Content.ReadAsStreamAsync(cancellationToken);
        using var whole = new MemoryStream();
        var buffer = new byte[16 * 1024];
        while (await body.ReadAsync(buffer, cancellationToken) is > 0 and var read)
        {
            if (whole.Length + read > LargestAnswer)
                return null;
            whole.Write(buffer, 0, read);
        }

        return whole.ToArray();
    }

    private static string Refusal(int status)
    {
        var why = status switch
        {
            >= 300 and < 400 => ", a redirect, which is not followed",
            401 or 403 => ": check summary_key",
            404 => ": check summary_url and summary_model",
            429 => ": it has too much to do",
            _ => "",
        };
        return string.Create(CultureInfo.InvariantCulture, $"it answered {status}{why}");
    }
}
