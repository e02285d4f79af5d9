using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;
using Parley.Server.Log;
using Parley.Server.Operations;
using Parley.Server.Wire;

namespace Parley.Server.Events;

/// <summary>Events as CloudEvents 1.0: a batch, or one in structured or binary mode.</summary>
internal static class CloudEventAnswer
{
    private const string ContentType = "datacontenttype", Data = "data", Base64 = "data_base64";

    /// <param name="type">A media type of CloudEvents.</param>
    internal static bool IsWanted(HttpRequest request, string type) =>
        MediaTypeHeaderValue.TryParseList(request.Headers.Accept, out var accepted)
        && accepted.Any(one => one.MediaType.Equals(type, StringComparison.OrdinalIgnoreCase) && one.Quality != 0);

    internal static async ValueTask<Answer> WriteAsync(HttpContext http, IEnumerable<byte[]> events, long? next)
    {
        using var json = new FrameBuffer();
        WriteArray(json, events.Select(Of));
        var response = http.Response;
        response.StatusCode = StatusCodes.Status200OK;
        response.ContentType = $"{EventInput.Batch}; charset=utf-8";
        response.ContentLength = json.Length;
        response.Headers.Vary = HeaderNames.Accept;
        if (next is { } seq)
            response.Headers.Link = string.Create(CultureInfo.InvariantCulture, $"<{NextPage(http.Request, seq)}>; rel=\"next\"");
        await response.BodyWriter.WriteAsync(json.From(0), http.RequestAborted);
        return Answer.Written;
    }

    internal static async ValueTask<Answer> WriteStructuredAsync(HttpContext http, byte[] shown)
    {
        await WriteAsync(http, $"{EventInput.Structured}; charset=utf-8", Of(shown));
        return Answer.Written;
    }

    /// <summary>See the HTTP binding, 3.1: attributes are headers, and the data is the body.</summary>
    internal static async ValueTask<Answer> WriteBinaryAsync(HttpContext http, byte[] shown)
    {
        using var document = JsonDocument.Parse(Of(shown), JsonDepth.StoredDocument);
        var record = document.RootElement;
        var type = record.TryGetProperty(ContentType, out var said) ? said.GetString() : null;
        foreach (var attribute in record.EnumerateObject())
        {
            if (attribute.Name is not (ContentType or Data or Base64))
                http.Response.Headers[CloudEventReader.HeaderPrefix + attribute.Name] = CloudEventHeader.Escape(TextOf(attribute.Value));
        }

        byte[] body = [];
        if (record.TryGetProperty(Base64, out var bytes))
        {
            body = bytes.GetBytesFromBase64();
        }
        else if (record.TryGetProperty(Data, out var data))
        {
            // Data without a content type is JSON; over HTTP this has to be said.
            type ??= "application/json";
            var isJson = !MediaTypeHeaderValue.TryParse(type, out var parsed) || CloudEventReader.IsJson(parsed);
            body = !isJson && data.ValueKind == JsonValueKind.String ? Encoding.UTF8.GetBytes(data.GetString()!) : Encoding.UTF8.GetBytes(data.GetRawText());
        }

        await WriteAsync(http, type, body);
        return Answer.Written;
    }

    private static string TextOf(JsonElement value) => value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText();

    private static async ValueTask WriteAsync(HttpContext http, string? type, byte[] body)
    {
        http.Response.StatusCode = StatusCodes.Status200OK;
        http.Response.ContentType = type;
        http.Response.ContentLength = body.Length;
        await http.Response.BodyWriter.WriteAsync(body, http.RequestAborted);
    }

    internal static void WriteArray(FrameBuffer json, IEnumerable<byte[]> items)
    {
        json.Raw("["u8);
        var isFirst = true;
        foreach (var item in items)
        {
            if (!isFirst)
                json.Raw(","u8);
            isFirst = false;
            json.Raw(item);
        }

        json.Raw("]"u8);
    }

    /// <summary>An event that came in as a CloudEvent keeps its attributes. Any other names its publisher and its place in the log.</summary>
    internal static byte[] Of(byte[] shown)
    {
        using var document = JsonDocument.Parse(shown, JsonDepth.StoredDocument);
        var record = document.RootElement;
        return JsonFields.Write(writer =>
        {
            writer.WriteString("specversion"u8, "1.0"u8);
            writer.WritePropertyName("type"u8);
            record.GetProperty("event_type"u8).WriteTo(writer);
            if (record.TryGetProperty("cloud_event"u8, out var came))
                WriteAll(writer, came);
            else
                WriteOwn(writer, record);
            if (record.GetProperty("data"u8) is { ValueKind: not JsonValueKind.Null } data)
            {
                writer.WritePropertyName("data"u8);
                data.WriteTo(writer);
            }
        });
    }

    private static void WriteAll(Utf8JsonWriter writer, JsonElement attributes)
    {
        foreach (var attribute in attributes.EnumerateObject())
            attribute.WriteTo(writer);
    }

    private static void WriteOwn(Utf8JsonWriter writer, JsonElement record)
    {
        var project = record.GetProperty("project_id"u8).GetString();
        var source = record.GetProperty("source"u8).GetString();
        writer.WriteString("id"u8, record.GetProperty("event_id"u8).GetString());
        writer.WriteString("source"u8, source == EventJson.ServerSource ? $"/projects/{project}" : $"/projects/{project}/agents/{source}");
        writer.WriteString("time"u8, record.GetProperty("timestamp"u8).GetString());
        writer.WriteString("datacontenttype"u8, "application/json"u8);
        writer.WriteString("sequence"u8, record.GetProperty("seq"u8).GetRawText());
    }

    private static string NextPage(HttpRequest request, long seq)
    {
        var query = QueryString.Create(request.Query.Where(one => one.Key != "after"));
        return $"{request.Path}{query.Add("after", seq.ToString(CultureInfo.InvariantCulture))}";
    }
}
