using System.Text.Json.Nodes;

namespace Parley.Cli.Harnesses;

/// <summary>Gemini CLI. Source: docs/hooks/reference.md of its repository, and the program itself.</summary>
internal sealed class GeminiSettings : InstalledHarness
{
    private const string BeforeTool = "BeforeTool";

    /// <summary>The tool that runs subagents, whose events are told from those of the agent by its beginning and its end.</summary>
    private const string SubagentTool = "invoke_agent";

    private static readonly string[] Events = ["SessionStart", "BeforeAgent", BeforeTool, "AfterTool", "AfterAgent", "Notification", "SessionEnd"];

    internal override string Name => "gemini";

    internal override string Title => "Gemini CLI";

    internal override string CheckedWith => "0.61.0";

    internal override string UserFolder => FolderOf(variable: null, ".gemini");

    internal override IEnumerable<SettingsPart> Parts(string? project, InstallOptions options)
    {
        var file = Path.Combine(project is null ? UserFolder : Path.Combine(project, ".gemini"), "settings.json");
        yield return new HooksPart(file, Name, [.. Events.Select(name => KeyValuePair.Create(name, Hook(name, options)))]);
        if (options.Mcp)
            yield return new McpPart(file, new JsonObject { ["command"] = options.Program, ["args"] = Words(options.McpArguments) });
    }

    private static JsonObject Hook(string name, InstallOptions options)
    {
        var group = Group(new JsonObject
        {
            ["type"] = "command",
            ["command"] = options.Line("run", "gemini"),
            ["name"] = "parley",
            ["timeout"] = SecondsToWait * 1_000,
        });
        if (name == BeforeTool && !options.Interrupt)
            group.Insert(0, "matcher", SubagentTool);
        return group;
    }
}
