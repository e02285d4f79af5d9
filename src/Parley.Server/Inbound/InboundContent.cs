using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;
using Parley.Protocol;
using Parley.Server.Messages;
using Parley.Server.Wire;

namespace Parley.Server.Inbound;

/// <summary>Turns the body of a delivery into a message: JSON becomes the payload, with one line of content; other text becomes the content.</summary>
internal static class InboundContent
{
    /// <summary>One level less than the body of a send, in which the payload is inside an object.</summary>
    private const int Deepest = JsonDepth.OfInput - 1;

    /// <param name="line">The content, if the body is JSON or empty.</param>
    /// <returns>Why it is refused; null if it is not.</returns>
    internal static ApiProblem? Fill(SendDraft draft, HttpRequest request, ReadOnlyMemory<byte> body, string line)
    {
        draft.Content = Text(line);
        if (body.IsEmpty)
            return null;
        if (request.Headers.ContentEncoding is [{ Length: > 0 } encoding, ..] && !encoding.Equals("identity", StringComparison.OrdinalIgnoreCase))
            return Problems.UnsupportedMediaType("Content-Encoding is not supported: send the body uncompressed.");
        var type = MediaTypeHeaderValue.TryParse(request.ContentType, out var parsed) ? parsed : null;
        if (type is { Charset.Length: > 0 } && !type.Charset.Equals("utf-8", StringComparison.OrdinalIgnoreCase))
            return Problems.UnsupportedMediaType("The body must be UTF-8; no other charset is supported.");
        if (type is not null && (type.SubType.Equals("json", StringComparison.OrdinalIgnoreCase) || type.Suffix.Equals("json", StringComparison.OrdinalIgnoreCase)))
            return FillPayload(draft, body);
        if (!Utf8.IsValid(body.Span) || body.Span.Contains((byte)0))
            return Problems.InvalidField(JsonDiagnosis.WholeBody, "must be JSON or UTF-8 text");
        draft.Content = Text(Encoding.UTF8.GetString(body.Span));
        return null;
    }

    private static ApiProblem? FillPayload(SendDraft draft, ReadOnlyMemory<byte> body)
    {
        if (!JsonText.IsSound(body.Span))
            return Problems.InvalidField(JsonDiagnosis.WholeBody, "has invalid UTF-8, NUL, or half of a surrogate pair");
        var reader = new Utf8JsonReader(body.Span, new JsonReaderOptions { MaxDepth = Deepest });
        try
        {
            reader.Read();
            var from = (int)reader.TokenStartIndex;
            var isNull = reader.TokenType == JsonTokenType.Null;
            reader.Skip();
            var value = body[from..(int)reader.BytesConsumed];

            // The reader throws if anything follows the value.
            reader.Read();
            if (!isNull)
                draft.Payload = value;
            return null;
        }
        catch (JsonException fault)
        {
            return Problems.InvalidField(JsonDiagnosis.WholeBody, string.Create(
                CultureInfo.InvariantCulture,
                $"is not valid JSON, or is nested deeper than {Deepest} levels, at line {fault.LineNumber + 1}, byte {fault.BytePositionInLine + 1}"));
        }
    }

    private static byte[] Text(string text) => JsonSerializer.SerializeToUtf8Bytes(text, WireJson.Strict.String);
}
