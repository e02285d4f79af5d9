using Parley.Server.Reservations;
using Xunit;

namespace Parley.Server.Tests.Reservations;

/// <summary>What a glob means, by examples.</summary>
public sealed class PathGlobTests
{
    [Theory]
    [InlineData("README.md", "README.md", true)]
    [InlineData("README.md", "docs/README.md", false)]
    [InlineData("*.md", "README.md", true)]
    [InlineData("*.md", "docs/README.md", false)]
    [InlineData("**/*.md", "README.md", true)]
    [InlineData("**/*.md", "docs/concepts/tasks.md", true)]
    [InlineData("**", "a", true)]
    [InlineData("**", "a/b/c", true)]
    [InlineData("src", "src/a/b.cs", true)]
    [InlineData("src", "src2/a.cs", false)]
    [InlineData("src/", "src/a/b.cs", true)]
    [InlineData("src/", "src", false)]
    [InlineData("src/*", "src/a.cs", true)]
    [InlineData("src/*", "src/a/b.cs", false)]
    [InlineData("src/**", "src/a/b.cs", true)]
    [InlineData("src/**", "src", false)]
    [InlineData("src/**/b.cs", "src/b.cs", true)]
    [InlineData("src/**/b.cs", "src/a/c/b.cs", true)]
    [InlineData("src/?.cs", "src/a.cs", true)]
    [InlineData("src/?.cs", "src/ab.cs", false)]
    [InlineData("src/[a-c].cs", "src/b.cs", true)]
    [InlineData("src/[!a-c].cs", "src/b.cs", false)]
    [InlineData("src/[!a-c].cs", "src/d.cs", true)]
    [InlineData("src/[^a-c].cs", "src/d.cs", true)]
    [InlineData("src/[]].cs", "src/].cs", true)]
    [InlineData("app/[id]/page.tsx", "app/[id]/page.tsx", true)]
    [InlineData("app/[id]/page.tsx", "app/d/page.tsx", true)]
    [InlineData("app/[id]", "app/[id]/page.tsx", true)]
    [InlineData("a\\*b", "a*b", true)]
    [InlineData("a\\*b", "axb", false)]
    [InlineData("?", "é", true)]
    [InlineData("[à-ü]", "é", true)]
    [InlineData("?", "🙂", true)]
    [InlineData("a**b", "axxb", true)]
    [InlineData("a**b", "a/b", false)]
    public void A_glob_matches(string glob, string path, bool matches) => Assert.Equal(matches, GlobCases.Matches(GlobCases.Glob(glob), path));

    [Theory]
    [InlineData("src/**/*.cs", "src/a/*.c?", "src/a/.cs")]
    [InlineData("src/a.cs", "src", "src/a.cs")]
    [InlineData("**/*.cs", "src", "src/.cs")]
    [InlineData("a*b", "ab*", "ab")]
    [InlineData("[a-m]*", "[k-z]?", "ka")]
    [InlineData("**/a/**", "b/**", "b/a/a")]
    [InlineData("*/*", "**", "a/a")]
    [InlineData("[!a]", "[!b]", "c")]
    [InlineData("app/[id]", "app/[id]/page.tsx", "app/[id]/page.tsx")]
    public void Two_globs_have_this_in_common(string one, string other, string path)
    {
        Assert.Equal(path, GlobCases.Glob(one).Common(GlobCases.Glob(other)));
        Assert.Equal(path, GlobCases.Glob(other).Common(GlobCases.Glob(one)));
    }

    [Theory]
    [InlineData("src/**/*.cs", "src/a/*.h")]
    [InlineData("src/a.cs", "src/b.cs")]
    [InlineData("*.cs", "src/*.cs")]
    [InlineData("a*c", "b*c")]
    [InlineData("[a-m]*", "[n-z]*")]
    [InlineData("*/*", "*")]
    [InlineData("src/*", "src/*/a.cs")]
    [InlineData("[!a]", "a")]
    [InlineData("[a", "b*")]
    public void Two_globs_have_nothing_in_common(string one, string other)
    {
        Assert.Null(GlobCases.Glob(one).Common(GlobCases.Glob(other)));
        Assert.Null(GlobCases.Glob(other).Common(GlobCases.Glob(one)));
    }

