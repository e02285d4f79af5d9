using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Parley.Protocol;
using Parley.Server.Wire;

namespace Parley.Server.Routing;

/// <summary>What the rules that match a message do to it.</summary>
internal sealed class RuleEffect
{
    private static readonly JsonWriterOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    private readonly List<CompiledRule> _rules = [];

    /// <summary>The rules that match, in order.</summary>
    internal IReadOnlyList<CompiledRule> Rules => _rules;

    /// <summary>The rule that decides where the message goes: the first with an address. Null if none has one.</summary>
    internal CompiledRule? Mover { get; private set; }

    /// <summary>The least priority; null if no rule has one.</summary>
    internal Priority? Priority { get; private set; }

    internal bool AddsMetadata { get; private set; }

    internal void Add(CompiledRule rule)
    {
        _rules.Add(rule);
        if (rule.To is not null)
            Mover ??= rule;
        if (rule.Priority > (Priority ?? 0))
            Priority = rule.Priority;
        AddsMetadata |= rule.Adds.Length > 0;
    }

    /// <summary>A message's metadata with the fields that the rules add. They replace the sender's; between rules, the first counts.</summary>
    /// <param name="metadata">A JSON object; empty for none.</param>
    internal byte[] Metadata(ReadOnlyMemory<byte> metadata)
    {
        var added = new OrderedDictionary<string, byte[]>(StringComparer.Ordinal);
        foreach (var rule in _rules)
        {
            foreach (var (field, value) in rule.Adds)
                added.TryAdd(field, value);
        }

        var bytes = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(bytes, Plain))
        {
            writer.WriteStartObject();
            if (!metadata.IsEmpty)
            {
                using var document = JsonDocument.Parse(metadata, JsonDepth.StoredDocument);
                foreach (var field in document.RootElement.EnumerateObject().Where(field => !added.ContainsKey(field.Name)))
                    field.WriteTo(writer);
            }

            foreach (var (field, value) in added)
            {
                writer.WritePropertyName(field);
                writer.WriteRawValue(value, skipInputValidation: true);
            }

            writer.WriteEndObject();
        }

        return bytes.WrittenSpan.ToArray();
    }

    /// <summary>What each rule did, for the trace.</summary>
    /// <param name="before">The message's priority before the rules.</param>
    /// <param name="notMoved">Why the message went where it was addressed, although a rule has an address; null if it was moved, or no rule has
    /// one.</param>
    internal IEnumerable<string> Lines(Priority before, string? notMoved) =>
        _rules.Select(rule => RuleLine.Of(rule.Name, Effect(rule, before, notMoved)));

    /// <inheritdoc cref="Lines"/>
    internal string Effect(CompiledRule rule, Priority before, string? notMoved)
    {
        var parts = new List<string>();
        if (rule.To is { } to)
        {
            parts.Add(
                rule != Mover ? $"not sent to {string.Join(", ", to)}: '{Mover!.Name}' comes first"
                : notMoved is not null ? $"not sent to {string.Join(", ", to)}: {notMoved}"
                : $"sent to {string.Join(", ", to)}");
        }

        if (rule.Priority is { } priority)
            parts.Add(priority > before ? $"priority {(int)before} raised to {(int)priority}" : $"priority {(int)before} kept");
        if (rule.Adds.Length > 0)
            parts.Add($"added {string.Join(", ", rule.Adds.Select(add => add.Field))} to the metadata");
        if (rule.Stops)
            parts.Add("stopped");
        return parts.Count > 0 ? string.Join("; ", parts) : "matched";
    }
}
