using Parley.Protocol;
using Parley.Server.Entities;
using Parley.Server.Rest;

namespace Parley.Server.Reservations;

/// <summary>The filters of a list of reservations.</summary>
internal sealed record ReservationQuery(ListQuery List) : IQuery<ReservationQuery>
{
    internal ReservationStatus? Status { get; init; }
    internal string? Agent { get; init; }
    internal bool? Live { get; init; }

    internal IEnumerable<string> Marks
    {
        get
        {
            // The rarest first: an agent has few at a time, no matter how many it had before.
            if (Live == true)
                yield return Agent is null ? ReservationKinds.Live : ReservationKinds.LiveOf(Agent);
            if (Agent is not null && Live != true)
                yield return ReservationKinds.OfAgent(Agent);
            if (Status is { } status)
                yield return ReservationKinds.Mark(status);
        }
    }

    /// <summary>The same filters for a feed. A reservation's agent never changes.</summary>
    internal EntityFilter Filter => new() { Marks = [.. Marks], Lasting = [.. (this with { Status = null, Live = null }).Marks.Intersect(Marks)] };

    public static ReservationQuery Read(QueryReader query) => new(query.List())
    {
        Status = query.Word<ReservationStatus>("status", "Only those with this status."),
        Agent = query.Text("agent", "Only those of this agent."),
        Live = query.Flag("live", "With `true`, only those that are active or wait."),
    };
}
