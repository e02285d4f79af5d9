namespace Parley.Server.Wire;

/// <summary>Finds the name that somebody who mistyped one probably meant.</summary>
internal static class DidYouMean
{
    /// <returns>The nearest name, or null when none is near: more than a third of its letters, or more than three, would have to change.</returns>
    public static string? To(string given, IEnumerable<string> known)
    {
        if (given.Length > 100)
            return null;

        string? best = null;
        var least = int.MaxValue;
        foreach (var name in known)
        {
            var distance = Distance(given.ToLowerInvariant(), name.ToLowerInvariant());
            if (distance < least)
                (best, least) = (name, distance);
        }

        return best is not null && least <= Math.Min(3, Math.Max(1, best.Length / 3)) ? best : null;
    }

    /// <summary>The letters to insert, delete or replace, two that stand in the wrong order counted once: the commonest slip of all.</summary>
    private static int Distance(string from, string to)
    {
        var cost = new int[from.Length + 1, to.Length + 1];
        for (var line = 0; line <= from.Length; line++)
            cost[line, 0] = line;
        for (var column = 0; column <= to.Length; column++)
            cost[0, column] = column;

        for (var line = 1; line <= from.Length; line++)
        {
            for (var column = 1; column <= to.Length; column++)
            {
                var replaced = cost[line - 1, column - 1] + (from[line - 1] == to[column - 1] ? 0 : 1);
                cost[line, column] = Math.Min(replaced, Math.Min(cost[line - 1, column], cost[line, column - 1]) + 1);
                if (line > 1 && column > 1 && from[line - 1] == to[column - 2] && from[line - 2] == to[column - 1])
                    cost[line, column] = Math.Min(cost[line, column], cost[line - 2, column - 2] + 1);
            }
        }

        return cost[from.Length, to.Length];
    }
}
