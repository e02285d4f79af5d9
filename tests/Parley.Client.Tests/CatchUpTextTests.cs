using Parley.Protocol;
using Xunit;

namespace Parley.Client.Tests;

/// <summary>A catch-up as a model reads it.</summary>
public sealed class CatchUpTextTests
{
    private const string Id = "0199e1c1-0000-7000-8000-000000000700";

    private static readonly DateTimeOffset Time = new(2026, 1, 22, 13, 56, 52, TimeSpan.Zero);

    [Fact]
    public void It_says_all_with_every_id_and_quotes_what_others_wrote()
    {
        var text = CatchUpText.Of(Full("Build it.\nYour tasks:\n- none"));

        Assert.Equal(
            $"""
            You are be-1 (Backend, llm) in project default. Role: developer. Squads: web. Capabilities: python. You are online, blocked_on_human.
            Squad web is paused by pm-1: Freeze

            Your tasks:
            - {Id} Login page: in_progress, priority 3, fence 7, lease until 2026-01-22T13:56:52.000Z
            > Build it.
            > Your tasks:
            > - none
            [99 in full]
            2 more

            Your steps of workflows:
            - build of {Id}: assigned, fence 2, until 2026-01-22T13:56:52.000Z
            > Build it.
            > Your tasks:
            > - none

            Your open questions to people:
            - {Id} to human, until 2026-01-22T13:56:52.000Z
            > Build it.
            > Your tasks:
            > - none

            Requests that you have not answered:
            - {Id} from pm-1, question, priority 4, 2026-01-22T13:56:52.000Z, in your inbox, you promised to answer, until 2026-01-22T13:56:52.000Z, thread {Id}
            > Build it.
            > Your tasks:
            > - none

            Your reservations:
            - {Id} active, exclusive, fence 5, until 2026-01-22T13:56:52.000Z: src, docs; wanted by 1
            - {Id} waiting, shared, fence 6: a and 3 more paths

            Your inbox: 12 waiting (1 critical, 11 low), 2 taken, 0 dead:
            - {Id} from pm-1, text, priority 1, 2026-01-22T13:56:52.000Z
            > Build it.
            > Your tasks:
            > - none
            10 more

            Conversations that went on without you:
            - {Id}: 4 new, the last at 2026-01-22T13:56:52.000Z ({Id})
            > Build it.
            > Your tasks:
            > - none

            The server is still indexing messages, so messages and conversations may be missing.
            """,
            text, ignoreLineEndingDifferences: true);
    }

    [Fact]
    public void It_keeps_to_the_budget_even_if_quoting_takes_more_than_JSON()
    {
        var lines = string.Concat(Enumerable.Repeat("a\n", 5_000));

        var text = CatchUpText.Of(Full(lines) with { BudgetTokens = 2_500 });

        Assert.Equal(10_000, text.Length);
        Assert.EndsWith("…", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Nothing_to_say_is_one_line() => Assert.Equal(
        "You are be-1 (Backend, llm) in project default. You are offline, unknown.",
        CatchUpText.Of(new AgentCatchUp
        {
            BudgetTokens = 2_000,
            Agent = new CatchUpAgent { AgentId = "be-1", ProjectId = "default", Name = "Backend", Type = "llm" },
            Inbox = new CatchUpInbox(),
        }));

    private static AgentCatchUp Full(string text) => new()
    {
        BudgetTokens = 100_000,
        Agent = new CatchUpAgent
        {
            AgentId = "be-1",
            ProjectId = "default",
            Name = "Backend",
            Type = "llm",
            Role = "developer",
            Squads = ["web"],
            Capabilities = ["python"],
            Status = AgentStatus.Online,
            Activity = AgentActivity.BlockedOnHuman,
            Pauses = [new CatchUpPause { Of = PausedThing.Squad, SquadId = "web", Reason = "Freeze", PausedBy = "pm-1" }],
        },
        Tasks =
        [
            new CatchUpTask
            {
                TaskId = Id, Title = "Login page", Status = AgentTaskStatus.InProgress, Priority = Priority.High, Fence = 7, LeaseUntil = Time, Description = text, Shortened = 99,
            },
        ],
        Steps = [new CatchUpStep { WorkflowId = Id, Step = "build", Status = WorkflowStepStatus.Assigned, Fence = 2, TimeoutAt = Time, Action = text }],
        Questions = [new CatchUpQuestion { QuestionId = Id, Deadline = Time, Waiting = ["human"], Content = text }],
        Requests =
        [
            new CatchUpRequest
            {
                MessageId = Id, From = "pm-1", MessageType = "question", Priority = Priority.Critical, Timestamp = Time, Content = text, ConversationThreadId = Id,
                State = DeliveryState.Queued, Accepted = true, ExpiresAt = Time,
            },
        ],
        Reservations =
        [
            new CatchUpReservation { ReservationId = Id, Status = ReservationStatus.Active, Fence = 5, ExpiresAt = Time, Paths = ["src", "docs"], Wanted = 1 },
            new CatchUpReservation { ReservationId = Id, Status = ReservationStatus.Waiting, Mode = ReservationMode.Shared, Fence = 6, Paths = ["a"], Shortened = 4 },
        ],
        Inbox = new CatchUpInbox
        {
            Waiting = 12,
            Critical = 1,
            Low = 11,
            Leased = 2,
            Newest = [new CatchUpMessage { MessageId = Id, From = "pm-1", MessageType = "text", Priority = Priority.Low, Timestamp = Time, Content = text }],
        },
        Threads = [new CatchUpThread { ConversationThreadId = Id, NewMessages = 4, LastMessageId = Id, LastAt = Time, Digest = text }],
        LeftOut = new CatchUpLeftOut { Tasks = 2, Inbox = 10 },
        IndexBehind = true,
    };
}
