using System.Diagnostics;
using System.Text.Json.Nodes;
using Xunit;

namespace Parley.Server.Tests.Architecture;

/// <summary>What keeps the program one that can be compiled to machine code: each of its projects is asked, as the build is.</summary>
public sealed class NativeTests
{
    private static readonly string[] Analyzers = ["EnableAotAnalyzer", "EnableTrimAnalyzer", "EnableSingleFileAnalyzer"];

    public static TheoryData<string> Projects => [.. Directory.GetFiles(Path.Combine(SourceTree.Root, "src"), "*.csproj", SearchOption.AllDirectories)
        .Select(path => Path.GetRelativePath(SourceTree.Root, path)).Order(StringComparer.Ordinal)];

    [Fact]
    public void The_program_has_these_projects() => Assert.Superset(
        new HashSet<string>(["Parley.Cli", "Parley.Client", "Parley.Protocol", "Parley.Server"]),
        new HashSet<string>(Projects.Select(row => Path.GetFileNameWithoutExtension(row.Data))));

    [Theory]
    [MemberData(nameof(Projects))]
    public async Task Projects_are_analyzed_for_AOT_and_findings_fail_the_build(string project)
    {
        var properties = await EvaluateAsync(project, [.. Analyzers, "TreatWarningsAsErrors", "NoWarn", "WarningsNotAsErrors"]);

        Assert.All(Analyzers.Append("TreatWarningsAsErrors"), name => Assert.Equal("true", properties[name]));
        // IL2xxx is of trimming, IL3xxx of native code.
        Assert.DoesNotContain("IL", properties["NoWarn"], StringComparison.Ordinal);
        Assert.DoesNotContain("IL", properties["WarningsNotAsErrors"], StringComparison.Ordinal);
    }

    private static async Task<Dictionary<string, string>> EvaluateAsync(string project, IEnumerable<string> names)
    {
        var start = new ProcessStartInfo("dotnet", ["msbuild", project, $"-getProperty:{string.Join(',', names)}"])
        {
            WorkingDirectory = SourceTree.Root,
            UseShellExecute = false,
            RedirectStandardOutput = true,
        };
        using var process = Process.Start(start)!;
        var output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(process.ExitCode == 0, output);
        return JsonNode.Parse(output)!["Properties"]!.AsObject().ToDictionary(property => property.Key, property => property.Value!.GetValue<string>());
    }
}
