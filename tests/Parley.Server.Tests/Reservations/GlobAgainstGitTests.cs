using FsCheck.Fluent;
using Parley.Server.Reservations;
using Parley.Server.Tests.Harness;
using Xunit;

namespace Parley.Server.Tests.Reservations;

/// <summary>Generated globs on generated names, and git's own answer for each.</summary>
public sealed class GlobAgainstGitTests
{
    [Fact]
    public void A_glob_matches_what_git_says()
    {
        var depths = GlobCases.Universe.Select(names => new GitNames(names)).ToList();
        try
        {
            GeneratedCases.Hold(150, 4, GlobCases.Globs, steps => depths.ForEach(git => AgreesWithGit(git, steps, ignoresCase: false)));
            GeneratedCases.Hold(100, 4, GlobCases.Globs, steps => depths.ForEach(git => AgreesWithGit(git, steps, ignoresCase: true)));
        }
        finally
        {
            depths.ForEach(git => git.Dispose());
        }
    }

    [Fact]
    public void What_two_globs_have_in_common_git_finds_with_both()
    {
        var pairs = GlobCases.Globs.Generator.Two().ToArbitrary();
        GeneratedCases.Hold(100, 4, pairs, pair =>
        {
            if (GlobCases.Text(pair.Item1, isFolder: false) is not { } one || GlobCases.Text(pair.Item2, isFolder: false) is not { } other ||
                GlobCases.Glob(one).Common(GlobCases.Glob(other)) is not { } path)
            {
                return;
            }

            using var git = new GitNames([path]);
            Assert.Equal([path], git.Matching(one, ignoresCase: false));
            Assert.Equal([path], git.Matching(other, ignoresCase: false));
        });
    }

    /// <summary>If two globs have nothing in common, no name in a world of thousands matches both; and the other way around.</summary>
    [Fact]
    public void Two_globs_have_nothing_in_common_only_if_no_name_matches_both()
    {
        var pairs = GlobCases.Globs.Generator.Two().ToArbitrary();
        GeneratedCases.Hold(300, 4, pairs, pair =>
        {
            if (GlobCases.Text(pair.Item1, isFolder: false) is not { } one || GlobCases.Text(pair.Item2, isFolder: false) is not { } other)
                return;
            var (left, right) = (GlobCases.Glob(one), GlobCases.Glob(other));
            var common = left.Common(right);
            var isIn = GlobCases.Universe.SelectMany(names => names).FirstOrDefault(name => GlobCases.Matches(left, name) && GlobCases.Matches(right, name));
            if (common is null)
                Assert.True(isIn is null, $"{one} and {other} both match {isIn}");
            else
                Assert.True(GlobCases.Matches(left, common) && GlobCases.Matches(right, common), $"{one} and {other} do not both match {common}");
        });
    }

    /// <summary>Git compares a capital letter in a class with the small letters of the name, so it never matches, and Parley does not. A bracket without
    /// an end makes such a class of what comes after it.</summary>
    private static bool HasCapitalInClass(string text)
    {
        for (var start = text.IndexOf('[', StringComparison.Ordinal); start >= 0; start = text.IndexOf('[', start + 1))
        {
            // A bracket that comes first does not end it.
            var from = start + (start + 1 < text.Length && text[start + 1] is '!' or '^' ? 3 : 2);
            var end = from < text.Length ? text.IndexOf(']', from) : -1;
            if (text[start..(end < 0 ? text.Length : end)].Any(char.IsAsciiLetterUpper))
                return true;
        }

        return false;
    }

    private static void AgreesWithGit(GitNames git, string[] steps, bool ignoresCase)
    {
        foreach (var isFolder in new[] { false, true })
        {
            if (GlobCases.Text(steps, isFolder) is not { } text || (ignoresCase && HasCapitalInClass(text)))
                continue;
            var glob = GlobCases.Glob(text, ignoresCase);
            var mine = git.Names.Where(name => GlobCases.Matches(glob, name, ignoresCase)).ToHashSet(StringComparer.Ordinal);
            var gits = git.Matching(text, ignoresCase);
            mine.SymmetricExceptWith(gits);
            Assert.True(mine.Count == 0, $"'{text}': only one of the two matches {string.Join(" and ", mine.Take(5))}");
        }
    }
}
