using Parley.Protocol;
using Parley.Server.Entities;
using Parley.Server.Rest;

namespace Parley.Server.Storms;

/// <summary>The filters of a list of storms.</summary>
internal sealed record StormQuery(ListQuery List) : IQuery<StormQuery>
{
    internal StormStatus? Status { get; init; }
    internal string? Agent { get; init; }

    internal IEnumerable<string> Marks
    {
        get
        {
            if (Agent is not null)
                yield return StormKind.OfAgent(Agent);
            if (Status is { } status)
                yield return StormKind.Mark(status);
        }
    }

    /// <summary>The same filters for a feed.</summary>
    internal EntityFilter Filter => new() { Marks = [.. Marks] };

    public static StormQuery Read(QueryReader query) => new(query.List())
    {
        Status = query.Word<StormStatus>("status", "Only those with this status."),
        Agent = query.Text("agent", "Only those that this agent takes part in."),
    };
}
