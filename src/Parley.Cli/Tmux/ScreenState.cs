namespace Parley.Cli.Tmux;

/// <summary>What the program in a pane is doing, according to its screen.</summary>
internal abstract record ScreenState
{
    /// <summary>It waits for a prompt, and nothing is typed.</summary>
    public static readonly ScreenState Idle = new IdleState();

    /// <summary>It works on a turn.</summary>
    public static readonly ScreenState Busy = new BusyState();

    /// <summary>Something is typed at its prompt.</summary>
    public sealed record Draft(string Text) : ScreenState;

    /// <summary>It asks something. Enter would accept an answer.</summary>
    public sealed record Dialog(string Question) : ScreenState;

    /// <summary>Nothing that Parley knows.</summary>
    public sealed record Unknown(string Why) : ScreenState;

    internal sealed record IdleState : ScreenState;

    internal sealed record BusyState : ScreenState;
}
