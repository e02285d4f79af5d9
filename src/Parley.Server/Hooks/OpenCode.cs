using System.Text.Json;

namespace Parley.Server.Hooks;

/// <summary>OpenCode, through Parley's plugin for it (clients/opencode), which says what happens in OpenCode's own words and puts the text where it
/// belongs. Source: the types of @opencode-ai/plugin, and the program itself.</summary>
internal sealed class OpenCode : Harness
{
    internal override string Name => "opencode";

    protected override IReadOnlyDictionary<string, HookMoment> Moments { get; } = new Dictionary<string, HookMoment>(StringComparer.Ordinal)
    {
        ["session.created"] = HookMoment.SessionStart,
        ["chat.message"] = HookMoment.Prompt,
        ["tool.execute.before"] = HookMoment.BeforeTool,
        ["tool.execute.after"] = HookMoment.AfterTool,
        ["session.idle"] = HookMoment.TurnEnd,
        ["session.error"] = HookMoment.TurnFailed,
        ["permission.asked"] = HookMoment.AsksPermission,
        ["session.deleted"] = HookMoment.SessionEnd,
    };

    internal override bool Takes(HookMoment moment) => moment is HookMoment.Prompt or HookMoment.AfterTool or HookMoment.TurnEnd;

    protected override void WriteText(Utf8JsonWriter to, HookEvent asked, string text) => to.WriteString("text"u8, text);

    /// <summary>The plugin drops the prompt.</summary>
    protected override void WriteBlock(Utf8JsonWriter to, string reason) => to.WriteString("block"u8, reason);
}
