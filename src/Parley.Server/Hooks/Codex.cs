using System.Text.Json;

namespace Parley.Server.Hooks;

/// <summary>Codex CLI. Source: developers.openai.com/codex/hooks, and the program itself. It refuses an answer with a field that it does not
/// know.</summary>
internal sealed class Codex : Harness
{
    internal override string Name => "codex";

    protected override IReadOnlyDictionary<string, HookMoment> Moments { get; } = new Dictionary<string, HookMoment>(StringComparer.Ordinal)
    {
        ["SessionStart"] = HookMoment.SessionStart,
        ["UserPromptSubmit"] = HookMoment.Prompt,
        ["PreToolUse"] = HookMoment.BeforeTool,
        ["PostToolUse"] = HookMoment.AfterTool,
        ["Stop"] = HookMoment.TurnEnd,
        ["Interrupt"] = HookMoment.TurnFailed,
        ["PermissionRequest"] = HookMoment.AsksPermission,
        ["SessionEnd"] = HookMoment.SessionEnd,
    };

    internal override bool Takes(HookMoment moment) => moment is HookMoment.SessionStart or HookMoment.Prompt or HookMoment.AfterTool or HookMoment.TurnEnd;

    /// <summary>At the end of a turn, context is invalid there, and the reason of a block is what the model reads.</summary>
    protected override void WriteText(Utf8JsonWriter to, HookEvent asked, string text)
    {
        if (asked.Moment == HookMoment.TurnEnd)
            WriteDecision(to, "block", text);
        else
            WriteContext(to, asked.Name, text);
    }
}
