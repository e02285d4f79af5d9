using System.Collections.Frozen;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Parley.Protocol;
using Parley.Server.Log;

namespace Parley.Server.Routing;

/// <summary>A rule in the form in which messages are checked against it.</summary>
internal sealed class CompiledRule
{
    private readonly EventTypes? _types;
    private readonly FrozenSet<string>? _senders;
    private readonly FrozenSet<string>? _to;
    private readonly RuleField[] _fields;
    private readonly int[]? _words;
    private readonly Regex? _pattern;

    /// <param name="rule">A rule that <see cref="RuleChanges.Check"/> accepts.</param>
    /// <param name="words">The numbers of its words.</param>
    /// <param name="fields">The numbers of all metadata fields that conditions name.</param>
    /// <param name="pattern">Its expression, compiled.</param>
    internal CompiledRule(RoutingRule rule, int[]? words, IReadOnlyDictionary<string, int> fields, Regex? pattern)
    {
        var when = rule.When ?? new RoutingConditions();
        Name = rule.Name!;
        To = rule.To;
        Priority = rule.Priority;
        Adds = FieldsOf(rule.Metadata) is { Length: > 0 } added
            ? [.. added.Select(field => (field.Field, Encoding.UTF8.GetBytes(field.Value.GetRawText())))]
            : [];
        Stops = rule.Stop == true;
        _types = when.Types is { } types ? new EventTypes(types) : null;
        _senders = when.Senders?.ToFrozenSet(StringComparer.Ordinal);
        _to = when.To?.ToFrozenSet(StringComparer.Ordinal);
        _fields = [.. FieldsOf(when.Metadata).Select(field => new RuleField(fields[field.Field], field.Value))];
        _words = words;
        _pattern = pattern;
    }

    internal string Name { get; }

    /// <summary>Where it sends messages; null if it leaves that as it is.</summary>
    internal IReadOnlyList<string>? To { get; }

    /// <summary>The least priority.</summary>
    internal Priority? Priority { get; }

    /// <summary>The fields that it adds to the metadata, with their JSON.</summary>
    internal (string Field, byte[] Value)[] Adds { get; }

    internal bool Stops { get; }

    /// <returns>The first condition that does not hold; <see cref="RuleCondition.None"/> if the rule matches.</returns>
    internal RuleCondition Unmet(in RuledMessage message, RuleReading reading)
    {
        if (_types is not null && !_types.Take(message.Type))
            return RuleCondition.Types;
        if (_senders is not null && !IsFrom(message, reading))
            return RuleCondition.Senders;
        if (_to is not null && !IsTo(message.To))
            return RuleCondition.To;
        foreach (var field in _fields)
        {
            if (!reading.Has(field))
                return RuleCondition.Metadata;
        }

        if (_words is not null && !reading.HasOneOf(_words))
            return RuleCondition.Words;
        return _pattern is not null && !reading.Matches(_pattern) ? RuleCondition.Pattern : RuleCondition.None;
    }

    private bool IsFrom(in RuledMessage message, RuleReading reading) =>
        _senders!.Contains(message.Sender) || (reading.SenderRole is { } role && _senders.Contains(role));

    private bool IsTo(IReadOnlyList<string> addresses)
    {
        foreach (var address in addresses)
        {
            if (_to!.Contains(address))
                return true;
        }

        return false;
    }

    /// <summary>The fields of an object; none for null.</summary>
    internal static (string Field, JsonElement Value)[] FieldsOf(JsonElement? metadata) =>
        metadata is { ValueKind: JsonValueKind.Object } given ? [.. given.EnumerateObject().Select(field => (field.Name, field.Value.Clone()))] : [];
}
