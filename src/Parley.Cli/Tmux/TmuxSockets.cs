namespace Parley.Cli.Tmux;

/// <summary>The tmux servers of this user.</summary>
internal static class TmuxSockets
{
    /// <summary>The sockets in tmux's folder, and that of the tmux that this program runs in. Servers that have ended leave theirs behind.</summary>
    /// <param name="given">Names (<c>tmux -L</c>) or paths (<c>tmux -S</c>) instead.</param>
    /// <param name="environment">Reads a variable.</param>
    public static IReadOnlyList<string> Find(IReadOnlyList<string> given, Func<string, string?> environment)
    {
        var folder = Folder(environment);
        if (given.Count > 0)
            return [.. given.Select(socket => socket.Contains('/', StringComparison.Ordinal) ? Path.GetFullPath(socket) : Path.Combine(folder, socket)).Distinct()];
        var found = Directory.Exists(folder) ? Directory.EnumerateFileSystemEntries(folder).Order(StringComparer.Ordinal) : Enumerable.Empty<string>();

        // TMUX is "socket,process,session".
        var own = environment("TMUX") is { Length: > 0 } inside ? inside.Split(',')[0] : null;
        return [.. (own is null ? found : found.Append(own)).Distinct()];
    }

    private static string Folder(Func<string, string?> environment)
    {
        var parent = environment("TMUX_TMPDIR") is { Length: > 0 } given ? given : "/tmp";
        return Path.Combine(parent, $"tmux-{UserId.Current}");
    }
}
