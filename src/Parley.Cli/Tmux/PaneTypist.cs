using Parley.Protocol;

namespace Parley.Cli.Tmux;

/// <summary>Types a text into a pane as <see cref="Submission"/> says.</summary>
internal sealed class PaneTypist(TmuxClient tmux, TimeProvider time)
{
    private static readonly TimeSpan AfterLeaving = TimeSpan.FromMilliseconds(200);

    /// <param name="agent">The agent that the pane must still belong to; null if it does not matter.</param>
    /// <returns>How it went, and why, unless it is obvious.</returns>
    public async Task<SubmissionStep.Done> TypeAsync(
        PaneAddress address, string? agent, string text, DateTimeOffset deadline, bool leavesCopyMode, CancellationToken cancellationToken)
    {
        var submission = new Submission(text, deadline, leavesCopyMode);
        while (true)
        {
            var step = submission.Next(await LookAsync(address, agent, text, cancellationToken), time.GetUtcNow());
            string? failure = null;
            switch (step)
            {
                case SubmissionStep.Done done:
                    return done;
                case SubmissionStep.Look look:
                    await Task.Delay(look.After, time, cancellationToken);
                    break;
                case SubmissionStep.LeaveMode:
                    await tmux.LeaveModeAsync(address, cancellationToken);
                    // There are modes that cannot be left this way.
                    await Task.Delay(AfterLeaving, time, cancellationToken);
                    break;
                case SubmissionStep.Paste:
                    failure = await tmux.PasteAsync(address, text, cancellationToken);
                    break;
                case SubmissionStep.Enter:
                    failure = await tmux.EnterAsync(address, cancellationToken);
                    break;
            }

            if (failure is not null)
                return new SubmissionStep.Done(WakeOutcome.Failed, failure);
        }
    }

    private async Task<PaneSight> LookAsync(PaneAddress address, string? agent, string text, CancellationToken cancellationToken)
    {
        if (await tmux.CaptureAsync(address, cancellationToken) is not var (pane, lines))
            return PaneSight.Gone;
        if (agent is not null && pane.Agent != agent)
            return PaneSight.Gone with { State = new ScreenState.Unknown("the pane is no longer the agent's") };

        // Always by its processes: when a harness ends, its last screen may stay, and below it waits a shell, which would run the text.
        var harness = pane.Prompt is null ? (await ProcessTable.ReadAsync(cancellationToken)).HarnessUnder(pane.Pid)?.Harness : null;
        return new PaneSight(pane, ScreenReader.Read(harness, pane, lines), ScreenReader.Count(lines, text));
    }
}
