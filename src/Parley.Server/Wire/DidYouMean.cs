namespace Parley.Server.Wire;

/// <summary>Finds the name that a mistyped one probably means.</summary>
internal static class DidYouMean
{
    // With more wrong letters than this, it is another name, not a typo.
    private const int MostSlips = 3;

    /// <summary>Names that other message systems use for the fields of a send, with the names here. A distance would not find them.</summary>
    private static readonly Dictionary<string, string> Synonyms = new(StringComparer.OrdinalIgnoreCase)
    {
        ["to_agent"] = "to",
        ["to_agents"] = "to",
        ["to_agent_id"] = "to",
        ["recipient"] = "to",
        ["recipients"] = "to",
        ["recipient_id"] = "to",
        ["receiver"] = "to",
        ["message"] = "content",
        ["body"] = "content",
        ["text"] = "content",
        ["timeout"] = "timeout_seconds",
        ["ttl"] = "ttl_seconds",
        ["type"] = "message_type",
        ["from"] = "sender_id",
        ["from_agent"] = "sender_id",
        ["sender"] = "sender_id",
        ["thread"] = "conversation_thread_id",
        ["thread_id"] = "conversation_thread_id",
        ["conversation_id"] = "conversation_thread_id",
        ["in_reply_to"] = "reply_to",
    };

    /// <returns>The field of <paramref name="known"/> that was probably meant: a synonym, or else the closest name.</returns>
    public static string? ToField(string given, IReadOnlyCollection<string> known) =>
        Synonyms.TryGetValue(given, out var own) && known.Contains(own) ? own : To(given, known);

    /// <returns>The closest name, or null if none is close: more than a third of its letters, or more than three, would have to change.</returns>
    public static string? To(string given, IEnumerable<string> known)
    {
        if (given.Length > 100)
            return null;

        string? best = null;
        var least = MostSlips + 1;
        // Shared by all names, because a project may have thousands of agents.
        var cost = new int[given.Length + 1, given.Length + MostSlips + 1];
        foreach (var name in known)
        {
            // At least as many letters are wrong as the lengths differ.
            if (Math.Abs(name.Length - given.Length) >= least)
                continue;
            var distance = Distance(given, name, cost);
            if (distance < least)
                (best, least) = (name, distance);
        }

        return best is not null && least <= Math.Max(1, best.Length / 3) ? best : null;
    }

    /// <summary>The number of letters to insert, delete, or replace, ignoring case. Two swapped letters count once, because that is the most common
    /// typo.</summary>
    private static int Distance(string from, string to, int[,] cost)
    {
        for (var line = 0; line <= from.Length; line++)
            cost[line, 0] = line;
        for (var column = 0; column <= to.Length; column++)
            cost[0, column] = column;

        for (var line = 1; line <= from.Length; line++)
        {
            for (var column = 1; column <= to.Length; column++)
            {
                var replaced = cost[line - 1, column - 1] + (IsSame(from[line - 1], to[column - 1]) ? 0 : 1);
                cost[line, column] = Math.Min(replaced, Math.Min(cost[line - 1, column], cost[line, column - 1]) + 1);
                if (line > 1 && column > 1 && IsSame(from[line - 1], to[column - 2]) && IsSame(from[line - 2], to[column - 1]))
                    cost[line, column] = Math.Min(cost[line, column], cost[line - 2, column - 2] + 1);
            }
        }

        return cost[from.Length, to.Length];
    }

    private static bool IsSame(char one, char other) => one == other || char.ToLowerInvariant(one) == char.ToLowerInvariant(other);
}
