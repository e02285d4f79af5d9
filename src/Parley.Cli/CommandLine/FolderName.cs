namespace Parley.Cli.CommandLine;

/// <summary>The name of an agent that nobody has named: that of the folder that it works in, and of the harness that runs it.</summary>
internal static class FolderName
{
    private const int LongestId = 255;

    /// <summary>The agent's id, such as <c>shop-claude</c> in the git work tree <c>/work/shop</c>, and anywhere below it.</summary>
    /// <param name="folder">The folder that the harness works in.</param>
    internal static string AgentId(string folder, string harness)
    {
        var root = WorkTree(folder) ?? folder;
        var name = Path.GetFileName(Path.TrimEndingDirectorySeparator(root)).Select(static letter => char.IsAsciiLetterOrDigit(letter) || letter is '.' or '_' ? letter : '-');
        // Two names that differ only in what an id may not have are the same agent: '--agent' tells them apart.
        var id = new string([.. name]).Trim('-', '.');
        return $"{(id.Length == 0 ? "agent" : id[..Math.Min(id.Length, LongestId - harness.Length - 1)])}-{harness}";
    }

    /// <summary>The root of the git work tree that a folder is in; null if it is in none. Without git, which would take longer than all the rest.</summary>
    internal static string? WorkTree(string folder)
    {
        for (var at = folder; !string.IsNullOrEmpty(at); at = Path.GetDirectoryName(at))
        {
            // In a linked work tree, and in a submodule, it is a file.
            if (Path.Exists(Path.Combine(at, ".git")))
                return at;
        }

        return null;
    }

    /// <summary>The branch that a work tree is on; null if that cannot be told.</summary>
    internal static string? Branch(string folder)
    {
        const string Pointer = "gitdir:", Reference = "ref: refs/heads/";
        if (WorkTree(folder) is not { } root)
            return null;
        try
        {
            var git = Path.Combine(root, ".git");
            if (File.Exists(git) && File.ReadAllText(git).Trim() is var text && text.StartsWith(Pointer, StringComparison.Ordinal))
                git = Path.GetFullPath(text[Pointer.Length..].Trim(), root);
            var head = File.ReadAllText(Path.Combine(git, "HEAD")).Trim();
            return head.StartsWith(Reference, StringComparison.Ordinal) ? head[Reference.Length..] : null;
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
