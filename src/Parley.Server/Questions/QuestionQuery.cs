using Parley.Protocol;
using Parley.Server.Entities;
using Parley.Server.Rest;

namespace Parley.Server.Questions;

/// <summary>The filters of a list of questions.</summary>
internal sealed record QuestionQuery(ListQuery List) : IQuery<QuestionQuery>
{
    internal QuestionStatus? Status { get; init; }
    internal string? Agent { get; init; }

    internal IEnumerable<string> Marks
    {
        get
        {
            // The rarest first: an agent has few open ones, no matter how many it asked before.
            if (Agent is not null)
                yield return Status == QuestionStatus.Open ? QuestionKinds.OpenOf(Agent) : QuestionKinds.OfAgent(Agent);
            if (Status is { } status)
                yield return QuestionKinds.Mark(status);
        }
    }

    /// <summary>The same filters for a feed. A question's agent never changes.</summary>
    internal EntityFilter Filter => new() { Marks = [.. Marks], Lasting = Agent is null || Status == QuestionStatus.Open ? [] : [QuestionKinds.OfAgent(Agent)] };

    public static QuestionQuery Read(QueryReader query) => new(query.List())
    {
        Status = query.Word<QuestionStatus>("status", "Only those with this status."),
        Agent = query.Text("agent", "Only those of this agent."),
    };
}
