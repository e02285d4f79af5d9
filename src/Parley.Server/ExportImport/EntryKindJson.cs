using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Parley.Server.Log;

namespace Parley.Server.ExportImport;

/// <summary>An entry's kind as a word. Kinds of entities, which concepts declare, are numbers: <c>"12"</c>.</summary>
internal sealed class EntryKindJson : JsonConverter<EntryKind>
{
    public override EntryKind Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        var word = reader.GetString() ?? "";
        if (byte.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            return (EntryKind)number;
        foreach (var kind in Enum.GetValues<EntryKind>())
        {
            if (WordOf(kind) == word)
                return kind;
        }

        throw new JsonException($"'{word}' is no kind of an entry.");
    }

    public override void Write(Utf8JsonWriter writer, EntryKind value, JsonSerializerOptions options) => writer.WriteStringValue(WordOf(value));

    private static string WordOf(EntryKind kind) => Enum.IsDefined(kind)
        ? JsonNamingPolicy.SnakeCaseLower.ConvertName(kind.ToString())
        : ((byte)kind).ToString(CultureInfo.InvariantCulture);
}
