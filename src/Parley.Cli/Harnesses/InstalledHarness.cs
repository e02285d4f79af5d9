using System.Text.Json.Nodes;

namespace Parley.Cli.Harnesses;

/// <summary>A harness as it is installed on a machine: where its settings are, and what Parley puts into them.</summary>
internal abstract class InstalledHarness
{
    /// <summary>How long a harness waits for a hook. The hook itself gives up earlier.</summary>
    protected const int SecondsToWait = 5;

    /// <summary>In the order in which they are shown.</summary>
    internal static IReadOnlyList<InstalledHarness> All { get; } = [new ClaudeCodeSettings(), new CodexSettings(), new CopilotSettings(), new GeminiSettings()];

    /// <summary>The name in commands: <c>claude</c>.</summary>
    internal abstract string Name { get; }

    /// <summary>The name that its vendor uses.</summary>
    internal abstract string Title { get; }

    /// <summary>The version with which this was tried.</summary>
    internal abstract string CheckedWith { get; }

    /// <summary>The program that people start.</summary>
    internal virtual string Program => Name;

    /// <summary>What a person has to do after an installation; null for nothing.</summary>
    internal virtual string? NextStep(string? project) => null;

    /// <summary>The folder with the user's settings.</summary>
    internal abstract string UserFolder { get; }

    /// <summary>What Parley puts into its settings.</summary>
    /// <param name="project">The project's folder; null for the user's own settings, which hold in all projects.</param>
    internal abstract IEnumerable<SettingsPart> Parts(string? project, InstallOptions options);

    /// <summary>The folder that a variable names, or one in the user's home folder.</summary>
    protected static string FolderOf(string? variable, string usual) =>
        variable is not null && Environment.GetEnvironmentVariable(variable) is { Length: > 0 } given ? Path.GetFullPath(given) : Path.Combine(Home, usual);

    protected static string Home => Environment.GetEnvironmentVariable("HOME") is { Length: > 0 } home ? home : Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);

    protected static JsonArray Words(IEnumerable<string> words) => [.. words.Select(static word => (JsonNode?)JsonValue.Create(word))];

    /// <summary>A group of hooks, as most harnesses have them.</summary>
    protected static JsonObject Group(params IEnumerable<JsonObject> hooks) => new() { ["hooks"] = new JsonArray([.. hooks]) };
}
