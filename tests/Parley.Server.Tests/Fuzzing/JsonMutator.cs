using System.Text;
using System.Text.Json;

namespace Parley.Server.Tests.Fuzzing;

/// <summary>Makes bad JSON of good JSON: what a careless or a hostile client would send. The same random numbers give the same bytes.</summary>
internal sealed class JsonMutator(Random random)
{
    /// <summary>Values of every type, at and beyond every bound.</summary>
    private static readonly string[] Strange =
    [
        "null", "true", "false", "0", "-1", "1", "0.5", "1e400", "-1e-400", "2147483648", "99999999999999999999999999", "1E2", "[]", "{}", "[null]",
        "[[]]", "[1,\"a\"]", "{\"\":0}", "\"\"", "\" \"", "\"\\u0000\"", "\"a\\u0000b\"", "\"\\u0007\\u001b[31m\"", "\"\\u202egnp.exe\"", "\"\\u2066\\u200f\"",
        "\"\\ud800\"", "\"\\udc00\\ud800\"", "\"\\ufffe\"", "\"*\"", "\"human\"", "\"capability:\"", "\"squad:\"", "\"topic:>.>\"", "\"../../etc/passwd\"",
        "\"2026-13-45T99:00:00Z\"", "\"0001-01-01T00:00:00Z\"", "\"9999-12-31T23:59:59.999Z\"", "\"00000000-0000-0000-0000-000000000000\"",
        "\"0199e1c2-0000-7000-8000-000000000412\"", "\"'; DROP TABLE log; --\"", "\"{}\"", "\"\\\"\"", "\"\\\\\"", "\"👩‍👩‍👧\"", "NaN", "Infinity", "01", "+1", "'a'", "undefined",
    ];

    private static readonly string[] Names = ["\"x\"", "\"\"", "\"__proto__\"", "\"$type\"", "\"Content\"", "\"project_id\"", "\"\\u0000\"", "\"to\"", "\"items\"", "\"\\ud800\""];

    /// <summary>Bytes that are no UTF-8, and marks that some readers swallow.</summary>
    private static readonly byte[][] Bytes = [[0xFF], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xF5, 0x80, 0x80, 0x80], [0xEF, 0xBB, 0xBF], [0x00], [0x1F], [0x7F], [0xE2, 0x80, 0xA8]];

    /// <summary>One to three changes; now and then something that never was JSON.</summary>
    internal byte[] Mutate(string json)
    {
        if (random.Next(25) == 0)
            return Noise();
        var bytes = Encoding.UTF8.GetBytes(json);
        for (var changes = random.Next(1, 4); changes > 0 && Look(bytes) is { } parts; changes--)
            bytes = Change(bytes, parts);
        return bytes;
    }

    private byte[] Change(byte[] json, Parts parts) => random.Next(16) switch
    {
        0 => json[..random.Next(json.Length)],
        1 => Splice(json, random.Next(json.Length), 0, Pick(Bytes)),
        2 => Flip(json),
        3 => Drop(json, parts),
        4 or 5 => Insert(json, parts, $"{Pick(Names)}:{Pick(Strange)},"),
        6 => Insert(json, parts, $"{Encoding.UTF8.GetString(json[Pick(parts.Properties)])},"),
        7 => Replace(json, parts, Deep()),
        8 => Replace(json, parts, $"\"{new string('x', random.Next(1, 4) * random.Next(1, 1_000))}\""),
        9 => Replace(json, parts, string.Concat("[", string.Join(',', Enumerable.Repeat(Pick(Strange), random.Next(1, 1_200))), "]")),
        10 => Splice(json, json.Length, 0, Encoding.UTF8.GetBytes(Pick(Strange))),
        _ => Replace(json, parts, Pick(Strange)),
    };

    private byte[] Noise()
    {
        var noise = new byte[random.Next(0, 200)];
        random.NextBytes(noise);
        return noise;
    }

    private string Deep()
    {
        var depth = random.Next(2) == 0 ? random.Next(50, 80) : random.Next(1_000, 20_000);
        return random.Next(2) == 0
            ? string.Concat(new string('[', depth), new string(']', depth))
            : string.Concat(string.Concat(Enumerable.Repeat("{\"a\":", depth)), "1", new string('}', depth));
    }

    private byte[] Flip(byte[] json)
    {
        var flipped = json.ToArray();
        flipped[random.Next(flipped.Length)] ^= (byte)(1 << random.Next(8));
        return flipped;
    }

    private byte[] Drop(byte[] json, Parts parts)
    {
        var property = Pick(parts.Properties);
        // With its comma where it has one; where it has none, what is left is no JSON, which is as well.
        var end = property.End.Value < json.Length && json[property.End.Value] == (byte)',' ? property.End.Value + 1 : property.End.Value;
        return Splice(json, property.Start.Value, end - property.Start.Value, []);
    }

    private byte[] Insert(byte[] json, Parts parts, string property) => Splice(json, Pick(parts.Objects) + 1, 0, Encoding.UTF8.GetBytes(property));

    private byte[] Replace(byte[] json, Parts parts, string value)
    {
        var (start, length) = Pick(parts.Values).GetOffsetAndLength(json.Length);
        return Splice(json, start, length, Encoding.UTF8.GetBytes(value));
    }

    private static byte[] Splice(byte[] bytes, int at, int remove, byte[] put) => [.. bytes.AsSpan(0, at), .. put, .. bytes.AsSpan(at + remove)];

    private T Pick<T>(IReadOnlyList<T> from) => from[random.Next(from.Count)];

    /// <param name="Values">Every value, the whole one too.</param>
    /// <param name="Properties">From the name to the end of the value.</param>
    /// <param name="Objects">Where each object begins.</param>
    private sealed record Parts(List<Range> Values, List<Range> Properties, List<int> Objects);

    /// <returns>Null when it is no JSON any more, or holds no property.</returns>
    private static Parts? Look(byte[] json)
    {
        var parts = new Parts([], [], []);
        try
        {
            var reader = new Utf8JsonReader(json);
            reader.Read();
            Walk(ref reader, parts);
            reader.Read();
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException)
        {
            return null;
        }

        return parts.Properties.Count > 0 ? parts : null;
    }

    private static void Walk(ref Utf8JsonReader reader, Parts parts)
    {
        var start = (int)reader.TokenStartIndex;
        if (reader.TokenType is JsonTokenType.StartArray or JsonTokenType.StartObject)
        {
            if (reader.TokenType == JsonTokenType.StartObject)
                parts.Objects.Add(start);
            while (reader.Read() && reader.TokenType is not (JsonTokenType.EndArray or JsonTokenType.EndObject))
            {
                var name = reader.TokenType == JsonTokenType.PropertyName ? (int)reader.TokenStartIndex : -1;
                if (name >= 0)
                    reader.Read();
                Walk(ref reader, parts);
                if (name >= 0)
                    parts.Properties.Add(name..(int)reader.BytesConsumed);
            }
        }

        parts.Values.Add(start..(int)reader.BytesConsumed);
    }
}