    [Theory]
    [InlineData("SRC/*.cs", "src/A.CS")]
    [InlineData("src/[a-c].cs", "SRC/B.cs")]
    [InlineData("src/[A].cs", "src/a.cs")]
    [InlineData("[[:upper:]]", "a")]
    [InlineData("Makefile", "makefile")]
    public void Case_matters_only_where_the_project_says_so(string glob, string path)
    {
        Assert.True(GlobCases.Matches(GlobCases.Glob(glob, ignoresCase: true), path, ignoresCase: true));
        Assert.False(GlobCases.Matches(GlobCases.Glob(glob), path));
    }

    [Theory]
    [InlineData("[!a]", "A")]
    [InlineData("[!A]", "a")]
    public void A_class_leaves_out_both_cases(string glob, string path) =>
        Assert.False(GlobCases.Matches(GlobCases.Glob(glob, ignoresCase: true), path, ignoresCase: true));

    [Theory]
    [InlineData("", "is empty")]
    [InlineData("/src", "begins with a slash")]
    [InlineData(":(glob)src", "begins with a colon")]
    [InlineData("C:/src", "begins with a drive")]
    [InlineData("C:\\src", "begins with a drive")]
    [InlineData("src\\login", "write / between folders")]
    [InlineData("[\\a]", "write / between folders")]
    [InlineData("src//a", "two slashes")]
    [InlineData("src/../a", ". or ..")]
    [InlineData("./a", ". or ..")]
    [InlineData("src/*/", "write src/*/**")]
    [InlineData("a\nb", "control character")]
    [InlineData("[a*", "matches no file")]
    [InlineData("*\\", "matches no file")]
    public void What_is_no_glob_is_refused_with_what_to_write(string text, string reason)
    {
        Assert.Null(PathGlob.Read(text, ignoresCase: false, out var problem));
        Assert.Contains(reason, problem, StringComparison.Ordinal);
    }

    [Fact]
    public void A_glob_is_as_long_as_its_limit_and_no_longer()
    {
        Assert.NotNull(PathGlob.Read(new string('a', GlobReader.Longest), ignoresCase: false, out _));
        Assert.Null(PathGlob.Read(new string('a', GlobReader.Longest + 1), ignoresCase: false, out var problem));
        Assert.Contains("longer than 512", problem, StringComparison.Ordinal);
    }

    /// <summary>A matcher that tries one way after another would need longer than the universe has existed.</summary>
    [Fact]
    public void Globs_of_nothing_but_asterisks_are_decided()
    {
        var one = GlobCases.Glob(string.Concat(Enumerable.Repeat("*a", 255)) + "b");
        var other = GlobCases.Glob(string.Concat(Enumerable.Repeat("*a", 255)) + "c");
        Assert.Null(one.Common(other));
        Assert.Null(GlobCases.Glob(string.Concat(Enumerable.Repeat("**/a/", 100)) + "b").Common(GlobCases.Glob(string.Concat(Enumerable.Repeat("**/a/", 100)) + "c")));
    }

    [Fact]
    public void Its_beginnings_are_the_names_that_all_of_its_paths_begin_with()
    {
        Assert.Equal([["src", "a"]], GlobCases.Glob("src/a").Beginnings);
        Assert.Equal([["src"]], GlobCases.Glob("src/**/*.cs").Beginnings);
        Assert.Equal([[]], GlobCases.Glob("**").Beginnings);
        Assert.Equal([["app"], ["app", "[id]"]], GlobCases.Glob("app/[id]").Beginnings);
    }
}
