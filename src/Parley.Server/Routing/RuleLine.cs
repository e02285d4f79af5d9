namespace Parley.Server.Routing;

/// <summary>How a message's routing records what a rule did to it: one line each, in front of how its addresses were resolved.</summary>
internal static class RuleLine
{
    // No address starts with this: neither an id nor a name has a tab.
    private const string Start = "rule\t";

    internal static string Of(string rule, string effect) => $"{Start}{rule}\t{effect}";

    /// <summary>The names of the rules that touched a message.</summary>
    /// <remarks>Ends at the first line of an address: in older messages, the name of a topic may have line breaks, and could pretend to be a rule.</remarks>
    internal static IReadOnlyList<string> RulesIn(IReadOnlyList<string> routing) =>
        [.. routing.TakeWhile(IsOne).Select(line => line[Start.Length..line.IndexOf('\t', Start.Length)])];

    /// <summary>What each rule did, by its name.</summary>
    internal static IReadOnlyDictionary<string, string> EffectsIn(IReadOnlyList<string> routing) =>
        routing.TakeWhile(IsOne).Select(line => (Line: line, End: line.IndexOf('\t', Start.Length)))
            .ToDictionary(one => one.Line[Start.Length..one.End], one => one.Line[(one.End + 1)..], StringComparer.Ordinal);

    /// <summary>The lines as people read them.</summary>
    internal static IReadOnlyList<string> Shown(IReadOnlyList<string> routing)
    {
        var rules = routing.TakeWhile(IsOne).Count();
        return [.. routing.Select((line, at) => at >= rules ? line : Shown(line))];
    }

    private static bool IsOne(string line) => line.StartsWith(Start, StringComparison.Ordinal) && line.IndexOf('\t', Start.Length) > 0;

    private static string Shown(string line)
    {
        var end = line.IndexOf('\t', Start.Length);
        return $"rule {line[Start.Length..end]}: {line[(end + 1)..]}";
    }
}
