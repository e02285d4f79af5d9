using FsCheck;
using FsCheck.Fluent;
using Parley.Cli.Tmux;
using Parley.Protocol;
using Xunit;

namespace Parley.EndToEnd.Tests.Tmux;

/// <summary>What is typed, from what is seen.</summary>
public sealed class SubmissionTests
{
    private const string Text = "Parley: 2 messages waiting. Read them with the parley inbox tool.";
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset Deadline = Start.AddMinutes(1);

    private static readonly PaneSight Idle = Sight(ScreenState.Idle);
    private static readonly PaneSight Busy = Sight(ScreenState.Busy);
    private static readonly PaneSight Ours = Sight(new ScreenState.Draft(Text)) with { Shown = 1 };
    private static readonly PaneSight Theirs = Sight(new ScreenState.Draft("half a thou"));
    private static readonly PaneSight Mixed = Sight(new ScreenState.Draft(Text + "half a thou"));
    private static readonly PaneSight Dialog = Sight(new ScreenState.Dialog("Do you want to proceed?"));
    private static readonly PaneSight CopyMode = Idle with { Pane = Idle.Pane! with { IsInMode = true } };
    private static readonly PaneSight OursInCopyMode = Ours with { Pane = CopyMode.Pane };

    private static readonly PaneSight[] Everything =
    [
        Idle, Busy, Ours, Ours, Ours, Theirs, Mixed, Dialog, CopyMode, OursInCopyMode, PaneSight.Gone, Sight(new ScreenState.Unknown("?")),
        Idle with { Pane = Idle.Pane! with { IsInputOff = true } }, Idle with { Pane = Idle.Pane! with { IsDead = true } }, Idle with { Shown = 1 },
    ];

    [Fact]
    public void An_idle_pane_is_typed_into_and_verified()
    {
        var submission = new Submission(Text, Deadline);

        Assert.IsType<SubmissionStep.Paste>(submission.Next(Idle, Start));
        Assert.IsType<SubmissionStep.Look>(submission.Next(Idle, At(10)));
        Assert.Equal(new SubmissionStep.Look(TimeSpan.FromMilliseconds(200)), submission.Next(Ours, At(60)));
        Assert.IsType<SubmissionStep.Enter>(submission.Next(Ours, At(260)));
        Assert.Equal(new SubmissionStep.Done(WakeOutcome.Submitted, null), submission.Next(Busy, At(300)));
    }

    [Fact]
    public void What_others_do_in_the_pane_is_waited_for_and_said_in_the_end()
    {
        foreach (var (sight, reason) in new[]
        {
            (Busy, "it was busy all the time"), (Theirs, "there is other text at its prompt"), (Dialog, "it asks something: Do you want to proceed?"), (CopyMode, "it is in copy mode"),
        })
        {
            var submission = new Submission(Text, Deadline);

            Assert.IsType<SubmissionStep.Look>(submission.Next(sight, Start));
            Assert.IsType<SubmissionStep.Look>(submission.Next(sight, Deadline.AddSeconds(-1)));
            Assert.Equal(new SubmissionStep.Done(WakeOutcome.Failed, reason), submission.Next(sight, Deadline));
        }
    }

    [Fact]
    public void A_swallowed_Enter_is_pressed_three_more_times_and_then_told()
    {
        var submission = Pressed();

        var presses = 1;
        var now = At(260);
        SubmissionStep step;
        do
        {
            now = now.AddMilliseconds(50);
            step = submission.Next(Ours, now);
            presses += step is SubmissionStep.Enter ? 1 : 0;
        }
        while (step is not SubmissionStep.Done);

        Assert.Equal(4, presses);
        Assert.Equal(new SubmissionStep.Done(WakeOutcome.Failed, "the program did not take Enter, which was pressed 4 times"), step);
    }

