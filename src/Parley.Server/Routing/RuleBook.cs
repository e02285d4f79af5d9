using System.Buffers;
using System.Collections.Frozen;
using System.Text.RegularExpressions;
using Parley.Protocol;
using Parley.Server.Schemas;

namespace Parley.Server.Routing;

/// <summary>A project's rules, compiled once for all messages.</summary>
internal sealed class RuleBook
{
    private readonly CompiledRule[] _rules;

    /// <param name="rules">Rules that <see cref="RuleChanges.Check"/> accepts.</param>
    /// <exception cref="ArgumentException">An expression is not accepted.</exception>
    internal RuleBook(IReadOnlyList<RoutingRule> rules)
    {
        var words = new Dictionary<string, int>(StringComparer.OrdinalIgnoreCase);
        foreach (var word in rules.SelectMany(rule => rule.When?.Words ?? []))
            words.TryAdd(word, words.Count);
        Words = words.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);
        AnyWord = SearchValues.Create([.. words.Keys], StringComparison.OrdinalIgnoreCase);

        var fields = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var (field, _) in rules.SelectMany(rule => CompiledRule.FieldsOf(rule.When?.Metadata)))
            fields.TryAdd(field, fields.Count);
        Fields = fields.ToFrozenDictionary(StringComparer.Ordinal);

        var patterns = new List<Regex>();
        _rules = new CompiledRule[rules.Count];
        for (var at = 0; at < rules.Count; at++)
        {
            var when = rules[at].When;
            Regex? pattern = null;
            if (when?.Pattern is { } text)
            {
                var (compiled, reason) = SchemaPatterns.Compile(text);
                pattern = compiled ?? throw new ArgumentException($"The pattern of the rule '{rules[at].Name}' {reason}.", nameof(rules));
                patterns.Add(pattern);
            }

            _rules[at] = new CompiledRule(rules[at], when?.Words is { } own ? [.. own.Select(word => words[word])] : null, fields, pattern);
        }

        AnyPattern = patterns.Count < 2 ? null : Together(patterns);
    }

    /// <summary>All words of all rules, numbered.</summary>
    internal FrozenDictionary<string, int> Words { get; }

    /// <summary>Finds text that may be one of the words, or only a part of another word.</summary>
    internal SearchValues<string> AnyWord { get; }

    /// <summary>All metadata fields that conditions name, numbered.</summary>
    internal FrozenDictionary<string, int> Fields { get; }

    /// <summary>Matches if at least one of the expressions does; null if that cannot be known from one look.</summary>
    internal Regex? AnyPattern { get; }

    internal int Count => _rules.Length;

    /// <returns>What the rules do to a message; null if none matches.</returns>
    internal RuleEffect? Evaluate(in RuledMessage message)
    {
        RuleEffect? effect = null;
        using var reading = new RuleReading(this, message);
        foreach (var rule in _rules)
        {
            if (rule.Unmet(message, reading) != RuleCondition.None)
                continue;
            (effect ??= new RuleEffect()).Add(rule);
            if (rule.Stops)
                break;
        }

        return effect;
    }

    /// <summary>Each rule, and the first of its conditions that does not hold. Null for the rules after one that stopped.</summary>
    internal IReadOnlyList<(CompiledRule Rule, RuleCondition? Unmet)> Explain(in RuledMessage message)
    {
        var all = new List<(CompiledRule, RuleCondition?)>(_rules.Length);
        var stopped = false;
        using var reading = new RuleReading(this, message);
        foreach (var rule in _rules)
        {
            RuleCondition? unmet = stopped ? null : rule.Unmet(message, reading);
            all.Add((rule, unmet));
            stopped |= unmet == RuleCondition.None && rule.Stops;
        }

        return all;
    }

    private static Regex? Together(IReadOnlyList<Regex> patterns)
    {
        try
        {
            return new Regex(
                string.Join('|', patterns.Select(pattern => $"(?:{pattern})")), RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);
        }
        catch (Exception fault) when (fault is NotSupportedException or ArgumentException)
        {
            // Together, they are too large, or one of them ends in a comment that hides what comes after it. Each alone still works.
            return null;
        }
    }
}
