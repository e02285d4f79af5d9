using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Parley.Server.Wire;

namespace Parley.Server.Workflows;

/// <summary>A reference in the input of a step: <c>${build/url}</c> is the field <c>url</c> of the result of the step <c>build</c>.</summary>
internal readonly record struct StepReference(string Step, string Pointer)
{
    public override string ToString() => $"${{{Step}{Pointer}}}";
}

/// <summary>The input of a step with its references. <c>$${</c> stands for <c>${</c> itself.</summary>
internal static class StepInput
{
    /// <summary>The most bytes of an input with its references filled in: a few references can stand for many large results.</summary>
    internal const int LargestFilled = 256 * 1024;

    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>All references, each once.</summary>
    /// <param name="fault">What cannot be read as a reference; null if there is no such thing.</param>
    internal static IReadOnlyCollection<StepReference> ReferencesIn(JsonElement input, out string? fault)
    {
        var found = new HashSet<StepReference>();
        string? bad = null;
        Walk(input);
        fault = bad;
        return found;

        void Walk(JsonElement at)
        {
            switch (at.ValueKind)
            {
                case JsonValueKind.Object:
                    foreach (var field in at.EnumerateObject())
                        Walk(field.Value);
                    break;
                case JsonValueKind.Array:
                    foreach (var item in at.EnumerateArray())
                        Walk(item);
                    break;
                case JsonValueKind.String:
                    foreach (var part in PartsOf(at.GetString()!, ref bad))
                    {
                        if (part.Reference is { } reference)
                            found.Add(reference);
                    }

                    break;
            }
        }
    }

    /// <summary>The input with its references filled in.</summary>
    /// <param name="resultOf">The result of a step; null for one that has none, because it was skipped or failed, and then its references are null.</param>
    internal static bool TryFill(JsonElement input, Func<string, JsonElement?> resultOf, out JsonElement filled, [NotNullWhen(false)] out string? fault)
    {
        var json = new ArrayBufferWriter<byte>();
        string? bad = null;
        var room = LargestFilled;
        using (var writer = new Utf8JsonWriter(json, Options))
            Write(input, writer);
        fault = bad;
        filled = bad is null ? Parsed(json.WrittenSpan) : default;
        return bad is null;

        void Write(JsonElement at, Utf8JsonWriter writer)
        {
            switch (at.ValueKind)
            {
                case JsonValueKind.Object:
                    writer.WriteStartObject();
                    foreach (var field in at.EnumerateObject())
                    {
                        writer.WritePropertyName(field.Name);
                        Write(field.Value, writer);
                    }

                    writer.WriteEndObject();
                    break;
                case JsonValueKind.Array:
                    writer.WriteStartArray();
                    foreach (var item in at.EnumerateArray())
                        Write(item, writer);
                    writer.WriteEndArray();
                    break;
                case JsonValueKind.String:
                    WriteText(at, writer);
                    break;
                default:
                    at.WriteTo(writer);
                    break;
            }
        }

        void WriteText(JsonElement at, Utf8JsonWriter writer)
        {
            var parts = PartsOf(at.GetString()!, ref bad);
            if (parts is [{ Reference: { } whole }])
            {
                if (ValueOf(whole) is { } value)
                    value.WriteTo(writer);
                else
                    writer.WriteNullValue();
                return;
            }

            var text = new StringBuilder();
            foreach (var part in parts)
                text.Append(part.Reference is { } reference ? Shown(ValueOf(reference)) : part.Text);
            writer.WriteStringValue(text.ToString());
        }

        JsonElement? ValueOf(StepReference reference)
        {
            if (resultOf(reference.Step) is not { } result)
                return null;
            var value = JsonPlace.Find(result, reference.Pointer);
            room -= value?.GetRawText().Length ?? 0;
            if (room < 0)
            {
                bad ??= $"Its input would be larger than {LargestFilled} bytes with the results that it refers to.";
                return null;
            }

            if (value is null)
                bad ??= $"Its input refers to {reference}, but {(reference.Step == WorkflowPlan.InputName ? "the workflow's input" : $"the result of '{reference.Step}'")} has nothing there.";
            return value;
        }
    }

    // Texts as they are, everything else as JSON.
    private static string Shown(JsonElement? value) => value is not { ValueKind: not JsonValueKind.Null } shown
        ? ""
        : shown.ValueKind == JsonValueKind.String ? shown.GetString()! : shown.GetRawText();

    private static JsonElement Parsed(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json, JsonDepth.Stored);
        return JsonElement.ParseValue(ref reader);
    }

    private static List<(string Text, StepReference? Reference)> PartsOf(string text, ref string? fault)
    {
        var parts = new List<(string, StepReference?)>();
        var plain = new StringBuilder();
        for (var i = 0; i < text.Length; i++)
        {
            if (text.AsSpan(i).StartsWith("$${"))
            {
                plain.Append("${");
                i += 2;
            }
            else if (text.AsSpan(i).StartsWith("${"))
            {
                var end = text.IndexOf('}', i);
                if (end < 0)
                {
                    fault ??= $"'{Problems.Shown(text[i..])}' has no closing brace; write $${{ for the characters themselves";
                    break;
                }

                var inner = text[(i + 2)..end];
                var slash = inner.IndexOf('/', StringComparison.Ordinal);
                var (step, pointer) = slash < 0 ? (inner, "") : (inner[..slash], inner[slash..]);
                if (step.Length == 0 || !JsonPlace.IsOne(pointer))
                    fault ??= $"'{Problems.Shown(text[i..(end + 1)])}' is no reference: write ${{step}} or ${{step/field}}";
                if (plain.Length > 0)
                    parts.Add((plain.ToString(), null));
                plain.Clear();
                parts.Add(("", new StepReference(step, pointer)));
                i = end;
            }
            else
            {
                plain.Append(text[i]);
            }
        }

        if (plain.Length > 0 || parts.Count == 0)
            parts.Add((plain.ToString(), null));
        return parts;
    }
}
