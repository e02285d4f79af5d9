using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using System.Text.Unicode;
using Parley.Protocol;

namespace Parley.Server.Wire;

/// <summary>Finds everything that is wrong with a document that could not be read, and describes it in terms of the wire. The serializer's own
/// exceptions stop at the first fault and name .NET types. This compares the document with the type instead.</summary>
internal sealed class JsonDiagnosis
{
    /// <summary>The name for faults of the document as a whole.</summary>
    public const string WholeBody = "body";

    // A hostile body has room for a million faults; no reader wants them.
    private const int MostErrors = 20;

    private readonly Dictionary<string, IReadOnlyList<string>> _errors = new(StringComparer.Ordinal);

    private JsonDiagnosis()
    {
    }

    /// <param name="path">Where the serializer stopped, if it did. Used if nothing else is found.</param>
    /// <returns>Reasons by field; at least one.</returns>
    public static IReadOnlyDictionary<string, IReadOnlyList<string>> Explain(ReadOnlySpan<byte> json, JsonTypeInfo type, string? path)
    {
        var diagnosis = new JsonDiagnosis();
        if (json.IsEmpty)
            diagnosis.Add(WholeBody, "is empty; expected an object");
        else if (!Utf8.IsValid(json))
            diagnosis.Add(WholeBody, "is not valid UTF-8");
        else
            diagnosis.WalkDocument(json, type);

        if (diagnosis._errors.Count == 0)
            diagnosis.Add(path is { Length: > 2 } ? path[2..] : WholeBody, "has a value that is not allowed here");
        return diagnosis._errors;
    }

    /// <summary>Finds nulls that are items of a list or values of a map, unless it is free JSON.</summary>
    /// <returns>Reasons by field; null if there are none.</returns>
    public static IReadOnlyDictionary<string, IReadOnlyList<string>>? NullItems(ReadOnlySpan<byte> json, JsonTypeInfo type)
    {
        var diagnosis = new JsonDiagnosis();
        diagnosis.WalkDocument(json, type);
        var nulls = diagnosis._errors.Where(error => error.Value.Any(reason => reason.StartsWith("is null;", StringComparison.Ordinal)))
            .ToDictionary(error => error.Key, error => error.Value, StringComparer.Ordinal);
        return nulls.Count == 0 ? null : nulls;
    }

    private void WalkDocument(ReadOnlySpan<byte> json, JsonTypeInfo type)
    {
        var reader = new Utf8JsonReader(json, JsonDepth.Input);
        try
        {
            reader.Read();
            if (reader.TokenType == JsonTokenType.Null)
                Add(WholeBody, "is null; expected an object");
            else
                Walk(ref reader, type, "");

            // Reading on makes the reader complain about anything after the document.
            reader.Read();
        }
        catch (JsonException exception)
        {
            Add(WholeBody, IsTooDeep(json, reader)
                ? string.Create(CultureInfo.InvariantCulture, $"is nested deeper than {JsonDepth.OfInput} levels")
                : string.Create(CultureInfo.InvariantCulture, $"is not valid JSON at line {exception.LineNumber + 1}, byte {exception.BytePositionInLine + 1}"));
        }
    }

    // The reader's exception does not say that the depth is the cause. But if it is, the reader is at the deepest level, before another one starts.
    private static bool IsTooDeep(ReadOnlySpan<byte> json, Utf8JsonReader reader) =>
        reader.CurrentDepth >= JsonDepth.OfInput - 1
        && json[(int)reader.BytesConsumed..].TrimStart(" \t\r\n,:"u8) is [(byte)'[' or (byte)'{', ..];

    private void Walk(ref Utf8JsonReader reader, JsonTypeInfo type, string path)
    {
        if (type.Kind == JsonTypeInfoKind.Object)
            WalkObject(ref reader, type, path);
        else if (type.Kind == JsonTypeInfoKind.Dictionary)
            WalkMap(ref reader, type.Options.GetTypeInfo(type.ElementType!), path);
        else if (type.Kind == JsonTypeInfoKind.Enumerable)
            WalkArray(ref reader, type.Options.GetTypeInfo(type.ElementType!), path);
        else if (type.Type == typeof(JsonElement) || type.Type == typeof(JsonElement?))
            WalkAnything(ref reader, path);
        else
            CheckLeaf(ref reader, WireType.Of(type.Type), path);
    }

    private void WalkObject(ref Utf8JsonReader reader, JsonTypeInfo type, string path)
    {
        if (!Expect(ref reader, JsonTokenType.StartObject, "an object", path))
            return;

        var seen = new HashSet<string>(StringComparer.Ordinal);
        while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
        {
            var (name, field) = ReadName(ref reader, seen, path);
            var property = type.Properties.FirstOrDefault(known => known.Name == name);
            if (property is null)
            {
                Add(field, DidYouMean.ToField(name, [.. type.Properties.Select(known => known.Name)]) is { } near
                    ? $"is not a field here; did you mean '{near}'?"
                    : "is not a field here");
                reader.Skip();
            }
            else if (reader.TokenType == JsonTokenType.Null && MayBeNull(property.PropertyType))
            {
                continue;
            }
            else if (property.CustomConverter is QuestionOptionsConverter)
            {
                WalkOptions(ref reader, type.Options.GetTypeInfo(typeof(QuestionOption)), field);
            }
            else if (property.CustomConverter is not null)
            {
                CheckAddresses(ref reader, field);
            }
            else
            {
                Walk(ref reader, type.Options.GetTypeInfo(property.PropertyType), field);
            }
        }
    }

