using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Parley.Protocol;
using Parley.Server.Wire;

namespace Parley.Server.Entities;

/// <summary>The JSON of entities: the stored body, the complete JSON that clients see, and the log entry.</summary>
/// <remarks>An entry is written before its id, time, and seq are known. The control characters 1, 2, and 3, which JSON text never contains, mark
/// their places. The database or this server fills in the same bytes at commit.</remarks>
internal static class EntityJson
{
    internal const byte IdPlace = 1, TimePlace = 2, SeqPlace = 3;

    /// <summary>The time of the commit, as a value of an entry.</summary>
    internal static ReadOnlySpan<byte> Time => [(byte)'"', TimePlace, (byte)'"'];

    private static readonly JsonWriterOptions Relaxed = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>A noun without the fields that the store fills in.</summary>
    internal static byte[] Body<T>(T value, JsonTypeInfo<T> type, EntityFields fields) =>
        Without(OnOneLine(JsonSerializer.SerializeToUtf8Bytes(value, type)), fields.Has);

    private static byte[] WithoutSecret(EntityFields fields, byte[] body) =>
        fields.Secret is { } secret ? Without(body, name => Ascii.Equals(name, secret)) : body;

    private static byte[] Without(byte[] whole, FieldTest leavesOut)
    {
        var body = new ArrayBufferWriter<byte>(whole.Length);
        using var writer = new Utf8JsonWriter(body, Relaxed);
        var reader = new Utf8JsonReader(whole, JsonDepth.Stored);
        reader.Read();
        writer.WriteStartObject();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isKept = !leavesOut(reader.ValueSpan);
            if (isKept)
                writer.WritePropertyName(reader.ValueSpan);
            reader.Read();
            var start = (int)reader.TokenStartIndex;
            reader.Skip();
            if (isKept)
                writer.WriteRawValue(whole.AsSpan(start, (int)reader.BytesConsumed - start), skipInputValidation: true);
        }

