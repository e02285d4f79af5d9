using System.Text.Json;
using System.Text.Json.Serialization;

namespace Parley.Protocol;

/// <summary>Reads and writes addresses as a string if there is one, otherwise as an array of strings.</summary>
public sealed class AddressesConverter : JsonConverter<IReadOnlyList<string>>
{
    public override IReadOnlyList<string> Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType == JsonTokenType.String)
            return [reader.GetString()!];

        if (reader.TokenType != JsonTokenType.StartArray)
            throw new JsonException("Expected a string or an array of strings.");

        var addresses = new List<string>();
        while (reader.Read() && reader.TokenType == JsonTokenType.String)
            addresses.Add(reader.GetString()!);
        if (reader.TokenType != JsonTokenType.EndArray)
            throw new JsonException("Expected a string or an array of strings.");
        return addresses;
    }

    public override void Write(Utf8JsonWriter writer, IReadOnlyList<string> value, JsonSerializerOptions options)
    {
        if (value.Count == 1)
        {
            writer.WriteStringValue(value[0]);
            return;
        }

        writer.WriteStartArray();
        foreach (var address in value)
            writer.WriteStringValue(address);
        writer.WriteEndArray();
    }
}
