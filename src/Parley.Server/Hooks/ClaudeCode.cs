using System.Text.Json;

namespace Parley.Server.Hooks;

/// <summary>Claude Code. Source: code.claude.com/docs/en/hooks, and the program itself.</summary>
internal sealed class ClaudeCode : Harness
{
    internal override string Name => "claude";

    protected override IReadOnlyDictionary<string, HookMoment> Moments { get; } = new Dictionary<string, HookMoment>(StringComparer.Ordinal)
    {
        ["SessionStart"] = HookMoment.SessionStart,
        ["UserPromptSubmit"] = HookMoment.Prompt,
        ["PreToolUse"] = HookMoment.BeforeTool,
        ["PostToolUse"] = HookMoment.AfterTool,
        ["PostToolUseFailure"] = HookMoment.AfterTool,
        ["PostToolBatch"] = HookMoment.AfterTools,
        ["Stop"] = HookMoment.TurnEnd,
        ["StopFailure"] = HookMoment.TurnFailed,
        ["PermissionRequest"] = HookMoment.AsksPermission,
        ["Notification"] = HookMoment.Notice,
        ["SessionEnd"] = HookMoment.SessionEnd,
    };

    /// <summary>After each batch of tools, not after each tool, whose hooks run at the same time.</summary>
    internal override bool Takes(HookMoment moment) => moment is HookMoment.SessionStart or HookMoment.Prompt or HookMoment.AfterTools or HookMoment.TurnEnd;

    protected override void WriteText(Utf8JsonWriter to, HookEvent asked, string text) => WriteContext(to, asked.Name, text);

    protected override void WriteBlock(Utf8JsonWriter to, string reason)
    {
        base.WriteBlock(to, reason);
        to.WriteBoolean("suppressOriginalPrompt"u8, true);
    }
}
