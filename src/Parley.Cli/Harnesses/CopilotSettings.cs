using System.Text.Json.Nodes;

namespace Parley.Cli.Harnesses;

/// <summary>GitHub Copilot CLI. Source: docs.github.com, "Hooks reference" of Copilot CLI, and the program itself. Its hooks are in a file of Parley's own.
/// Events in Pascal case have the input of Claude Code.</summary>
internal sealed class CopilotSettings : InstalledHarness
{
    private static readonly string[] Events = ["SessionStart", "UserPromptSubmit", "PostToolUse", "Stop", "PermissionRequest", "Notification", "SessionEnd"];

    internal override string Name => "copilot";

    internal override string Title => "Copilot CLI";

    internal override string CheckedWith => "1.0.102";

    internal override string UserFolder => FolderOf("COPILOT_HOME", ".copilot");

    internal override string? NextStep(string? project) =>
        project is null ? null : "Its MCP servers are the user's: 'parley hook install copilot' adds Parley's. It runs a project's hooks in folders that it trusts.";

    internal override IEnumerable<SettingsPart> Parts(string? project, InstallOptions options)
    {
        var file = Path.Combine(project is null ? UserFolder : Path.Combine(project, ".github"), "hooks", "parley.json");
        var line = options.Line("run", Name);
        var events = options.Interrupt ? [.. Events[..2], "PreToolUse", .. Events[2..]] : Events;
        yield return new HooksPart(
            file, Name,
            [.. events.Select(name => KeyValuePair.Create(name, new JsonObject { ["type"] = "command", ["bash"] = line, ["powershell"] = line, ["timeoutSec"] = SecondsToWait }))],
            new JsonObject { ["version"] = 1 });
        if (options.Mcp && project is null)
        {
            yield return new McpPart(
                Path.Combine(UserFolder, "mcp-config.json"),
                new JsonObject { ["type"] = "local", ["command"] = options.Program, ["args"] = Words(options.McpArguments), ["tools"] = Words(["*"]) });
        }
    }
}
