using System.Text.Json.Nodes;

namespace Parley.Cli.Harnesses;

/// <summary>Gemini CLI. Source: docs/hooks/reference.md of its repository, and the program itself.</summary>
internal sealed class GeminiSettings : InstalledHarness
{
    private static readonly string[] Events = ["SessionStart", "BeforeAgent", "AfterTool", "AfterAgent", "Notification", "SessionEnd"];

    internal override string Name => "gemini";

    internal override string Title => "Gemini CLI";

    internal override string CheckedWith => "0.61.0";

    internal override string UserFolder => FolderOf(variable: null, ".gemini");

    internal override IEnumerable<SettingsPart> Parts(string? project, InstallOptions options)
    {
        var file = Path.Combine(project is null ? UserFolder : Path.Combine(project, ".gemini"), "settings.json");
        var events = options.Interrupt ? [.. Events[..2], "BeforeTool", .. Events[2..]] : Events;
        yield return new HooksPart(file, Name, [.. events.Select(name => KeyValuePair.Create(name, Group(new JsonObject
        {
            ["type"] = "command",
            ["command"] = options.Line("run", Name),
            ["name"] = "parley",
            ["timeout"] = SecondsToWait * 1_000,
        })))]);
        if (options.Mcp)
            yield return new McpPart(file, new JsonObject { ["command"] = options.Program, ["args"] = Words(options.McpArguments) });
    }
}
