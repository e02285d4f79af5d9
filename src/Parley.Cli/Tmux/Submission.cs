using Parley.Protocol;

namespace Parley.Cli.Tmux;

/// <summary>A pane at one moment.</summary>
/// <param name="Pane">Null if it is gone.</param>
/// <param name="Shown">How often the text is on the screen.</param>
internal sealed record PaneSight(Pane? Pane, ScreenState State, int Shown)
{
    public static readonly PaneSight Gone = new(null, new ScreenState.Unknown("the pane is closed"), 0);
}

/// <summary>What to do next with a pane.</summary>
internal abstract record SubmissionStep
{
    /// <summary>Look at the pane again after a while.</summary>
    public sealed record Look(TimeSpan After) : SubmissionStep;

    /// <summary>End copy mode, then look.</summary>
    public sealed record LeaveMode : SubmissionStep;

    /// <summary>Paste the text, then look.</summary>
    public sealed record Paste : SubmissionStep;

    /// <summary>Press Enter, then look.</summary>
    public sealed record Enter : SubmissionStep;

    /// <summary>It is over.</summary>
    /// <param name="Detail">Why, unless it is obvious.</param>
    public sealed record Done(WakeOutcome Outcome, string? Detail) : SubmissionStep;
}

/// <summary>Types one text into one pane and submits it, step by step: from what was just seen to what to do next. It pastes only into an empty prompt, and
/// presses Enter only if it has just seen its text there, alone.</summary>
/// <param name="deadline">When to stop waiting for an empty prompt.</param>
/// <param name="leavesCopyMode">Whether to end copy mode instead of waiting until the person who reads there ends it.</param>
internal sealed class Submission(string text, DateTimeOffset deadline, bool leavesCopyMode = false)
{
    /// <summary>Codex takes characters within 8 ms for a paste and swallows an Enter for 120 ms after it.</summary>
    private static readonly TimeSpan BeforeEnter = TimeSpan.FromMilliseconds(200);

    /// <summary>How long to wait for the effect of each Enter before the next.</summary>
    private static readonly TimeSpan[] AfterEnter =
        [TimeSpan.FromMilliseconds(200), TimeSpan.FromMilliseconds(400), TimeSpan.FromMilliseconds(800), TimeSpan.FromMilliseconds(1_600)];

    private static readonly TimeSpan WhileWaiting = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan WhileTyping = TimeSpan.FromMilliseconds(50);

    /// <summary>How long a pasted text may take to appear, and a turn to begin.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private Phase _phase = Phase.Waiting;
    private DateTimeOffset _since;
    private int _shownBefore;
    private int _presses;
    private bool _hasLeft;

    private enum Phase
    {
        Waiting,
        Pasted,
        Shown,
        Entered,
        Over,
    }

    /// <summary>What to do after this sight. Not to be called after <see cref="SubmissionStep.Done"/>.</summary>
    public SubmissionStep Next(PaneSight sight, DateTimeOffset now)
    {
        if (sight.Pane is not { IsDead: false } pane)
        {
            var why = sight.Pane is null && sight.State is ScreenState.Unknown unknown ? unknown.Why : "the program in the pane has ended";
            return _phase is Phase.Entered ? End(WakeOutcome.Unverified, $"after Enter: {why}") : End(WakeOutcome.Failed, why);
        }

        return _phase is Phase.Entered ? AfterPress(pane, sight, now) : BeforePress(pane, sight, now);
    }

    private SubmissionStep BeforePress(Pane pane, PaneSight sight, DateTimeOffset now)
    {
        var isOurs = sight.State is ScreenState.Draft draft && WakeText.IsOurs(draft.Text, text);
        if (pane.IsInMode || pane.IsInputOff || pane.IsSynchronized || (!isOurs && (sight.State is not ScreenState.IdleState || _phase is not Phase.Waiting)))
            return Wait(pane, sight, now);

        if (!isOurs)
        {
            if (now >= deadline)
                return End(WakeOutcome.Failed, "the wake is over");
            _shownBefore = sight.Shown;
            Turn(Phase.Pasted, now);
            return new SubmissionStep.Paste();
        }

        if (_phase is Phase.Waiting)
            _shownBefore = sight.Shown - 1;
        if (_phase is not Phase.Shown)
        {
            Turn(Phase.Shown, now);
            return new SubmissionStep.Look(BeforeEnter);
        }

        return now - _since < BeforeEnter ? new SubmissionStep.Look(BeforeEnter - (now - _since)) : Press(now);
    }

