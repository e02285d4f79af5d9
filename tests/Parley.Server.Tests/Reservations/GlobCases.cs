using FsCheck;
using FsCheck.Fluent;
using Parley.Server.Reservations;
using Parley.Server.Tests.Harness;

namespace Parley.Server.Tests.Reservations;

/// <summary>Globs and names from few characters, so that they often match.</summary>
internal static class GlobCases
{
    private static readonly string[] Folders = ["a", "b", "ab", "ba", "A", "aB", "a-", "]", "[a]", "[", "!a", "^"];

    /// <summary>Git takes <c>a*/b</c> for everything below the folder <c>a*</c> too, and Parley does not. So no folder has a wildcard in its name.</summary>
    private static readonly string[] Names = [.. Folders, "a*", "b?", "a\\", "*"];

    // A backslash before a letter is refused. Two asterisks that only begin or end a name are left out. Git cuts a pathspec where its first wildcard is, and so takes the asterisks of "a**/b"
    // for a whole name, against its own documentation.
    private static readonly string[] Pieces =
    [
        "a", "b", "A", "B", "-", "*", "?", "[a]", "[!a]", "[^b]", "[a-b]", "[]]", "[]a]", "[!]]", "[a\\]]", "[a-]", "[-a]", "[[:alpha:]]", "[![:upper:]]", "[[:lower:]b]",
        "[[:none:]]", "[[:alpha]", "[[]", "[", "]", "\\*", "\\?", "\\[", "\\\\", "!", "^",
    ];

    internal static readonly Arbitrary<string[]> Globs = Arb.From(Gen.Frequency((4, Step()), (1, Gen.Constant("**"))).ArrayOf(), GeneratedCases.Shorter);

    /// <summary>Every path of up to three of the names, by how many they are: in an index, no file can have the name of a folder.</summary>
    internal static IReadOnlyList<IReadOnlyList<string>> Universe { get; } =
    [
        Names,
        [.. from first in Folders from name in Names select $"{first}/{name}"],
        [.. from first in Folders from second in Folders.Take(9) from name in Names.Take(9) select $"{first}/{second}/{name}"],
    ];

    /// <summary>The text of a generated glob; null if it is none.</summary>
    internal static string? Text(string[] steps, bool isFolder)
    {
        var text = string.Join('/', steps) + (isFolder ? "/" : "");
        return PathGlob.Read(text, ignoresCase: false, out _) is null ? null : text;
    }

    internal static PathGlob Glob(string text, bool ignoresCase = false) =>
        PathGlob.Read(text, ignoresCase, out var problem) ?? throw new ArgumentException($"{text} {problem}", nameof(text));

    internal static bool Matches(PathGlob glob, string name, bool ignoresCase = false) => glob.Common(PathGlob.OfFile(name, ignoresCase)) is not null;

    private static Gen<string> Step() =>
        from count in Gen.Choose(1, 3)
        from pieces in Gen.Elements(Pieces).ArrayOf(count)
        let text = string.Concat(pieces)
        where !text.Contains("**", StringComparison.Ordinal)
        select text;
}
