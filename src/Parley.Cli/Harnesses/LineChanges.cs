namespace Parley.Cli.Harnesses;

/// <summary>What changes between two texts, line by line, as <c>diff</c> shows it.</summary>
internal static class LineChanges
{
    /// <summary>Past it, finding the shortest list of changes takes too long.</summary>
    private const int MostCompared = 2_000;

    /// <summary>Each line that is removed or added, with <c>-</c> or <c>+</c> before it.</summary>
    internal static IReadOnlyList<string> Of(string? before, string? after)
    {
        var (old, now) = (Lines(before), Lines(after));
        var same = 0;
        while (same < old.Length && same < now.Length && old[same] == now[same])
            same++;
        var tail = 0;
        while (tail < old.Length - same && tail < now.Length - same && old[^(tail + 1)] == now[^(tail + 1)])
            tail++;
        return Between(old[same..^tail], now[same..^tail]);
    }

    private static List<string> Between(string[] old, string[] now)
    {
        if (old.Length > MostCompared || now.Length > MostCompared)
            return [.. old.Select(static line => $"-{line}"), .. now.Select(static line => $"+{line}")];

        // The lengths of the longest common parts of all ends.
        var common = new int[old.Length + 1, now.Length + 1];
        for (var i = old.Length - 1; i >= 0; i--)
        {
            for (var j = now.Length - 1; j >= 0; j--)
                common[i, j] = old[i] == now[j] ? common[i + 1, j + 1] + 1 : Math.Max(common[i + 1, j], common[i, j + 1]);
        }

        var changes = new List<string>();
        for (var (i, j) = (0, 0); i < old.Length || j < now.Length;)
        {
            if (i < old.Length && j < now.Length && old[i] == now[j])
                (i, j) = (i + 1, j + 1);
            else if (i < old.Length && (j == now.Length || common[i + 1, j] >= common[i, j + 1]))
                changes.Add($"-{old[i++]}");
            else
                changes.Add($"+{now[j++]}");
        }

        return changes;
    }

    private static string[] Lines(string? text) => string.IsNullOrEmpty(text) ? [] : text.TrimEnd('\n').ReplaceLineEndings("\n").Split('\n');
}
