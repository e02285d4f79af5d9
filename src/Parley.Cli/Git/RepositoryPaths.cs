using Parley.Cli.CommandLine;

namespace Parley.Cli.Git;

/// <summary>Turns paths as people type them in a folder of a repository into paths from its root, as git does with a pathspec. In a reservation,
/// paths are always those from the root, because other agents are in other folders and other work trees.</summary>
/// <param name="root">The repository's root, with slashes; null outside of a repository.</param>
/// <param name="prefix">The current folder, from the root: empty, or ends with a slash.</param>
internal sealed class RepositoryPaths(string? root, string prefix)
{
    /// <summary>Those of the repository that the current folder is in. Elsewhere, and without git, paths stay as they are.</summary>
    internal static async Task<RepositoryPaths> HereAsync(CancellationToken cancellationToken)
    {
        try
        {
            var lines = (await GitCommand.RunAsync(["rev-parse", "--show-toplevel", "--show-prefix"], cancellationToken)).Split('\n');
            return new RepositoryPaths(lines[0].TrimEnd('\r', '/'), lines[1].TrimEnd('\r'));
        }
        catch (CommandException)
        {
            return new RepositoryPaths(null, "");
        }
    }

    /// <exception cref="CommandException">The path is outside of the repository.</exception>
    internal string FromRoot(string path)
    {
        // On Windows, names contain neither backslashes nor wildcards, so a backslash always separates folders.
        if (OperatingSystem.IsWindows())
            path = path.Replace('\\', '/');
        if (root is null || path.Length == 0)
            return path;
        if (path.StartsWith(":/", StringComparison.Ordinal))
            return path[2..];
        if (path[0] == ':')
            return path;
        if (Path.IsPathRooted(path))
            return Inside(path) ?? throw Outside(path);
        return Normal(path, prefix, path);
    }

    /// <summary>An absolute path, from the root; null if it is outside. Git gives the root without symbolic links, which the path may have.</summary>
    private string? Inside(string path)
    {
        var here = Environment.CurrentDirectory.Replace('\\', '/');
        foreach (var folder in new[] { root!, $"{here}/".EndsWith($"/{prefix}", StringComparison.Ordinal) ? $"{here}/"[..^(prefix.Length + 1)] : root! })
        {
            if (path.TrimEnd('/') == folder)
                return "**";
            if (path.StartsWith($"{folder}/", OperatingSystem.IsWindows() ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal))
                return Normal(path, "", path[(folder.Length + 1)..]);
        }

        return null;
    }

    /// <summary>Without <c>.</c> and <c>..</c>.</summary>
    /// <param name="folder">The folder that it starts in, which is a name and not a glob.</param>
    private string Normal(string given, string folder, string path)
    {
        var names = folder.Split('/', StringSplitOptions.RemoveEmptyEntries).Select(name => (Text: name, IsGlob: false)).ToList();
        foreach (var name in path.TrimEnd('/').Split('/'))
        {
            if (name == ".")
                continue;
            if (name != "..")
                names.Add((name, true));
            else if (names.Count == 0)
                throw Outside(given);
            else if (names[^1] is { IsGlob: true } last && last.Text.AsSpan().ContainsAny('*', '?'))
                throw new CommandException(ExitCode.UsedWrongly, $"'{given}' goes up from a wildcard, which could be anywhere.", "Write the path without '..'.");
            else
                names.RemoveAt(names.Count - 1);
        }

        if (names.Count == 0)
            return "**";
        var hasWildcards = names.Exists(name => name.IsGlob && name.Text.AsSpan().ContainsAny('*', '?'));
        return string.Join('/', names.Select(name => name.IsGlob ? name.Text : Escaped(name.Text, hasWildcards))) + (path.EndsWith('/') ? "/" : "");
    }

    /// <summary>A name as a glob that matches only that name. Without wildcards, the server takes brackets literally too.</summary>
    private static string Escaped(string name, bool hasWildcards)
    {
        name = name.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("*", "\\*", StringComparison.Ordinal).Replace("?", "\\?", StringComparison.Ordinal);
        return hasWildcards ? name.Replace("[", "\\[", StringComparison.Ordinal) : name;
    }

    private CommandException Outside(string path) => new(
        ExitCode.UsedWrongly, $"'{path}' is outside of the repository '{root}'.", "Only paths inside it can be reserved. Write them from the current folder, or :/PATH from the root.");
}
