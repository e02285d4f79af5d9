using Parley.Protocol;

namespace Parley.Server.Hooks;

/// <summary>What a moment means for the deliveries of a session: which are proven, which were missed, and what may be given now.</summary>
internal static class HookRules
{
    /// <summary>The deliveries whose text the model has certainly read.</summary>
    internal static IReadOnlyList<GivenDelivery> Proven(IReadOnlyList<GivenDelivery> given, HookMoment moment) =>
        [.. given.Where(one => HookProof.Holds(one.At, moment))];

    /// <summary>The deliveries that a turn was to read that ended without proof. A prompt follows, so what the interrupted turn had may be lost.</summary>
    /// <param name="turn">The turn that begins.</param>
    internal static IReadOnlyList<GivenDelivery> Missed(IReadOnlyList<GivenDelivery> given, int turn) => [.. given.Where(one => one.Turn < turn)];

    /// <summary>Whether a message may be put before the model now.</summary>
    internal static bool MayGive(Surface surface, HookMoment moment) => surface switch
    {
        Surface.Interrupt => true,
        Surface.NextBoundary => moment != HookMoment.BeforeTool,
        // The model is in the middle of its work after a tool, and not at the other moments.
        Surface.WhenIdle => moment is HookMoment.Prompt or HookMoment.SessionStart or HookMoment.TurnEnd,
        _ => false,
    };

    /// <summary>Whether a session starts anew in a way that no turn survives: one that a person interrupted may have told nothing of its end.</summary>
    internal static bool BreaksTurn(HookEvent what) => what is { Moment: HookMoment.SessionStart, Source: "resume" or "clear" };

    /// <summary>What the agent is doing, as far as an event tells.</summary>
    internal static AgentActivity? Activity(HookSession session, HookEvent what) => what.Moment switch
    {
        // It is compacted. Copilot CLI starts a session and begins its first turn at the same time.
        HookMoment.SessionStart when session.IsInTurn => null,
        HookMoment.Prompt or HookMoment.BeforeTool or HookMoment.AfterTool or HookMoment.AfterTools => AgentActivity.Working,
        HookMoment.TurnEnd or HookMoment.TurnFailed or HookMoment.SessionStart => AgentActivity.Idle,
        HookMoment.AsksPermission => AgentActivity.BlockedOnHuman,
        // A turn that the person interrupts ends without a hook. A minute later, Claude Code says that it waits for a prompt.
        HookMoment.Notice when what.Notice == "idle_prompt" => AgentActivity.Idle,
        HookMoment.Notice when what.Notice is "permission_prompt" or "ToolPermission" => AgentActivity.BlockedOnHuman,
        _ => null,
    };
}