    /// <summary>Options of a question: each a text, or an object that must have a value.</summary>
    private void WalkOptions(ref Utf8JsonReader reader, JsonTypeInfo option, string path)
    {
        if (!Expect(ref reader, JsonTokenType.StartArray, "an array", path))
            return;

        for (var index = 0; reader.Read() && reader.TokenType != JsonTokenType.EndArray; index++)
        {
            var item = string.Create(CultureInfo.InvariantCulture, $"{path}[{index}]");
            if (reader.TokenType == JsonTokenType.String)
            {
                CheckText(ref reader, item);
                continue;
            }

            var start = reader;
            if (!Expect(ref reader, JsonTokenType.StartObject, "a text or an object", item))
                continue;
            reader = start;
            if (HasValue(ref start))
                WalkObject(ref reader, option, item);
            else
                Add($"{item}.value", "is missing");
            if (reader.TokenType == JsonTokenType.StartObject)
                reader.Skip();
        }
    }

    private static bool HasValue(ref Utf8JsonReader option)
    {
        var parsed = JsonElement.ParseValue(ref option);
        try
        {
            return parsed.TryGetProperty("value", out _);
        }
        catch (InvalidOperationException)
        {
            // One of its names is no text. The walk finds which one, and that is what is wrong.
            return true;
        }
    }

    private void WalkMap(ref Utf8JsonReader reader, JsonTypeInfo element, string path)
    {
        if (!Expect(ref reader, JsonTokenType.StartObject, "an object", path))
            return;

        var seen = new HashSet<string>(StringComparer.Ordinal);
        while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
            Walk(ref reader, element, ReadName(ref reader, seen, path).Field);
    }

    private void WalkArray(ref Utf8JsonReader reader, JsonTypeInfo element, string path)
    {
        if (!Expect(ref reader, JsonTokenType.StartArray, "an array", path))
            return;

        for (var index = 0; reader.Read() && reader.TokenType != JsonTokenType.EndArray; index++)
            Walk(ref reader, element, string.Create(CultureInfo.InvariantCulture, $"{path}[{index}]"));
    }

    private void WalkAnything(ref Utf8JsonReader reader, string path)
    {
        if (reader.TokenType == JsonTokenType.String)
        {
            CheckText(ref reader, path);
        }
        else if (reader.TokenType == JsonTokenType.StartArray)
        {
            for (var index = 0; reader.Read() && reader.TokenType != JsonTokenType.EndArray; index++)
                WalkAnything(ref reader, string.Create(CultureInfo.InvariantCulture, $"{path}[{index}]"));
        }
        else if (reader.TokenType == JsonTokenType.StartObject)
        {
            var seen = new HashSet<string>(StringComparer.Ordinal);
            while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
                WalkAnything(ref reader, ReadName(ref reader, seen, path).Field);
        }
    }

    /// <summary>Reads a field's name and moves to its value. Records names that occur twice or are not valid text.</summary>
    private (string Name, string Field) ReadName(ref Utf8JsonReader reader, HashSet<string> seen, string path)
    {
        var sound = !reader.ValueIsEscaped || JsonText.IsSoundString(reader.ValueSpan);
        var name = sound ? reader.GetString()! : "?";
        var field = path.Length == 0 ? Problems.Shown(name) : $"{path}.{Problems.Shown(name)}";
        if (!sound)
            Add(field, "has a name that contains NUL or half a surrogate pair");
        else if (!seen.Add(name))
            Add(field, "is given twice");
        reader.Read();
        return (name, field);
    }

    private void CheckLeaf(ref Utf8JsonReader reader, WireType expected, string path)
    {
        if (!CheckText(ref reader, path))
            return;
        if (!expected.Accepts(ref reader))
            Add(path, $"is {NameOf(reader.TokenType)}; expected {expected.Name}");
        reader.Skip();
    }

    private void CheckAddresses(ref Utf8JsonReader reader, string path)
    {
        if (reader.TokenType == JsonTokenType.String)
        {
            CheckText(ref reader, path);
            return;
        }

        if (!Expect(ref reader, JsonTokenType.StartArray, "a text or an array of texts", path))
            return;
        for (var index = 0; reader.Read() && reader.TokenType != JsonTokenType.EndArray; index++)
            CheckLeaf(ref reader, WireType.Of(typeof(string)), string.Create(CultureInfo.InvariantCulture, $"{path}[{index}]"));
    }

    private bool CheckText(ref Utf8JsonReader reader, string path)
    {
        if (reader.TokenType != JsonTokenType.String || !reader.ValueIsEscaped || JsonText.IsSoundString(reader.ValueSpan))
            return true;
        Add(path, "contains NUL (\\u0000) or half a surrogate pair");
        return false;
    }

    private bool Expect(ref Utf8JsonReader reader, JsonTokenType token, string what, string path)
    {
        if (reader.TokenType == token)
            return true;
        Add(path.Length == 0 ? WholeBody : path, $"is {NameOf(reader.TokenType)}; expected {what}");
        reader.Skip();
        return false;
    }

    private void Add(string field, string reason)
    {
        if (_errors.Count < MostErrors || _errors.ContainsKey(field))
            _errors[field] = _errors.TryGetValue(field, out var before) ? [.. before, reason] : [reason];
    }

    private static bool MayBeNull(Type type) => !type.IsValueType || Nullable.GetUnderlyingType(type) is not null;

    private static string NameOf(JsonTokenType token) => token switch
    {
        JsonTokenType.StartObject => "an object",
        JsonTokenType.StartArray => "an array",
        JsonTokenType.String => "a text",
        JsonTokenType.Number => "a number",
        JsonTokenType.True or JsonTokenType.False => "true or false",
        _ => "null",
    };
}
