using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Parley.Server.Workflows;

/// <summary>One YAML document as JSON, with the types of the YAML 1.2 core schema: <c>no</c> is a text, and <c>1.10</c> a number.</summary>
/// <remarks>Anchors are refused, because a few lines with them can stand for gigabytes.</remarks>
internal static class YamlDocument
{
    private const int Deepest = 64;

    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <param name="fault">What is wrong, with the line and the column.</param>
    internal static bool TryToJson(ReadOnlySpan<byte> yaml, out byte[] json, [NotNullWhen(false)] out string? fault)
    {
        json = [];
        Parser? parser = null;
        try
        {
            parser = new Parser(new StringReader(new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(yaml)));
            var written = new ArrayBufferWriter<byte>(yaml.Length);
            using (var writer = new Utf8JsonWriter(written, Options))
                fault = Convert(parser, writer);
            if (fault is null)
                json = written.WrittenSpan.ToArray();
        }
        catch (DecoderFallbackException)
        {
            fault = "is not UTF-8";
        }
        catch (ArgumentException)
        {
            // Half of a surrogate pair, written as an escape.
            fault = "has a character that is not valid Unicode";
        }
        catch (InvalidOperationException)
        {
            // On some texts, such as '{a:#', the scanner gives up in this way.
            fault = At(parser?.Current?.End ?? Mark.Empty, "is not valid YAML");
        }
        catch (YamlException bad)
        {
            fault = At(bad.Start, $"is not valid YAML: {bad.Message}");
        }

        return fault is null;
    }

    private static string? Convert(Parser parser, Utf8JsonWriter writer)
    {
        // For each collection that is open: whether it is a mapping whose next scalar is a key.
        var open = new Stack<(bool IsMapping, bool IsKey)>();
        var documents = 0;
        while (parser.MoveNext())
        {
            var at = parser.Current!;
            if (at is DocumentStart && ++documents > 1)
                return At(at.Start, "has a second document; one is expected");
            if (at is StreamStart or StreamEnd or DocumentStart or DocumentEnd or Comment)
                continue;
            if (at is AnchorAlias || at is NodeEvent { Anchor.IsEmpty: false })
                return At(at.Start, "has an anchor or an alias; write the value itself");
            if (at is MappingEnd or SequenceEnd)
            {
                open.Pop();
                if (at is MappingEnd)
                    writer.WriteEndObject();
                else
                    writer.WriteEndArray();
                continue;
            }

            if (open.TryPop(out var around))
            {
                open.Push(around with { IsKey = around.IsMapping && !around.IsKey });
                if (around.IsKey)
                {
                    if (at is not Scalar key)
                        return At(at.Start, "has a key that is not a text");
                    writer.WritePropertyName(key.Value);
                    continue;
                }
            }

            if (at is not Scalar && open.Count == Deepest)
                return At(at.Start, "is nested too deep");
            switch (at)
            {
                case MappingStart:
                    writer.WriteStartObject();
                    open.Push((true, true));
                    break;
                case SequenceStart:
                    writer.WriteStartArray();
                    open.Push((false, false));
                    break;
                case Scalar scalar:
                    Write(scalar, writer);
                    break;
            }
        }

        return writer.BytesCommitted + writer.BytesPending == 0 ? "is empty; expected a mapping" : null;
    }

    private static void Write(Scalar scalar, Utf8JsonWriter writer)
    {
        var text = scalar.Value;
        if (scalar.Style != ScalarStyle.Plain)
            writer.WriteStringValue(text);
        else if (text is "" or "~" or "null" or "Null" or "NULL")
            writer.WriteNullValue();
        else if (text is "true" or "True" or "TRUE")
            writer.WriteBooleanValue(true);
        else if (text is "false" or "False" or "FALSE")
            writer.WriteBooleanValue(false);
        else if (IsNumber(text))
            writer.WriteRawValue(text);
        else
            writer.WriteStringValue(text);
    }

    /// <summary>Whether a text is a number in JSON too. The forms that only YAML has, such as <c>0x1F</c> and <c>.5</c>, stay texts.</summary>
    private static bool IsNumber(string text)
    {
        if (!char.IsAsciiDigit(text[0]) && text[0] != '-')
            return false;
        var reader = new Utf8JsonReader(Encoding.UTF8.GetBytes(text));
        try
        {
            return reader.Read() && reader.TokenType == JsonTokenType.Number && !reader.Read();
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static string At(in Mark mark, string what) => string.Create(CultureInfo.InvariantCulture, $"{what} (line {mark.Line}, column {mark.Column})");
}
