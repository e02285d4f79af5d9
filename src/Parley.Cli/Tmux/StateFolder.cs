namespace Parley.Cli.Tmux;

/// <summary>Where Parley keeps what it has done on this machine, according to the XDG base directory specification.</summary>
internal static class StateFolder
{
    public static string Find(Func<string, string?> environment) => environment("XDG_STATE_HOME") is { Length: > 0 } given
        ? Path.Combine(given, "parley")
        : Path.Combine(environment("HOME") ?? Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".local", "state", "parley");
}
