using Parley.Protocol;
using Parley.Server.Agents;
using Parley.Server.Attention;
using Parley.Server.Mailboxes;
using Xunit;

namespace Parley.Server.Tests.Attention;

public sealed class AttentionJudgeTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 22, 14, 0, 0, TimeSpan.Zero);

    [Fact]
    public void An_open_question_waits_for_a_person()
    {
        var question = new Question { QuestionId = "q", AgentId = "ada", Content = new string('x', 300), CreatedAt = Now, Deadline = Now.AddHours(1), Default = "no", Escalation = ["human"], Waiting = ["human"] };

        var item = AttentionJudge.Question(question)!;

        Assert.Equal(("question:q", AttentionSeverity.Person, Now, "ada"), (item.AttentionId, item.Severity, item.Since, item.Subject.AgentId));
        Assert.Equal((200, Now.AddHours(1), "no"), (item.Evidence.Text!.Length, item.Evidence.Deadline, item.Evidence.Default));
        foreach (var status in Enum.GetValues<QuestionStatus>().Except([QuestionStatus.Open]))
            Assert.Null(AttentionJudge.Question(question with { Status = status }));
    }

    [Fact]
    public void An_open_storm_needs_a_decision()
    {
        var storm = new Storm { StormId = "s", ThreadId = "t", Agents = ["ada", "bob"], Replies = 50, WindowSeconds = 60, StartedAt = Now };

        var item = AttentionJudge.Storm(storm, held: 12)!;

        Assert.Equal(("storm:s", 12, 50, 60), (item.AttentionId, item.Count, item.Evidence.Replies, item.Evidence.WindowSeconds));
        Assert.Null(AttentionJudge.Storm(storm with { Status = StormStatus.Released }, held: 12));
        Assert.Null(AttentionJudge.Storm(storm with { Status = StormStatus.Cancelled }, held: 12));
    }

    [Fact]
    public void A_stalled_agent_says_what_it_was_doing()
    {
        var item = AttentionJudge.Stalled("ada", new AgentStall { Since = Now, UsualSeconds = 120 }, "Reading")!;

        Assert.Equal(("agent_stalled:ada", Now, 120d, "Reading"), (item.AttentionId, item.Since, item.Evidence.UsualSeconds, item.Evidence.Text));
        Assert.Null(AttentionJudge.Stalled("ada", null, "Reading"));
    }

    [Fact]
    public void A_failed_step_needs_a_retry_if_its_workflow_failed_with_it()
    {
        var step = new WorkflowStep { StepId = "s", WorkflowId = "w", Step = "build", Status = WorkflowStepStatus.Failed, EndedAt = Now.AddDays(-7), Attempt = 3, Error = "No compiler", AgentId = "ada" };
        var workflow = new Workflow { WorkflowId = "w", Status = WorkflowStatus.Failed, Title = "Release", ExecutionId = "e", ThreadId = "t" };

        var item = AttentionJudge.Failed(step, workflow, Now)!;

        Assert.Equal(("step_failed:s", "build", "w", 3, "No compiler"), (item.AttentionId, item.Subject.Step, item.Subject.WorkflowId, item.Evidence.Attempts, item.Evidence.Error));
        Assert.Null(AttentionJudge.Failed(step with { EndedAt = Now.AddDays(-7).AddSeconds(-1) }, workflow, Now));
        Assert.Null(AttentionJudge.Failed(step with { OnFailure = FailurePolicy.Continue }, workflow, Now));
        Assert.Null(AttentionJudge.Failed(step with { Status = WorkflowStepStatus.Completed }, workflow, Now));
        Assert.Null(AttentionJudge.Failed(step, workflow with { Status = WorkflowStatus.Running }, Now));
        Assert.Null(AttentionJudge.Failed(step, workflow with { ParentWorkflowId = "p" }, Now));
    }

    [Fact]
    public void An_agent_that_reports_an_error_needs_a_look()
    {
        var presence = new Presence(lastSeen: null);
        Assert.Null(AttentionJudge.Erring("ada", Now, presence));

        presence.Report(new StatusRequest { Status = AgentStatus.Error, Activity = AgentActivity.Working, Note = "No disk space" }, Now.AddMinutes(1));

        var item = AttentionJudge.Erring("ada", Now, presence)!;
        Assert.Equal(("agent_error:ada", Now.AddMinutes(1), "No disk space"), (item.AttentionId, item.Since, item.Evidence.Text));
    }

    [Fact]
    public void Dead_letters_of_one_reason_are_one_item()
    {
        var letters = new DeadLetterTally(1, DeathReason.Rejected, 3, Now.AddMinutes(-4).ToUnixTimeMilliseconds(), Now.ToUnixTimeMilliseconds(), "The database is down.");

        var item = AttentionJudge.Dead("ada", online: true, letters)!;

        Assert.Equal(("dead_letters:ada:rejected", 3, Now.AddMinutes(-4), Now), (item.AttentionId, item.Count, item.Since, item.Evidence.LastAt!.Value));
        Assert.Equal(("The database is down.", true, DeathReason.Rejected), (item.Evidence.Error, item.Evidence.Online, item.Subject.Reason));
        Assert.Equal("dead_letters:ada:reader_lost", AttentionJudge.Dead("ada", online: true, letters with { Reason = DeathReason.ReaderLost })!.AttentionId);
    }

    [Fact]
    public void Mail_may_wait_for_ten_minutes_for_an_agent_that_is_away()
    {
        var since = Now.AddMinutes(-10);

        var item = AttentionJudge.Waiting("ada", online: false, queued: 4, since, since, Now)!;

        Assert.Equal(("mailbox_waiting:ada", 4, since), (item.AttentionId, item.Count, item.Since));
        Assert.Null(AttentionJudge.Waiting("ada", online: false, queued: 4, since.AddMilliseconds(1), since, Now));
        Assert.Null(AttentionJudge.Waiting("ada", online: true, queued: 4, since, since, Now));
        Assert.Null(AttentionJudge.Waiting("ada", online: false, queued: 0, null, since, Now));
    }

    [Fact]
    public void A_task_is_late_when_it_is_marked_so()
    {
        var task = ATask with { Overdue = true, DueDate = Now, AgentId = "ada" };

        Assert.Equal(("task_overdue:t", Now, "ada"), AttentionJudge.Overdue(task) is { } item ? (item.AttentionId, item.Since, item.Subject.AgentId) : default);
        Assert.Null(AttentionJudge.Overdue(task with { Overdue = false }));
    }

    [Fact]
    public void A_task_needs_somebody_with_all_of_its_capabilities()
    {
        var task = ATask with { RequiredCapabilities = ["postgres", "review"] };

        var item = AttentionJudge.Unassignable(task, Now, [["postgres"], ["review"]])!;

        Assert.Equal(("task_unassignable:t", Now), (item.AttentionId, item.Since));
        Assert.Equal(["postgres", "review"], item.Evidence.Capabilities!);
        Assert.Null(AttentionJudge.Unassignable(task, Now, [["postgres"], ["review", "postgres", "sql"]]));
    }

    [Fact]
    public void A_paused_webhook_needs_somebody_to_resume_it()
    {
        var webhook = new Webhook { WebhookId = "h", Url = "https://example.com/", Status = WebhookStatus.Paused, Reason = "Answered 500." };

        Assert.Equal(("webhook_paused:h", "Answered 500."), AttentionJudge.Paused(webhook, Now) is { } item ? (item.AttentionId, item.Evidence.Error) : default);
        Assert.Null(AttentionJudge.Paused(webhook with { Status = WebhookStatus.Active }, Now));
        Assert.Null(AttentionJudge.Paused(webhook with { Status = WebhookStatus.Ended }, Now));
    }

    [Fact]
    public void A_snooze_holds_until_its_time_for_what_began_before_it()
    {
        var item = AttentionJudge.Stalled("ada", new AgentStall { Since = Now, UsualSeconds = null }, null)!;
        var snooze = new AttentionSnooze { AttentionId = item.AttentionId, SnoozedBy = "ops", SnoozedAt = Now, Until = Now.AddHours(1) };

        Assert.Equal(Now.AddHours(1), AttentionJudge.Snoozed(item, snooze, Now).SnoozedUntil);
        Assert.Null(AttentionJudge.Snoozed(item, snooze, Now.AddHours(1)).SnoozedUntil);
        Assert.Null(AttentionJudge.Snoozed(item with { Since = Now.AddMilliseconds(1) }, snooze, Now).SnoozedUntil);
        Assert.Null(AttentionJudge.Snoozed(item, null, Now).SnoozedUntil);
    }

    [Fact]
    public void A_snooze_of_waiting_mail_also_hides_what_came_after_it()
    {
        var item = AttentionJudge.Waiting("ada", online: false, queued: 1, Now.AddMinutes(1), lastSeen: null, Now.AddMinutes(11))!;
        var snooze = new AttentionSnooze { AttentionId = item.AttentionId, SnoozedBy = "ops", SnoozedAt = Now, Until = Now.AddHours(1) };

        Assert.Equal(snooze.Until, AttentionJudge.Snoozed(item, snooze, Now.AddMinutes(11)).SnoozedUntil);
    }

    [Fact]
    public void People_come_first_by_their_deadlines()
    {
        var question = new Question { QuestionId = "a", AgentId = "ada", Content = "?", CreatedAt = Now };
        AttentionItem[] items =
        [
            AttentionJudge.Overdue(ATask with { Overdue = true, DueDate = Now.AddDays(-9) })!,
            AttentionJudge.Stalled("ada", new AgentStall { Since = Now, UsualSeconds = null }, null)!,
            AttentionJudge.Stalled("bob", new AgentStall { Since = Now.AddDays(-1), UsualSeconds = null }, null)!,
            AttentionJudge.Question(question)!,
            AttentionJudge.Question(question with { QuestionId = "b", Deadline = Now.AddHours(2) })!,
            AttentionJudge.Question(question with { QuestionId = "c", Deadline = Now.AddHours(1) })!,
        ];

        Assert.Equal(["question:c", "question:b", "question:a", "agent_stalled:bob", "agent_stalled:ada", "task_overdue:t"], AttentionJudge.InOrder(items).Select(item => item.AttentionId));
    }

    private static AgentTask ATask { get; } = new() { TaskId = "t", Title = "Build" };
}
