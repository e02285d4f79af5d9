using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Parley.Protocol;

/// <summary>Reads and writes options of a question: as a string if there is only a value, otherwise as an object.</summary>
public sealed class QuestionOptionsConverter : JsonConverter<IReadOnlyList<QuestionOption>>
{
    public override IReadOnlyList<QuestionOption> Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
            throw new JsonException("Expected an array of strings or objects.");
        var type = TypeOf(options);
        var read = new List<QuestionOption>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            read.Add(reader.TokenType switch
            {
                JsonTokenType.String => new QuestionOption { Value = reader.GetString()! },
                JsonTokenType.StartObject => JsonSerializer.Deserialize(ref reader, type)!,
                _ => throw new JsonException("Expected a string or an object."),
            });
        }

        return read;
    }

    public override void Write(Utf8JsonWriter writer, IReadOnlyList<QuestionOption> value, JsonSerializerOptions options)
    {
        var type = TypeOf(options);
        writer.WriteStartArray();
        foreach (var option in value)
        {
            if (option is { Label: null, Detail: null })
                writer.WriteStringValue(option.Value);
            else
                JsonSerializer.Serialize(writer, option, type);
        }

        writer.WriteEndArray();
    }

    private static JsonTypeInfo<QuestionOption> TypeOf(JsonSerializerOptions options) => (JsonTypeInfo<QuestionOption>)options.GetTypeInfo(typeof(QuestionOption));
}