    /// <summary>Nothing can be done now.</summary>
    private SubmissionStep Wait(Pane pane, PaneSight sight, DateTimeOffset now)
    {
        // What was seen at the prompt is no longer there, or no longer alone.
        if (_phase is Phase.Shown)
            Turn(Phase.Pasted, now);
        if (_phase is Phase.Pasted && sight.State is ScreenState.IdleState && now - _since >= Patience)
            return End(WakeOutcome.Failed, "the text was pasted, but did not appear");
        if (now >= deadline)
            return End(WakeOutcome.Failed, Reason(pane, sight.State));
        if (pane.IsInMode && leavesCopyMode)
            return new SubmissionStep.LeaveMode();
        return new SubmissionStep.Look(_phase is Phase.Waiting ? WhileWaiting : now - _since < Patience ? WhileTyping : WhileWaiting);
    }

    private SubmissionStep AfterPress(Pane pane, PaneSight sight, DateTimeOffset now)
    {
        if (!pane.IsInMode && sight.State is ScreenState.BusyState)
            return End(WakeOutcome.Submitted, null);
        if (!pane.IsInMode && sight.State is ScreenState.Draft draft && WakeText.IsOurs(draft.Text, text))
        {
            // If it comes back after it has gone, a person is at work there.
            var isLast = _hasLeft || _presses == AfterEnter.Length;
            if (now - _since < (_hasLeft ? Patience : AfterEnter[_presses - 1]))
                return new SubmissionStep.Look(WhileTyping);
            if (pane.IsSynchronized)
                return End(WakeOutcome.Failed, "what is typed goes to all panes of its window now");
            return isLast ? End(WakeOutcome.Failed, $"the program did not take Enter, which was pressed {_presses} times") : Press(now);
        }

        _hasLeft = true;
        if (!pane.IsInMode && sight.Shown > _shownBefore)
            return End(WakeOutcome.Submitted, null);
        return now - _since < Patience ? new SubmissionStep.Look(WhileTyping)
            : End(WakeOutcome.Unverified, pane.IsInMode ? "copy mode hides what happened after Enter" : "the text is no longer at the prompt, but no turn was seen");
    }

    private SubmissionStep.Enter Press(DateTimeOffset now)
    {
        Turn(Phase.Entered, now);
        _presses++;
        return new SubmissionStep.Enter();
    }

    private SubmissionStep.Done End(WakeOutcome outcome, string? detail)
    {
        _phase = Phase.Over;
        return new SubmissionStep.Done(outcome, detail);
    }

    private void Turn(Phase phase, DateTimeOffset now) => (_phase, _since) = (phase, now);

    private string Reason(Pane pane, ScreenState state)
    {
        var why = (pane, state) switch
        {
            ({ IsInMode: true }, _) => "it is in copy mode",
            ({ IsInputOff: true }, _) => "its input is switched off",
            ({ IsSynchronized: true }, _) => "what is typed goes to all panes of its window",
            (_, ScreenState.BusyState) => "it was busy all the time",
            (_, ScreenState.Dialog dialog) => $"it asks something: {Excerpt(dialog.Question)}",
            (_, ScreenState.Draft) => "there is other text at its prompt",
            (_, ScreenState.Unknown unknown) => unknown.Why,
            _ => "it was not ready",
        };
        return _phase is Phase.Waiting ? why : $"the text was pasted but not submitted: {why}";
    }

    private static string Excerpt(string question) => question.Length <= 60 ? question : $"{question[..59]}…";
}
