using Parley.Server.Routing;

namespace Parley.Server.Statistics;

/// <summary>What a message's routing counts as: the rules that touched it, and the kinds of address by which its recipients were found.</summary>
internal static class RoutingTally
{
    /// <summary>The kinds of counters, as stored.</summary>
    internal const int Rule = 1, Strategy = 2;

    private static readonly string[] Groups = ["capability", "squad", "role", "topic"];

    /// <param name="rows">A message's routing; the number of messages that have it, and the first and the last time.</param>
    internal static IEnumerable<(int Kind, string Name, long Messages, long First, long Last)> Of(IEnumerable<CountRow> rows)
    {
        var sums = new Dictionary<(int Kind, string Name), (long Messages, long First, long Last)>();
        foreach (var row in rows)
        {
            var lines = row.Texts[0]!.Split('\n');
            var rules = RuleLine.RulesIn(lines);
            var ways = lines.Skip(rules.Count).Select(WayOf).Distinct(StringComparer.Ordinal);
            foreach (var key in rules.Select(rule => (Rule, rule)).Concat(ways.Select(way => (Strategy, way))))
            {
                var sum = sums.GetValueOrDefault(key, (0, long.MaxValue, 0));
                sums[key] = (sum.Messages + row.Numbers[0], Math.Min(sum.First, row.Numbers[1]), Math.Max(sum.Last, row.Numbers[2]));
            }
        }

        return sums.Select(sum => (sum.Key.Kind, sum.Key.Name, sum.Value.Messages, sum.Value.First, sum.Value.Last));
    }

    private static string WayOf(string line) =>
        line.StartsWith('*') ? "narrowed" : Array.Find(Groups, group => line.StartsWith($"{group}:", StringComparison.Ordinal)) ?? "name";
}
