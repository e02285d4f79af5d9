namespace Parley.Server.Hooks;

/// <summary>A boundary in the loop of an agent's harness, which all harnesses have under names of their own.</summary>
internal enum HookMoment
{
    /// <summary>One that Parley has no use for, or does not know yet.</summary>
    Other,

    /// <summary>The session began, was resumed, cleared, or compacted.</summary>
    SessionStart,

    /// <summary>A prompt is about to begin a turn.</summary>
    Prompt,

    /// <summary>The model has asked for a tool, which has not run yet.</summary>
    BeforeTool,

    /// <summary>A tool has run. Others that the model asked for together with it may still run.</summary>
    AfterTool,

    /// <summary>All tools that the model asked for together have run, and its next request follows.</summary>
    AfterTools,

    /// <summary>The model has ended its turn.</summary>
    TurnEnd,

    /// <summary>The turn ended without an answer, because the provider failed or the person interrupted it.</summary>
    TurnFailed,

    /// <summary>The harness waits for a person to permit a tool that the model has asked for.</summary>
    AsksPermission,

    /// <summary>The harness tells the person something.</summary>
    Notice,

    SessionEnd,
}

/// <summary>One call of a harness's hook, in Parley's words.</summary>
/// <param name="Name">The harness's own name of the moment.</param>
/// <param name="Session">The harness's id of the session; empty if it gave none.</param>
internal sealed record HookEvent(HookMoment Moment, string Name, string Session)
{
    /// <summary>Whether it comes from the loop of a subagent, which has no mailbox.</summary>
    internal bool IsOfSubagent { get; init; }

    /// <summary>For <see cref="HookMoment.BeforeTool"/>: whether the operator lets messages refuse it.</summary>
    internal bool MayRefuse { get; init; }

    /// <summary>The tool that is about to run or has run; null if there is none.</summary>
    internal string? Tool { get; init; }

    /// <summary>The harness's id of the turn; null if it gave none.</summary>
    internal string? Turn { get; init; }

    /// <summary>For <see cref="HookMoment.SessionStart"/>: why, as the harness calls it.</summary>
    internal string? Source { get; init; }

    /// <summary>For <see cref="HookMoment.Prompt"/>: what the model is asked.</summary>
    internal string? Prompt { get; init; }

    /// <summary>For <see cref="HookMoment.Notice"/>: what the person is told of, as the harness calls it.</summary>
    internal string? Notice { get; init; }
}
