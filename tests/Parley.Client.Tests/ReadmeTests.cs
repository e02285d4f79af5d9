using System.Text.RegularExpressions;
using Xunit;

namespace Parley.Client.Tests;

public sealed partial class ReadmeTests
{
    [Fact]
    public void Every_example_of_the_readme_is_compiled_and_every_compiled_example_is_in_the_readme()
    {
        var root = RepositoryRoot();
        var compiled = Regions().Matches(File.ReadAllText(Path.Combine(root, "tests/Parley.Client.Tests/ReadmeExamples.cs"))).Select(match => Dedent(match.Groups["code"].Value));
        var shown = CodeBlocks().Matches(File.ReadAllText(Path.Combine(root, "src/Parley.Client/README.md"))).Select(match => match.Groups["code"].Value);

        Assert.Equal(compiled.Order(StringComparer.Ordinal), shown.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void The_repositorys_readme_begins_as_the_packages_does()
    {
        var root = RepositoryRoot();

        var ofRepository = CodeBlocks().Match(File.ReadAllText(Path.Combine(root, "README.md"))).Groups["code"].Value;

        Assert.Equal(CodeBlocks().Match(File.ReadAllText(Path.Combine(root, "src/Parley.Client/README.md"))).Groups["code"].Value, ofRepository);
    }

    private static string Dedent(string code)
    {
        var lines = code.Split('\n');
        var indent = lines.Where(line => line.Trim().Length > 0).Min(line => line.Length - line.TrimStart().Length);
        return string.Join('\n', lines.Select(line => line.Length > indent ? line[indent..] : line.Trim()));
    }

    private static string RepositoryRoot()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Parley.slnx")))
            folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("The tests run outside of the repository.");
        return folder;
    }

    [GeneratedRegex(@"^ *#region .+\n(?<code>(.*\n)*?) *#endregion", RegexOptions.Multiline | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 5000)]
    private static partial Regex Regions();

    [GeneratedRegex(@"^```csharp\n(?<code>(.*\n)*?)```", RegexOptions.Multiline | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 5000)]
    private static partial Regex CodeBlocks();
}
