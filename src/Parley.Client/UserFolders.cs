namespace Parley.Client;

/// <summary>Parley's folders, according to the XDG base directory specification.</summary>
internal static class UserFolders
{
    public static string Data(string? given, Func<string, string?> environment) =>
        given ?? NonEmpty(environment("PARLEY_DATA")) ?? Under(environment, "XDG_DATA_HOME", ".local", "share");

    public static string Config(string? given, Func<string, string?> environment) =>
        given ?? Under(environment, "XDG_CONFIG_HOME", ".config");

    /// <summary>For what can be lost: logs, locks.</summary>
    public static string State(Func<string, string?> environment) => Under(environment, "XDG_STATE_HOME", ".local", "state");

    private static string Under(Func<string, string?> environment, string variable, params string[] fallback) =>
        NonEmpty(environment(variable)) is { } home
            ? Path.Combine(home, "parley")
            : Path.Combine([environment("HOME") ?? Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), .. fallback, "parley"]);

    private static string? NonEmpty(string? value) => string.IsNullOrEmpty(value) ? null : value;
}