        writer.WriteEndObject();
        writer.Flush();
        return body.WrittenSpan.ToArray();
    }

    /// <summary>Removes the line breaks that a value may contain: one would end an event on a stream, or a line of an export.</summary>
    internal static byte[] OnOneLine(byte[] json)
    {
        if (json.AsSpan().IndexOfAny((byte)'\n', (byte)'\r') < 0)
            return json;
        var line = new ArrayBufferWriter<byte>(json.Length);
        using var document = JsonDocument.Parse(json, JsonDepth.StoredDocument);
        using (var writer = new Utf8JsonWriter(line, Relaxed))
            document.RootElement.WriteTo(writer);
        return line.WrittenSpan.ToArray();
    }

    /// <summary>An entity as clients see it.</summary>
    internal static byte[] Shown(EntityFields fields, EntityRow row) => Whole(fields, row, WithoutSecret(fields, row.Body));

    /// <summary>An entity as the server itself uses it, with its secret.</summary>
    internal static byte[] Whole(EntityFields fields, EntityRow row) => Whole(fields, row, row.Body);

    private static byte[] Whole(EntityFields fields, EntityRow row, byte[] body) => Compose(
        fields, body, row.Id.ToString(), TextOf(row.MadeAt), TextOf(row.ChangedAt), row.IsOver ? TextOf(row.ChangedAt) : null,
        row.Changed.ToString(CultureInfo.InvariantCulture), PlaceOf(fields, row), fields.Told is { } told ? Encoding.UTF8.GetBytes($"\"{told}\":[]") : default);

    /// <summary>The log entry of a change, with placeholders.</summary>
    /// <param name="present">The previous state; null if this creates it.</param>
    /// <param name="extra">Fields for the log entry only, not stored with the entity: <c>"logs":[...]</c>; empty for none.</param>
    internal static byte[] Entry(EntityFields fields, byte[] body, EntityRow? present, bool isOver, ReadOnlySpan<byte> extra)
    {
        var now = ((char)TimePlace).ToString();
        return Compose(
            fields, WithoutSecret(fields, body), present?.Id.ToString() ?? ((char)IdPlace).ToString(), present is null ? now : TextOf(present.MadeAt), now, isOver ? now : null,
            ((char)SeqPlace).ToString(), PlaceOf(fields, present), extra);
    }

    /// <summary>Null if the noun does not have it; a placeholder if this creates the entity.</summary>
    private static string? PlaceOf(EntityFields fields, EntityRow? row) =>
        fields.Place is null ? null : row?.Made.ToString(CultureInfo.InvariantCulture) ?? ((char)SeqPlace).ToString();

    /// <summary>A log entry with its placeholders filled in.</summary>
    internal static byte[] Fill(byte[] entry, Guid id, long stamp, long seq)
    {
        using var filled = new FrameBuffer();
        var rest = entry.AsSpan();
        for (int at; (at = rest.IndexOfAny(IdPlace, TimePlace, SeqPlace)) >= 0; rest = rest[(at + 1)..])
        {
            filled.Raw(rest[..at]);
            filled.Ascii(rest[at] switch
            {
                IdPlace => id.ToString(),
                TimePlace => TextOf(stamp),
                _ => seq.ToString(CultureInfo.InvariantCulture),
            });
        }

        filled.Raw(rest);
        return filled.From(0).ToArray();
    }

    /// <summary>A text field of an entity; null if it has none.</summary>
    internal static string? TextOf(byte[] json, string field)
    {
        var reader = new Utf8JsonReader(json, JsonDepth.Stored);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isIt = reader.ValueTextEquals(field);
            reader.Read();
            if (isIt)
                return reader.TokenType == JsonTokenType.String ? reader.GetString() : null;
            reader.Skip();
        }

        return null;
    }

    /// <summary>An entity's id and name, and nothing else.</summary>
    internal static byte[] NameOnly(EntityKind kind, byte[] json)
    {
        var named = new ArrayBufferWriter<byte>();
        using var writer = new Utf8JsonWriter(named, Relaxed);
        writer.WriteStartObject();
        foreach (var field in new[] { kind.Fields.Id, kind.PrefixField }.OfType<string>())
            writer.WriteString(field, TextOf(json, field));
        writer.WriteEndObject();
        writer.Flush();
        return named.WrittenSpan.ToArray();
    }

    private static byte[] Compose(
        EntityFields fields, byte[] body, string id, string made, string changed, string? ended, string version, string? place, ReadOnlySpan<byte> extra)
    {
        using var json = new FrameBuffer();
        if (fields.Id is { } idField)
            json.Ascii($",\"{idField}\":\"{id}\"");
        if (body.Length > 2)
        {
            json.Raw(","u8);
            json.Raw(body.AsSpan(1, body.Length - 2));
        }

        if (fields.Thread is { } thread)
            json.Ascii($",\"{thread}\":\"{id}\"");
        if (fields.CreatedAt is { } createdAt)
            json.Ascii($",\"{createdAt}\":\"{made}\"");
        if (fields.ChangedAt is { } changedAt)
            json.Ascii($",\"{changedAt}\":\"{changed}\"");
        if (fields.EndedAt is { } endedAt)
            json.Ascii(ended is null ? $",\"{endedAt}\":null" : $",\"{endedAt}\":\"{ended}\"");
        if (fields.Version is { } versionField)
            json.Ascii($",\"{versionField}\":{version}");
        if (fields.Place is { } placeField)
            json.Ascii($",\"{placeField}\":{place}");
        if (!extra.IsEmpty)
        {
            json.Raw(","u8);
            json.Raw(extra);
        }

        json.Raw("}"u8);
        // Each part begins with a comma, except the first.
        var whole = json.From(0).ToArray();
        whole[0] = (byte)'{';
        return whole;
    }

    private delegate bool FieldTest(ReadOnlySpan<byte> name);

    private static string TextOf(long stamp) => WireTime.ToText(DateTimeOffset.FromUnixTimeMilliseconds(stamp));
}
