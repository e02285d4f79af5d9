using System.Text.RegularExpressions;

namespace Parley.Cli.CommandLine;

/// <summary>The name of this program as it was called, so that printed commands can be run as they are.</summary>
internal static partial class OwnName
{
    /// <summary>The variable in which a script that runs the program passes its own name.</summary>
    internal const string Variable = "PARLEY_COMMAND";

    private const string Usual = "parley";

    /// <summary><c>parley</c> if the PATH leads to this program by that name; otherwise, the path with which it was started.</summary>
    public static string Text { get; } = Find(
        Environment.GetEnvironmentVariable(Variable), Environment.ProcessPath, Environment.GetEnvironmentVariable("PATH"), Environment.CurrentDirectory);

    /// <param name="script">The script's name; null if no script ran the program.</param>
    internal static string Find(string? script, string? program, string? path, string folder)
    {
        var called = string.IsNullOrEmpty(script) ? program : script;
        if (called is null)
            return Usual;
        var full = Path.GetFullPath(called, folder);
        var first = (path ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .Select(place => Path.Combine(Path.GetFullPath(place, folder), Usual + Path.GetExtension(full))).FirstOrDefault(File.Exists);
        if (first is not null && Final(first) == Final(full))
            return Usual;
        return Quoted(called == script ? called : Short(full, folder));
    }

    /// <summary>A word quoted for shells.</summary>
    internal static string Quoted(string word) =>
        Plain().IsMatch(word) ? word : OperatingSystem.IsWindows() ? $"\"{word}\"" : $"'{word.Replace("'", @"'\''", StringComparison.Ordinal)}'";

    private static string Short(string full, string folder)
    {
        var below = Path.GetRelativePath(folder, full);
        return Path.IsPathRooted(below) || below.StartsWith("..", StringComparison.Ordinal) ? full : $".{Path.DirectorySeparatorChar}{below}";
    }

    private static string Final(string file)
    {
        try
        {
            return File.ResolveLinkTarget(file, returnFinalTarget: true)?.FullName ?? file;
        }
        catch (IOException)
        {
            return file;
        }
    }

    [GeneratedRegex(@"^[A-Za-z0-9_./:\\@%+=,-]+$", RegexOptions.None, matchTimeoutMilliseconds: 1_000)]
    private static partial Regex Plain();
}
