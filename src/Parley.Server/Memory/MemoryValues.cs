using System.Globalization;
using System.Text.Json;
using Parley.Protocol;
using Parley.Server.Wire;

namespace Parley.Server.Memory;

/// <summary>Computes new values from current ones.</summary>
internal static class MemoryValues
{
    /// <summary>A JSON merge patch (RFC 7396).</summary>
    /// <param name="present">Undefined if there is no value yet.</param>
    internal static JsonElement Merge(JsonElement present, JsonElement patch)
    {
        if (patch.ValueKind != JsonValueKind.Object)
            return patch.Clone();
        using var json = new FrameBuffer();
        using (var writer = new Utf8JsonWriter(json))
            Write(writer, present, patch);
        return JsonElement.Parse(json.From(0).Span, JsonDepth.StoredDocument);
    }

    /// <returns>Null if it is not a number, or if JSON readers would disagree about the sum.</returns>
    internal static JsonElement? Add(JsonElement present, JsonElement amount)
    {
        if (present.ValueKind == JsonValueKind.Undefined)
            return amount.Clone();
        if (present.ValueKind != JsonValueKind.Number)
            return null;
        if (present.TryGetInt64(out var whole) && amount.TryGetInt64(out var more))
        {
            // A sum beyond 64 bits would silently become a different number.
            var sum = (Int128)whole + more;
            return sum >= long.MinValue && sum <= long.MaxValue ? Number(((long)sum).ToString(CultureInfo.InvariantCulture)) : null;
        }

        var real = present.GetDouble() + amount.GetDouble();
        return double.IsFinite(real) ? Number(real.ToString("R", CultureInfo.InvariantCulture)) : null;
    }

    internal static bool IsNumber(JsonElement value) => value.ValueKind == JsonValueKind.Number && double.IsFinite(value.GetDouble());

    private static JsonElement Number(string text) => JsonElement.Parse(text);

    private static void Write(Utf8JsonWriter writer, JsonElement present, JsonElement patch)
    {
        writer.WriteStartObject();
        if (present.ValueKind == JsonValueKind.Object)
        {
            foreach (var member in present.EnumerateObject())
            {
                if (!patch.TryGetProperty(member.Name, out _))
                    member.WriteTo(writer);
            }
        }

        foreach (var member in patch.EnumerateObject())
        {
            if (member.Value.ValueKind == JsonValueKind.Null)
                continue;
            writer.WritePropertyName(member.Name);
            if (member.Value.ValueKind == JsonValueKind.Object)
                Write(writer, present.ValueKind == JsonValueKind.Object && present.TryGetProperty(member.Name, out var before) ? before : default, member.Value);
            else
                member.Value.WriteTo(writer);
        }

        writer.WriteEndObject();
    }
}
