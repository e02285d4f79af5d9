using Parley.Protocol;

namespace Parley.Server.CatchUp;

/// <summary>Everything that a catch-up could say.</summary>
internal sealed class CatchUpDraft
{
    internal required CatchUpAgent Agent { get; init; }
    internal required CatchUpPart<CatchUpTask> Tasks { get; init; }
    internal required CatchUpPart<CatchUpStep> Steps { get; init; }
    internal required CatchUpPart<CatchUpQuestion> Questions { get; init; }
    internal required CatchUpPart<CatchUpRequest> Requests { get; init; }
    internal required CatchUpPart<CatchUpReservation> Reservations { get; init; }
    internal required CatchUpInbox Inbox { get; init; }
    internal required CatchUpPart<CatchUpMessage> Newest { get; init; }
    internal required CatchUpPart<CatchUpThread> Threads { get; init; }
    internal bool IndexBehind { get; init; }

    /// <summary>The most important first.</summary>
    internal IReadOnlyList<CatchUpPart> Parts => [Tasks, Steps, Questions, Requests, Reservations, Newest, Threads];

    /// <summary>Null if nothing is left out.</summary>
    internal CatchUpLeftOut? LeftOut => Parts.All(part => part.LeftOut == 0) ? null : new CatchUpLeftOut
    {
        Tasks = Tasks.LeftOut,
        Steps = Steps.LeftOut,
        Questions = Questions.LeftOut,
        Requests = Requests.LeftOut,
        Reservations = Reservations.LeftOut,
        Inbox = Newest.LeftOut,
        Threads = Threads.LeftOut,
    };

    internal AgentCatchUp Build(CatchUpAgent agent, int tokens) => new()
    {
        BudgetTokens = tokens,
        Agent = agent,
        Tasks = Tasks.Fitted,
        Steps = Steps.Fitted,
        Questions = Questions.Fitted,
        Requests = Requests.Fitted,
        Reservations = Reservations.Fitted,
        Inbox = Inbox with { Newest = Newest.Fitted },
        Threads = Threads.Fitted,
        IndexBehind = IndexBehind,
    };
}
