using System.Text.Json;

namespace Parley.Server.Hooks;

/// <summary>Gemini CLI. Source: docs/hooks/reference.md of its repository, and the program itself.</summary>
internal sealed class GeminiCli : Harness
{
    internal override string Name => "gemini";

    internal override string SubagentTool => "invoke_agent";

    protected override IReadOnlyDictionary<string, HookMoment> Moments { get; } = new Dictionary<string, HookMoment>(StringComparer.Ordinal)
    {
        ["SessionStart"] = HookMoment.SessionStart,
        ["BeforeAgent"] = HookMoment.Prompt,
        ["BeforeTool"] = HookMoment.BeforeTool,
        ["AfterTool"] = HookMoment.AfterTool,
        ["AfterAgent"] = HookMoment.TurnEnd,
        ["Notification"] = HookMoment.Notice,
        ["SessionEnd"] = HookMoment.SessionEnd,
    };

    internal override bool Takes(HookMoment moment) => moment is HookMoment.SessionStart or HookMoment.Prompt or HookMoment.AfterTool or HookMoment.TurnEnd;

    /// <summary>A denied end of a turn begins another one, with the reason as its prompt.</summary>
    protected override void WriteText(Utf8JsonWriter to, HookEvent asked, string text)
    {
        if (asked.Moment == HookMoment.TurnEnd)
            WriteDecision(to, "deny", text);
        else
            WriteContext(to, asked.Name, text);
    }

    protected override void WriteRefusal(Utf8JsonWriter to, HookEvent asked, string reason) => WriteDecision(to, "deny", reason);

    protected override void WriteBlock(Utf8JsonWriter to, string reason) => WriteDecision(to, "deny", reason);
}
