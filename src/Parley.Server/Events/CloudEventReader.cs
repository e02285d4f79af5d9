using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;
using Parley.Server.Wire;

namespace Parley.Server.Events;

/// <summary>Reads CloudEvents 1.0: the JSON format, alone and in batches, and the binary mode of the HTTP binding.</summary>
internal static class CloudEventReader
{
    internal const string HeaderPrefix = "ce-";

    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = JsonDepth.OfInput, AllowDuplicateProperties = false };

    internal static Result<EventPost> Structured(ReadOnlyMemory<byte> json, bool isBatch)
    {
        if (!TryParse(json, out var document))
            return Problems.InvalidField(JsonDiagnosis.WholeBody, $"is not valid JSON, is nested deeper than {JsonDepth.OfInput} levels, or has a duplicate field");
        using (document)
        {
            var root = document.RootElement;
            if (!isBatch)
                return One(root, "").TryGet(out var only, out var problem) ? new EventPost([only], IsBatch: false, "type") : problem;
            if (root.ValueKind != JsonValueKind.Array)
                return Problems.InvalidField(JsonDiagnosis.WholeBody, "must be an array of CloudEvents");
            if (root.GetArrayLength() > EventRules.MostInBatch)
                return Problems.InvalidField(JsonDiagnosis.WholeBody, $"has more than {EventRules.MostInBatch} events");
            var drafts = new List<EventDraft>(root.GetArrayLength());
            foreach (var item in root.EnumerateArray())
            {
                if (!One(item, $"[{drafts.Count}].").TryGet(out var draft, out var problem))
                    return problem;
                drafts.Add(draft);
            }

            return new EventPost(drafts, IsBatch: true, "type");
        }
    }

    internal static Result<EventPost> Binary(HttpRequest request, ReadOnlyMemory<byte> body)
    {
        var attributes = new CloudEventAttributes("");
        foreach (var (name, values) in request.Headers)
        {
            if (name.StartsWith(HeaderPrefix, StringComparison.OrdinalIgnoreCase))
                attributes.TakeHeader(name[HeaderPrefix.Length..].ToLowerInvariant(), values);
        }

        if (request.ContentType is { } contentType)
            attributes.Take("datacontenttype", contentType);
        var data = Array.Empty<byte>();
        if (!body.IsEmpty)
        {
            var type = MediaTypeHeaderValue.TryParse(request.ContentType, out var parsed) ? parsed : null;
            if (type is null || IsJson(type))
            {
                if (!TryParse(body, out var document))
                    return Problems.InvalidField(JsonDiagnosis.WholeBody, "is not valid JSON, although its content type says so");
                using (document)
                    data = EventRules.Json(document.RootElement);
            }
            else if (IsText(type) && Utf8.IsValid(body.Span) && !body.Span.Contains((byte)0))
            {
                data = JsonSerializer.SerializeToUtf8Bytes(Encoding.UTF8.GetString(body.Span), Protocol.WireJson.Lenient.String);
            }
            else
            {
                attributes.TakeBase64(Convert.ToBase64String(body.Span));
            }
        }

        return attributes.Draft(data).TryGet(out var draft, out var problem) ? new EventPost([draft], IsBatch: false, "type") : problem;
    }

    private static Result<EventDraft> One(JsonElement item, string path)
    {
        if (item.ValueKind != JsonValueKind.Object)
            return Problems.InvalidField(path.Length == 0 ? JsonDiagnosis.WholeBody : path[..^1], "must be a CloudEvent: an object");
        var attributes = new CloudEventAttributes(path);
        var data = Array.Empty<byte>();
        foreach (var member in item.EnumerateObject())
        {
            switch (member.Name)
            {
                case "data":
                    data = EventRules.Json(member.Value);
                    break;
                case "data_base64":
                    attributes.TakeBase64(member.Value);
                    break;
                default:
                    attributes.Take(member.Name, member.Value);
                    break;
            }
        }

        return attributes.Draft(data);
    }

    private static bool TryParse(ReadOnlyMemory<byte> json, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out JsonDocument? document)
    {
        document = null;
        try
        {
            if (JsonText.IsSound(json.Span))
                document = JsonDocument.Parse(json, Strict);
        }
        catch (JsonException)
        {
            // Prefix for field names in errors.
        }

        return document is not null;
    }

    internal static bool IsJson(MediaTypeHeaderValue type) =>
        type.SubType.Equals("json", StringComparison.OrdinalIgnoreCase) || type.Suffix.Equals("json", StringComparison.OrdinalIgnoreCase);

    private static bool IsText(MediaTypeHeaderValue type) =>
        (type.Type.Equals("text", StringComparison.OrdinalIgnoreCase) || type.SubType.Equals("xml", StringComparison.OrdinalIgnoreCase)
            || type.Suffix.Equals("xml", StringComparison.OrdinalIgnoreCase))
        && (type.Charset.Length == 0 || type.Charset.Equals("utf-8", StringComparison.OrdinalIgnoreCase));
}
