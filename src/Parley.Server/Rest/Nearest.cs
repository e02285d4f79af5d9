namespace Parley.Server.Rest;

/// <summary>Finds the name that somebody who mistyped one probably meant.</summary>
internal static class Nearest
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

    /// <summary>Levenshtein's: the letters to insert, delete or replace.</summary>
    private static int Distance(string from, string to)
    {
        var row = new int[to.Length + 1];
        for (var column = 0; column <= to.Length; column++)
            row[column] = column;

        for (var line = 1; line <= from.Length; line++)
        {
            var diagonal = row[0];
            row[0] = line;
            for (var column = 1; column <= to.Length; column++)
            {
                var replaced = diagonal + (from[line - 1] == to[column - 1] ? 0 : 1);
                diagonal = row[column];
                row[column] = Math.Min(replaced, Math.Min(row[column], row[column - 1]) + 1);
            }
        }

        return row[to.Length];
    }
}
