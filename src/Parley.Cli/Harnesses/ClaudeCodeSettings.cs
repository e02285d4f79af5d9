using System.Text.Json.Nodes;

namespace Parley.Cli.Harnesses;

/// <summary>Claude Code. Source: code.claude.com/docs/en/hooks and /mcp, and the program itself.</summary>
internal sealed class ClaudeCodeSettings : InstalledHarness
{
    private const string Variable = "CLAUDE_CONFIG_DIR";

    /// <summary>A waiter stays until there is something to wake the session for: a day.</summary>
    private const int SecondsToWatch = 86_400;

    private static readonly string[] Events = ["SessionStart", "UserPromptSubmit", "PostToolBatch", "Stop", "StopFailure", "PermissionRequest", "Notification", "SessionEnd"];

    private static readonly string[] WithWaiter = ["SessionStart", "Stop"];

    internal override string Name => "claude";

    internal override string Title => "Claude Code";

    internal override string CheckedWith => "2.1.332";

    internal override string UserFolder => FolderOf(Variable, ".claude");

    internal override IEnumerable<SettingsPart> Parts(string? project, InstallOptions options)
    {
        IEnumerable<string> events = options.Interrupt ? [.. Events[..2], "PreToolUse", .. Events[2..]] : Events;
        var wanted = events.Select(name => KeyValuePair.Create(name, WithWaiter.Contains(name) ? Group(Hook(options), Waiter(options)) : Group(Hook(options))));
        yield return new HooksPart(project is null ? Path.Combine(UserFolder, "settings.json") : Path.Combine(project, ".claude", "settings.json"), Name, [.. wanted]);
        if (options.Mcp)
        {
            yield return new McpPart(
                project is null ? UserServers : Path.Combine(project, ".mcp.json"),
                new JsonObject { ["command"] = options.Program, ["args"] = Words(options.McpArguments), ["alwaysLoad"] = true });
        }
    }

    /// <summary>Beside the folder with the settings, unless that was moved: then in it.</summary>
    private static string UserServers => Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } moved
        ? Path.Combine(Path.GetFullPath(moved), ".claude.json") : Path.Combine(Home, ".claude.json");

    private JsonObject Hook(InstallOptions options) =>
        new() { ["type"] = "command", ["command"] = options.Program, ["args"] = Words(options.Hook("run", Name)), ["timeout"] = SecondsToWait };

    private JsonObject Waiter(InstallOptions options) => new()
    {
        ["type"] = "command",
        ["command"] = options.Program,
        ["args"] = Words(options.Hook("wait", Name)),
        ["asyncRewake"] = true,
        ["timeout"] = SecondsToWatch,
    };
}
