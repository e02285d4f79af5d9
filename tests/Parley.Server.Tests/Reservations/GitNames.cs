using System.Diagnostics;
using Xunit;

namespace Parley.Server.Tests.Reservations;

/// <summary>A repository whose index has the names that a test gives it, without any file, to ask git itself which of them a pathspec
/// matches.</summary>
internal sealed class GitNames : IDisposable
{
    private const string EmptyBlob = "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391";

    private readonly string _folder = Directory.CreateTempSubdirectory("parley-globs-").FullName;

    internal GitNames(IReadOnlyList<string> names)
    {
        Names = names;
        Git(null, "init", "--quiet");
        Git(string.Concat(names.Select(name => $"100644 {EmptyBlob}\t{name}\0")), "update-index", "-z", "--index-info");
        Assert.Equal(names.Order(StringComparer.Ordinal), Git(null, "ls-files", "-z").Split('\0', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal));
    }

    internal IReadOnlyList<string> Names { get; }

    /// <summary>The names that git finds for a pathspec.</summary>
    internal IReadOnlySet<string> Matching(string glob, bool ignoresCase) =>
        Git(null, "ls-files", "-z", "--", $":({(ignoresCase ? "glob,icase" : "glob")}){glob}")
            .Split('\0', StringSplitOptions.RemoveEmptyEntries).ToHashSet(StringComparer.Ordinal);

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private string Git(string? input, params IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo("git", ["-c", "core.protectNTFS=false", "-c", "core.ignoreCase=false", .. arguments])
        {
            WorkingDirectory = _folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        // Neither what the machine is configured to do, nor the repository that the tests run in.
        start.Environment["GIT_CONFIG_NOSYSTEM"] = "1";
        start.Environment["GIT_CONFIG_GLOBAL"] = "/dev/null";
        foreach (var name in new[] { "GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_GLOB_PATHSPECS", "GIT_NOGLOB_PATHSPECS", "GIT_LITERAL_PATHSPECS", "GIT_ICASE_PATHSPECS" })
            start.Environment.Remove(name);
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        process.StandardInput.Write(input);
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"git {string.Join(' ', arguments)}: {errors.GetAwaiter().GetResult()}");
        return output;
    }
}
