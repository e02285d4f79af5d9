using System.Text.Json;

namespace Parley.Server.Hooks;

/// <summary>GitHub Copilot CLI, with events in Pascal case, whose input is like Claude Code's. Source: docs.github.com, "Hooks reference" of Copilot
/// CLI, and the program itself.</summary>
internal sealed class CopilotCli : Harness
{
    internal override string Name => "copilot";

    protected override IReadOnlyDictionary<string, HookMoment> Moments { get; } = new Dictionary<string, HookMoment>(StringComparer.Ordinal)
    {
        ["SessionStart"] = HookMoment.SessionStart,
        ["UserPromptSubmit"] = HookMoment.Prompt,
        ["UserPromptSubmitted"] = HookMoment.Prompt,
        ["PreToolUse"] = HookMoment.BeforeTool,
        ["PostToolUse"] = HookMoment.AfterTool,
        ["Stop"] = HookMoment.TurnEnd,
        ["AgentStop"] = HookMoment.TurnEnd,
        ["PermissionRequest"] = HookMoment.AsksPermission,
        ["Notification"] = HookMoment.Notice,
        ["SessionEnd"] = HookMoment.SessionEnd,
    };

    internal override bool Takes(HookMoment moment) => moment is HookMoment.SessionStart or HookMoment.Prompt or HookMoment.AfterTool or HookMoment.TurnEnd;

    /// <summary>Context is at the top: where Claude Code has it, this program does not look.</summary>
    protected override void WriteText(Utf8JsonWriter to, HookEvent asked, string text)
    {
        if (asked.Moment == HookMoment.TurnEnd)
            WriteDecision(to, "block", text);
        else
            to.WriteString("additionalContext"u8, text);
    }

    protected override void WriteRefusal(Utf8JsonWriter to, HookEvent asked, string reason) => WritePermission(to, reason);
}
