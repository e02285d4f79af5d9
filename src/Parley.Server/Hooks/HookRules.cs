using Parley.Protocol;

namespace Parley.Server.Hooks;

/// <summary>What a moment means for the deliveries of a session: which are proven, which were missed, and what may be given now.</summary>
internal static class HookRules
{
    /// <summary>The text that wakes an idle agent. It never has anything of a message in it, which could pass for what the person typed.</summary>
    internal const string WakeEnd = "Read them with the parley inbox tool.";

    private const string WakeStart = "Parley: ";

    internal static string Wake(int count) => $"{WakeStart}{count} message{(count == 1 ? "" : "s")} waiting. {WakeEnd}";

    /// <summary>Whether a prompt is a wake that Parley sent, and not something that a person typed.</summary>
    internal static bool IsWake(string? prompt) =>
        prompt?.Trim() is { Length: < 100 } text && text.StartsWith(WakeStart, StringComparison.Ordinal) && text.EndsWith(WakeEnd, StringComparison.Ordinal);

    /// <summary>The deliveries whose text the model has certainly read.</summary>
    internal static IReadOnlyList<GivenDelivery> Proven(IReadOnlyList<GivenDelivery> given, HookMoment moment) =>
        [.. given.Where(one => HookProof.Holds(one.At, moment))];

    /// <summary>The deliveries that a turn was to read that ended without proof. A prompt follows, so what the interrupted turn had may be lost.</summary>
    /// <param name="turn">The turn that begins.</param>
    internal static IReadOnlyList<GivenDelivery> Missed(IReadOnlyList<GivenDelivery> given, int turn) => [.. given.Where(one => one.Turn < turn)];

    /// <summary>Whether a message may be put before the model now.</summary>
    internal static bool MayGive(Surface surface, HookMoment moment) => surface switch
    {
        Surface.Interrupt or Surface.NextBoundary => true,
        // The model is in the middle of its work after a tool, and not at the other moments.
        Surface.WhenIdle => moment is HookMoment.Prompt or HookMoment.SessionStart or HookMoment.TurnEnd,
        _ => false,
    };

    /// <summary>The turn whose model reads what is given now.</summary>
    internal static int TurnOf(HookSession session, HookMoment moment) => moment == HookMoment.SessionStart ? session.Turn + 1 : session.Turn;

    /// <summary>What the agent is doing, as far as a moment tells.</summary>
    internal static AgentActivity? Activity(HookMoment moment) => moment switch
    {
        HookMoment.Prompt or HookMoment.BeforeTool or HookMoment.AfterTool or HookMoment.AfterTools => AgentActivity.Working,
        HookMoment.TurnEnd or HookMoment.TurnFailed or HookMoment.SessionStart => AgentActivity.Idle,
        HookMoment.AsksPermission => AgentActivity.BlockedOnHuman,
        _ => null,
    };
}
