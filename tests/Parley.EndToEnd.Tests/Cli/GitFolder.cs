using System.Diagnostics;
using Xunit;

namespace Parley.EndToEnd.Tests.Cli;

/// <summary>An empty git repository of a test's own, out of reach of what the machine is configured to do.</summary>
internal sealed class GitFolder : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("parley-git-").FullName;

    internal GitFolder()
    {
        Folder = Directory.CreateDirectory(Path.Combine(_root, "repository")).FullName;
        Git("init", "--quiet");
        Git("config", "user.email", "fe@example.org");
        Git("config", "user.name", "Fe");
    }

    internal string Folder { get; }

    /// <summary>A folder beside the repository.</summary>
    internal string Beside(string name) => Path.Combine(_root, name);

    /// <returns>Its exit code, and what it said on standard error.</returns>
    internal static (int ExitCode, string Error) Run(string folder, IReadOnlyDictionary<string, string> environment, params IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo("git", arguments) { WorkingDirectory = folder, RedirectStandardError = true, RedirectStandardOutput = true, UseShellExecute = false };
        foreach (var name in start.Environment.Keys.Where(name => name.StartsWith("PARLEY_", StringComparison.Ordinal) || name.StartsWith("GIT_", StringComparison.Ordinal)).ToArray())
            start.Environment.Remove(name);
        (start.Environment["GIT_CONFIG_NOSYSTEM"], start.Environment["GIT_CONFIG_GLOBAL"]) = ("1", "/dev/null");
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEnd();
        output.GetAwaiter().GetResult();
        process.WaitForExit();
        return (process.ExitCode, error);
    }

    internal void Git(params string[] arguments)
    {
        var (exitCode, error) = Run(Folder, new Dictionary<string, string>(), arguments);
        Assert.True(exitCode == 0, $"git {string.Join(' ', arguments)}: {error}");
    }

    public void Dispose() => Directory.Delete(_root, recursive: true);
}