    [Fact]
    public void What_somebody_types_after_the_paste_is_never_submitted()
    {
        var submission = new Submission(Text, Deadline);
        submission.Next(Idle, Start);
        submission.Next(Ours, At(60));

        Assert.IsType<SubmissionStep.Look>(submission.Next(Mixed, At(260)));
        Assert.Equal(
            new SubmissionStep.Done(WakeOutcome.Failed, "the text was pasted but not submitted: there is other text at its prompt"), submission.Next(Mixed, Deadline));
    }

    [Fact]
    public void A_text_that_leaves_the_prompt_without_a_turn_is_unverified_unless_it_stands_above()
    {
        var submission = Pressed();
        Assert.IsType<SubmissionStep.Look>(submission.Next(Idle, At(300)));
        Assert.Equal(WakeOutcome.Unverified, Assert.IsType<SubmissionStep.Done>(submission.Next(Idle, At(5_300))).Outcome);

        Assert.Equal(new SubmissionStep.Done(WakeOutcome.Submitted, null), Pressed().Next(Idle with { Shown = 1 }, At(300)));
        Assert.Equal(WakeOutcome.Unverified, Assert.IsType<SubmissionStep.Done>(Pressed().Next(PaneSight.Gone, At(300))).Outcome);
    }

    [Fact]
    public void A_text_that_an_earlier_wake_left_is_submitted_and_not_pasted_again()
    {
        var submission = new Submission("Parley: 5 messages waiting. Read them with the parley inbox tool.", Deadline);

        Assert.IsType<SubmissionStep.Look>(submission.Next(Ours, Start));
        Assert.IsType<SubmissionStep.Enter>(submission.Next(Ours, At(200)));
    }

    [Fact]
    public void Copy_mode_is_left_only_if_that_is_wanted()
    {
        Assert.IsType<SubmissionStep.Look>(new Submission(Text, Deadline).Next(CopyMode, Start));
        Assert.IsType<SubmissionStep.LeaveMode>(new Submission(Text, Deadline, leavesCopyMode: true).Next(CopyMode, Start));
    }

    /// <summary>Whatever is seen, in whatever order: Enter follows a sight of our text alone, a paste follows an empty prompt, and it ends.</summary>
    [Fact]
    public void No_order_of_sights_makes_it_press_Enter_or_paste_where_it_must_not()
    {
        var sights = Gen.Zip(Gen.Elements(Everything), Gen.Choose(0, 3_000)).ListOf(60);
        Prop.ForAll(sights.ToArbitrary(), those =>
        {
            var (submission, now, pastes, presses, over) = (new Submission(Text, Deadline, leavesCopyMode: those.Count % 2 == 0), Start, 0, 0, false);
            DateTimeOffset? oursSince = null;
            foreach (var (sight, milliseconds) in those)
            {
                now = now.AddMilliseconds(milliseconds);
                oursSince = ReferenceEquals(sight, Ours) ? oursSince ?? now : null;
                switch (submission.Next(sight, now))
                {
                    case SubmissionStep.Paste:
                        pastes++;
                        Assert.True(sight.State is ScreenState.IdleState && sight.Pane is { IsInMode: false, IsInputOff: false, IsDead: false } && now < Deadline);
                        break;
                    case SubmissionStep.Enter:
                        presses++;
                        Assert.True(ReferenceEquals(sight, Ours));
                        Assert.True(now - oursSince >= TimeSpan.FromMilliseconds(200));
                        break;
                    case SubmissionStep.Done:
                        over = true;
                        break;
                }

                if (over)
                    break;
            }

            Assert.True(pastes <= 1);
            Assert.True(presses <= 4);
            Assert.True(over || now < Deadline.AddSeconds(15));
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(3_000));
    }

    private static Submission Pressed()
    {
        var submission = new Submission(Text, Deadline);
        submission.Next(Idle, Start);
        submission.Next(Ours, At(60));
        Assert.IsType<SubmissionStep.Enter>(submission.Next(Ours, At(260)));
        return submission;
    }

    private static PaneSight Sight(ScreenState state) => new(ScreenTests.APane(), state, 0);

    private static DateTimeOffset At(int milliseconds) => Start.AddMilliseconds(milliseconds);
}
