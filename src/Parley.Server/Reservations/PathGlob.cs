namespace Parley.Server.Reservations;

/// <summary>A set of paths, written as a pathspec of git with the magic word <c>glob</c>: relative to the root of the repository; <c>*</c>, <c>?</c>,
/// and <c>[a-z]</c> match within a name, <c>**</c> as a whole name matches any number of folders, and a path without wildcards also stands for
/// everything below it.</summary>
/// <remarks>Like git, it takes brackets also literally: <c>app/[id]/page.tsx</c> matches the file of exactly that name, and those that the class
/// matches. So it has one pattern or two.</remarks>
internal sealed class PathGlob
{
    private readonly NamePattern[][] _patterns;

    private PathGlob(string text, NamePattern[][] patterns)
    {
        Text = text;
        _patterns = patterns;
    }

    /// <summary>As it was given.</summary>
    internal string Text { get; }

    /// <summary>Each is the steps from name to name. A path matches if it matches one of them.</summary>
    internal IReadOnlyList<NamePattern[]> Patterns => _patterns;

    /// <summary>For each of its patterns, the names that all of its paths begin with.</summary>
    internal IEnumerable<IReadOnlyList<string>> Beginnings =>
        _patterns.Select(pattern => (IReadOnlyList<string>)[.. pattern.TakeWhile(step => !step.Repeats && step.Literal is not null).Select(step => step.Literal!)]);

    /// <param name="ignoresCase">Whether <c>a</c> and <c>A</c> are the same, as on most disks of Windows and macOS. As in git, only for the letters of
    /// ASCII.</param>
    /// <param name="problem">What is wrong with it, to follow the name of the field.</param>
    internal static PathGlob? Read(string text, bool ignoresCase, out string? problem)
    {
        problem = GlobReader.Refusal(text);
        if (problem is not null)
            return null;
        var patterns = GlobReader.Read(text, ignoresCase);
        problem = patterns.Length == 0 ? "matches no file: a bracket has no end, or a backslash comes last" : null;
        return problem is null ? new PathGlob(text, patterns) : null;
    }

    /// <summary>One path of a file, in which no character has a meaning of its own.</summary>
    internal static PathGlob OfFile(string path, bool ignoresCase) => new(path, [GlobReader.Literal(path, ignoresCase, below: false)]);

    /// <summary>Whether there is a path that both match. Exact, and much faster than finding it.</summary>
    internal bool Meets(PathGlob other)
    {
        foreach (var one in _patterns)
        {
            foreach (var two in other._patterns)
            {
                if (!Differ(one, two) && PatternProduct.Meet<NamePattern, string>(one, two))
                    return true;
            }
        }

        return false;
    }

    /// <summary>A path that both match; null if there is none.</summary>
    internal string? Common(PathGlob other)
    {
        foreach (var one in _patterns)
        {
            foreach (var two in other._patterns)
            {
                if (!Differ(one, two) && PatternProduct.Common<NamePattern, string>(one, two) is { } names)
                    return string.Join('/', names);
            }
        }

        return null;
    }

    /// <summary>Whether they differ in a name that both begin with. Nearly all pairs do, and this needs no memory.</summary>
    private static bool Differ(NamePattern[] one, NamePattern[] two)
    {
        for (var i = 0; i < one.Length && i < two.Length; i++)
        {
            if (one[i].Repeats || two[i].Repeats || one[i].Literal is not { } first || two[i].Literal is not { } second)
                return false;
            if (first != second)
                return true;
        }

        return false;
    }
}
