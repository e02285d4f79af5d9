using System.Text.Json;

namespace Parley.Cli.Hooks;

/// <summary>The little that a hook reads of a server's answers.</summary>
internal static class HookJson
{
    /// <summary>Whether this is one JSON object and nothing else.</summary>
    internal static bool IsObject(ReadOnlySpan<byte> bytes)
    {
        var reader = new Utf8JsonReader(bytes);
        try
        {
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
                return false;
            while (reader.Read())
            {
            }

            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    /// <summary>A text in an object; null if it has none of that name, or is no object.</summary>
    internal static string? Text(ReadOnlySpan<byte> bytes, string name)
    {
        var reader = new Utf8JsonReader(bytes);
        try
        {
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
                return null;
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var isIt = reader.ValueTextEquals(name);
                reader.Read();
                if (isIt)
                    return reader.TokenType == JsonTokenType.String ? reader.GetString() : null;
                reader.Skip();
            }
        }
        catch (Exception broken) when (broken is JsonException or InvalidOperationException)
        {
            // It has none.
        }

        return null;
    }
}
