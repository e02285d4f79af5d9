namespace Parley.Server.Reservations;

/// <summary>The named classes of characters that git knows, such as <c>[:alpha:]</c>. They contain only ASCII.</summary>
internal static class NamedClass
{
    private static readonly Dictionary<string, (int From, int To)[]> Ranges = new(StringComparer.Ordinal)
    {
        ["alnum"] = [('0', '9'), ('A', 'Z'), ('a', 'z')],
        ["alpha"] = [('A', 'Z'), ('a', 'z')],
        ["blank"] = [(' ', ' '), ('\t', '\t')],
        ["cntrl"] = [(0, 31), (127, 127)],
        ["digit"] = [('0', '9')],
        ["graph"] = [('!', '~')],
        ["lower"] = [('a', 'z')],
        ["print"] = [(' ', '~')],
        ["punct"] = [('!', '/'), (':', '@'), ('[', '`'), ('{', '~')],
        ["space"] = [(' ', ' '), ('\t', '\r')],
        ["upper"] = [('A', 'Z')],
        ["xdigit"] = [('0', '9'), ('A', 'F'), ('a', 'f')],
    };

    /// <param name="ignoresCase">Then there is no difference between <c>upper</c> and <c>lower</c>.</param>
    /// <returns>Null if there is no such class.</returns>
    internal static IReadOnlyList<(int From, int To)>? Find(string name, bool ignoresCase) =>
        !Ranges.TryGetValue(name, out var ranges) ? null : ignoresCase && name is "upper" ? Ranges["alpha"] : ranges;
}
