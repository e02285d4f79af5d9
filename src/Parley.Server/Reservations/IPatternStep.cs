using System.Diagnostics.CodeAnalysis;

namespace Parley.Server.Reservations;

/// <summary>One step of a pattern. It reads one letter, or, if it repeats, any number of them.</summary>
/// <typeparam name="TSelf">The step itself.</typeparam>
/// <typeparam name="TLetter">What it reads: a character of a name, or a name of a path.</typeparam>
internal interface IPatternStep<TSelf, TLetter>
    where TSelf : IPatternStep<TSelf, TLetter>
{
    bool Repeats { get; }

    /// <summary>Whether there is a letter that both steps read.</summary>
    bool Meets(TSelf other);

    /// <summary>Finds a letter that both steps read.</summary>
    bool TryMeet(TSelf other, [MaybeNullWhen(false)] out TLetter letter);
}

/// <summary>Finds what two patterns have in common, by walking through both at the same time.</summary>
/// <remarks>Each pair of positions is visited once, so the effort is the product of the two lengths, whatever the patterns are.</remarks>
internal static class PatternProduct
{
    /// <summary>The most pairs of positions for which the stack is used.</summary>
    private const int MostOnStack = 1_024;

    /// <summary>Whether there is a sequence of letters that both patterns match. Needs no memory for patterns of usual length.</summary>
    internal static bool Meet<TStep, TLetter>(ReadOnlySpan<TStep> left, ReadOnlySpan<TStep> right)
        where TStep : IPatternStep<TStep, TLetter>
    {
        if (Differ<TStep, TLetter>(left, right))
            return false;
        var width = right.Length + 1;
        var count = (left.Length + 1) * width;
        var reached = count <= MostOnStack ? stackalloc bool[count] : new bool[count];
        reached[0] = true;
        // Every move leads to a later position, so each is complete when its turn comes.
        for (var at = 0; at < count - 1; at++)
        {
            if (!reached[at])
                continue;
            var (i, j) = (at / width, at % width);
            var (one, other) = (i < left.Length, j < right.Length);
            if (one && left[i].Repeats)
                reached[at + width] = true;
            if (other && right[j].Repeats)
                reached[at + 1] = true;
            if (one && other && !(left[i].Repeats && right[j].Repeats) && left[i].Meets(right[j]))
                reached[at + (left[i].Repeats ? 0 : width) + (right[j].Repeats ? 0 : 1)] = true;
        }

        return reached[count - 1];
    }

    /// <summary>One of the shortest sequences of letters that both patterns match; null if there is none.</summary>
    internal static IReadOnlyList<TLetter>? Common<TStep, TLetter>(ReadOnlySpan<TStep> left, ReadOnlySpan<TStep> right)
        where TStep : IPatternStep<TStep, TLetter>
    {
        if (Differ<TStep, TLetter>(left, right))
            return null;
        var width = right.Length + 1;
        var end = ((left.Length + 1) * width) - 1;
        var from = new int[end + 1];
        Array.Fill(from, -1);
        from[0] = 0;
        var letters = new Dictionary<int, TLetter>();
        // A deque: moves that read nothing go to the front, so that fewer letters come first.
        var open = new LinkedList<int>();
        var done = new bool[end + 1];
        open.AddFirst(0);
        while (open.First is { } first)
        {
            open.RemoveFirst();
            var at = first.Value;
            if (done[at])
                continue;
            done[at] = true;
            if (at == end)
                return Trace(from, letters, end);
            var (i, j) = (at / width, at % width);
            var (one, other) = (i < left.Length, j < right.Length);
            if (one && left[i].Repeats)
                Skip(at, at + width);
            if (other && right[j].Repeats)
                Skip(at, at + 1);
            if (!one || !other || (left[i].Repeats && right[j].Repeats) || !left[i].TryMeet(right[j], out var letter))
                continue;
            Read(at, at + (left[i].Repeats ? 0 : width) + (right[j].Repeats ? 0 : 1), letter);
        }

        return null;

        void Skip(int at, int next)
        {
            if (done[next])
                return;
            from[next] = at;
            letters.Remove(next);
            open.AddFirst(next);
        }

        void Read(int at, int next, TLetter letter)
        {
            if (done[next] || from[next] >= 0)
                return;
            from[next] = at;
            letters[next] = letter;
            open.AddLast(next);
        }
    }

    /// <summary>Whether they have different letters before the first step that repeats, or after the last. Nearly all pairs do, and this needs no
    /// memory.</summary>
    private static bool Differ<TStep, TLetter>(ReadOnlySpan<TStep> left, ReadOnlySpan<TStep> right)
        where TStep : IPatternStep<TStep, TLetter>
    {
        var shorter = Math.Min(left.Length, right.Length);
        for (var i = 0; i < shorter && !left[i].Repeats && !right[i].Repeats; i++)
        {
            if (!left[i].Meets(right[i]))
                return true;
        }

        for (var i = 1; i <= shorter && !left[^i].Repeats && !right[^i].Repeats; i++)
        {
            if (!left[^i].Meets(right[^i]))
                return true;
        }

        return false;
    }

    private static List<TLetter> Trace<TLetter>(int[] from, Dictionary<int, TLetter> letters, int end)
    {
        var found = new List<TLetter>();
        for (var at = end; at != 0; at = from[at])
        {
            if (letters.TryGetValue(at, out var letter))
                found.Add(letter);
        }

        found.Reverse();
        return found;
    }
}
