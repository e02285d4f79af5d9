using System.Text.Json.Nodes;

namespace Parley.Cli.Harnesses;

/// <summary>Codex CLI. Source: developers.openai.com/codex/hooks, and the program itself. It trusts a hook by its text, so that text must stay the
/// same from version to version.</summary>
internal sealed class CodexSettings : InstalledHarness
{
    private static readonly string[] Events = ["SessionStart", "UserPromptSubmit", "PostToolUse", "Stop", "PermissionRequest", "Interrupt", "SessionEnd"];

    /// <summary>It ends hooks of these after 3 seconds, whatever the settings say.</summary>
    private const int SecondsAtEnd = 3;

    internal override string Name => "codex";

    internal override string Title => "Codex";

    internal override string CheckedWith => "0.171.0";

    internal override string UserFolder => FolderOf("CODEX_HOME", ".codex");

    internal override string? NextStep(string? project) =>
        $"In Codex, open /hooks and trust its hooks: it does not run them before{(project is null ? "." : ", nor in a project that it does not trust.")}";

    internal override IEnumerable<SettingsPart> Parts(string? project, InstallOptions options)
    {
        var folder = project is null ? UserFolder : Path.Combine(project, ".codex");
        var events = options.Interrupt ? [.. Events[..2], "PreToolUse", .. Events[2..]] : Events;
        yield return new HooksPart(Path.Combine(folder, "hooks.json"), Name, [.. events.Select(name => KeyValuePair.Create(name, Group(new JsonObject
        {
            ["type"] = "command",
            ["command"] = options.Line("run", Name),
            ["timeout"] = name is "SessionEnd" or "Interrupt" ? SecondsAtEnd : SecondsToWait,
        })))]);
        if (options.Mcp)
        {
            yield return new TomlPart(
                Path.Combine(folder, "config.toml"),
                ["[mcp_servers.parley]", $"command = {Quoted(options.Program)}", $"args = [{string.Join(", ", options.McpArguments.Select(Quoted))}]"]);
        }
    }

    /// <summary>A string of TOML has the escapes of one of JSON.</summary>
    private static string Quoted(string text) => JsonLayout.Quoted(text);
}
