using System.Text.Json;
using Parley.Server.Wire;

namespace Parley.Server.Mailboxes;

/// <summary>A frame's data is one item, or <c>{"items": [...]}</c>.</summary>
internal static class FrameItems
{
    /// <summary>Whether the data is several items.</summary>
    internal static bool AreIn(ReadOnlyMemory<byte> data)
    {
        if (data.IsEmpty)
            return false;
        var reader = new Utf8JsonReader(data.Span, JsonDepth.Stored);
        return StandAt(ref reader);
    }

    private static bool StandAt(ref Utf8JsonReader reader) =>
        reader.Read() && reader.TokenType == JsonTokenType.StartObject && reader.Read() && reader.TokenType == JsonTokenType.PropertyName &&
        reader.ValueTextEquals("items"u8) && reader.Read() && reader.TokenType == JsonTokenType.StartArray;

    /// <returns>False when the data is one item.</returns>
    internal static bool TrySplit(ReadOnlyMemory<byte> data, out List<ReadOnlyMemory<byte>> items)
    {
        items = [];
        if (data.IsEmpty)
            return false;
        var reader = new Utf8JsonReader(data.Span, JsonDepth.Stored);
        if (!StandAt(ref reader))
            return false;

        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            var start = (int)reader.TokenStartIndex;
            reader.Skip();
            items.Add(data[start..(int)reader.BytesConsumed]);
        }

        return reader.Read() && reader.TokenType == JsonTokenType.EndObject;
    }
}
