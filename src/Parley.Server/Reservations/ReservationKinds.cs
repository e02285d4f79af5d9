using System.Globalization;
using Parley.Protocol;
using Parley.Server.Entities;
using Parley.Server.Wire;

namespace Parley.Server.Reservations;

/// <summary>Reservations as a kind of entities, with their search keys.</summary>
internal static class ReservationKinds
{
    internal const string AReservation =
        """
        {"reservation_id": "0199e1c1-0000-7000-8000-000000000900", "agent_id": "fe-1", "paths": ["src/login/**", "docs/login.md"], "mode": "exclusive",
         "status": "active", "reason": "The login page", "ttl_seconds": 900, "expires_at": "2026-01-22T14:05:00.000Z", "wanted_by": [],
         "created_at": "2026-01-22T13:50:00.000Z", "ended_at": null, "version": 1051, "fence": 1051}
        """;

    /// <summary>Those that are active or wait.</summary>
    internal const string Live = "live";

    internal const string CreatedType = "reservation_created", WaitingType = "reservation_waiting", GrantedType = "reservation_granted", RenewedType = "reservation_renewed",
        WantedType = "reservation_wanted", ReleasedType = "reservation_released", ExpiredType = "reservation_expired", RemovedType = "reservation_removed";

    /// <remarks>Ended ones stay until retention removes them, so an end is a change of the status, and not a removal.</remarks>
    internal static EntityKind<Reservation> Reservation { get; } = new()
    {
        Number = 27,
        Name = "reservation",
        Feed = "reservations",
        RemovedType = RemovedType,
        Fields = new EntityFields("reservation_id") { EndedAt = "ended_at", Version = "version", Place = "fence" },
        Json = WireJson.Lenient.Reservation,
        Marks = Marks,
        Filter = query => ReservationQuery.Read(query).Filter,
        Due = reservation => reservation.Status == ReservationStatus.Active ? reservation.ExpiresAt : null,
        IsOver = reservation => !IsLive(reservation),
        Events =
        [
            new(CreatedType, "An agent reserved paths."),
            new(WaitingType, "An agent waits for paths that others hold or wait for."),
            new(GrantedType, "A reservation that waited is active now."),
            new(RenewedType, "The agent renewed its reservation."),
            new(WantedType, "Another agent wanted something that a reservation covers. Published once per agent."),
            new(ReleasedType, "A reservation was released, perhaps because its agent was deleted."),
            new(ExpiredType, "A reservation ended because it was not renewed."),
        ],
        Example = AReservation,
    };

    internal static bool IsLive(Reservation reservation) => reservation.Status is ReservationStatus.Active or ReservationStatus.Waiting;

    internal static string Mark(ReservationStatus status) => $"status={WireType.WordOf(status)}";

    internal static string OfAgent(string agentId) => $"agent={agentId}";

    /// <summary>Those of an agent that are active or wait.</summary>
    internal static string LiveOf(string agentId) => $"live={agentId}";

    /// <summary>A name that only one reservation can have: the one that comes right after another. Two that are made at the same time, perhaps on two
    /// nodes, would have the same name, so the store refuses the second, which then learns of the first.</summary>
    /// <param name="newest">Where the newest reservation was made; 0 if there is none.</param>
    internal static string NameAfter(long newest) => string.Create(CultureInfo.InvariantCulture, $"after {newest}");

    private static IReadOnlyList<string> Marks(Reservation reservation)
    {
        var marks = new List<string> { Mark(reservation.Status), OfAgent(reservation.AgentId) };
        if (IsLive(reservation))
        {
            marks.Add(Live);
            marks.Add(LiveOf(reservation.AgentId));
        }

        return marks;
    }
}
