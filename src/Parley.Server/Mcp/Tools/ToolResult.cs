using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Unicode;
using ModelContextProtocol.Protocol;
using Parley.Protocol;
using Parley.Server.Wire;

namespace Parley.Server.Mcp.Tools;

/// <summary>Makes results of tools: a text for the model, and the same as data.</summary>
internal static class ToolResult
{
    /// <summary>Letters of all languages stay, and what could pass for markup does not.</summary>
    private static readonly JsonWriterOptions ForModels = new() { Encoder = JavaScriptEncoder.Create(UnicodeRanges.All) };

    /// <param name="data">Of which nothing was written by other agents.</param>
    internal static CallToolResult Of(string text, JsonElement? data = null) => new()
    {
        Content = [new TextContentBlock { Text = text }],
        StructuredContent = data,
    };

    /// <summary>Messages, in their envelopes. Claude Code and Codex show the model the data alone, so the same text is in it, beside the ids.</summary>
    /// <param name="items">What a program needs of each message to go on; no texts of others.</param>
    internal static CallToolResult Of(string text, IEnumerable<JsonObject> items) =>
        Of(text, JsonElement.Parse(new JsonObject { ["text"] = text, ["items"] = new JsonArray([.. items]) }.ToJsonString()));

    /// <summary>JSON of the API, without what is empty, and with nothing in it that is invisible.</summary>
    /// <param name="introduction">What comes before it, and is its first field, <c>note</c>, in the data; null for nothing.</param>
    internal static CallToolResult Of(byte[] json, string? introduction = null)
    {
        var text = Text(json);
        if (introduction is null || JsonNode.Parse(text) is not JsonObject data)
            return Of(text, JsonElement.Parse(text));
        data.Insert(0, "note", introduction);
        return Of($"{introduction}\n{text}", JsonElement.Parse(data.ToJsonString()));
    }

    /// <summary>The ids of a message.</summary>
    internal static JsonObject Ids(Message message) => new()
    {
        ["message_id"] = message.MessageId,
        ["conversation_thread_id"] = message.ConversationThreadId,
        ["sender_id"] = message.SenderId,
    };

    /// <summary>JSON of the API for a model: still JSON, but nothing in it can pass for an envelope, or is invisible.</summary>
    internal static string Text(byte[] json) => SafeText.Of(Lean(JsonElement.Parse(json)));

    /// <summary>What went wrong and what to do, for the model to read: it cannot see errors of the protocol.</summary>
    internal static CallToolResult Error(string text) => new() { Content = [new TextContentBlock { Text = text }], IsError = true };

    /// <summary>The problem with which the API refused a call.</summary>
    internal static CallToolResult Refused(LocalAnswer answer) => Error(Problem(answer));

    /// <summary>What is wrong, field by field, and when to try again.</summary>
    internal static string Problem(LocalAnswer answer)
    {
        var problem = JsonSerializer.Deserialize(answer.Json, WireJson.Lenient.Problem)!;
        var lines = new List<string> { $"{problem.Code}: {SafeText.Of(problem.Detail)}" };
        foreach (var (field, reasons) in problem.Errors ?? new Dictionary<string, IReadOnlyList<string>>())
            lines.Add($"- {field} {SafeText.Of(string.Join("; ", reasons))}");
        if (problem.Retryable)
            lines.Add(problem.RetryAfter is { } seconds ? $"Call again in {seconds:0.###} s." : "Call again later.");
        return string.Join('\n', lines);
    }

    /// <summary>The JSON without nulls and empty lists, which cost tokens and say nothing.</summary>
    private static string Lean(JsonElement data)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer, ForModels))
            Write(writer, data);
        return Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length);
    }

    private static void Write(Utf8JsonWriter to, JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                to.WriteStartObject();
                foreach (var field in value.EnumerateObject().Where(field => !IsEmpty(field.Value)))
                {
                    to.WritePropertyName(field.Name);
                    Write(to, field.Value);
                }

                to.WriteEndObject();
                break;
            case JsonValueKind.Array:
                to.WriteStartArray();
                foreach (var item in value.EnumerateArray())
                    Write(to, item);
                to.WriteEndArray();
                break;
            case JsonValueKind.String:
                to.WriteStringValue(value.GetString());
                break;
            default:
                value.WriteTo(to);
                break;
        }
    }

    private static bool IsEmpty(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null => true,
        JsonValueKind.Array => value.GetArrayLength() == 0,
        JsonValueKind.Object => !value.EnumerateObject().Any(),
        _ => false,
    };
}
