using System.Text.Json;

namespace Parley.Server.Routing;

/// <summary>What rules look at: a message as its sender asked for it.</summary>
/// <param name="Sender">The id of its sender.</param>
/// <param name="To">The addresses as they were written.</param>
/// <param name="Content">A JSON string with its quotes; empty for none.</param>
/// <param name="Metadata">A JSON object; empty for none.</param>
internal readonly record struct RuledMessage(
    string Type, string Sender, string? SenderRole, IReadOnlyList<string> To, ReadOnlyMemory<byte> Content, ReadOnlyMemory<byte> Metadata);

/// <summary>A condition of a rule, in the order in which they are checked: those that cost the least first.</summary>
internal enum RuleCondition
{
    None,
    Types,
    Senders,
    To,
    Metadata,
    Words,
    Pattern,
}

/// <summary>A field that a message's metadata must have.</summary>
/// <param name="number">See <see cref="RuleBook.Fields"/>.</param>
internal sealed class RuleField(int number, JsonElement value)
{
    private readonly FieldValue _value = new(value);

    /// <param name="present">The message's values, by number.</param>
    internal bool IsIn(FieldValue[] present) => present[number].Equals(_value);
}

/// <summary>The value of a field; the default for a field that is absent.</summary>
internal readonly struct FieldValue(JsonElement json)
{
    // Nearly all values are text, which is compared much faster as that than as any JSON.
    private readonly string? _text = json.ValueKind == JsonValueKind.String ? json.GetString() : null;

    private readonly JsonElement _json = json;

    internal bool Equals(in FieldValue other) => _text is not null || other._text is not null
        ? string.Equals(_text, other._text, StringComparison.Ordinal)
        : _json.ValueKind != JsonValueKind.Undefined && JsonElement.DeepEquals(_json, other._json);
}
