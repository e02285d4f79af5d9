using System.Globalization;
using Parley.Protocol;
using Parley.Server.Entities;
using Parley.Server.Wire;

namespace Parley.Server.Reservations;

/// <summary>Validates reservation requests, and decides how reservations change. Pure functions.</summary>
internal static class ReservationRules
{
    internal const string Noun = "reservation";

    internal const int MostPaths = 50, MostFiles = 10_000, LongestTtl = 86_400, UsualTtl = 900, MostWanting = 100;

    /// <summary>How many an agent may hold and wait for. They are in memory, and each one is compared with others.</summary>
    internal const int MostLive = 200;

    /// <summary>The most characters of all paths of a reservation together.</summary>
    internal const int MostCharacters = 4_096;

    internal static ApiProblem? Check(ReservationRequest request) => new Validation()
        .Required("paths", request.Paths)
        .Items("paths", request.Paths, MostPaths)
        .AgentId("agent_id", request.AgentId == Security.Caller.Human ? null : request.AgentId)
        .Range("ttl_seconds", request.TtlSeconds, 1, LongestTtl)
        .DisplayText("reason", request.Reason)
        .Problem;

    internal static ApiProblem? Check(ReservationMove move, bool renews) => new Validation()
        .Check(renews || move.TtlSeconds is null, "ttl_seconds", "must be absent: a released reservation has ended")
        .Range("ttl_seconds", move.TtlSeconds, 1, LongestTtl)
        .Problem;

    internal static ApiProblem? Check(ReservationCheck check) => new Validation()
        .Required("files", check.Files)
        .Items("files", check.Files, MostFiles)
        .Problem;

    /// <summary>Reads the globs of a request.</summary>
    internal static Result<PathGlob[]> Globs(IReadOnlyList<string> paths, bool ignoresCase)
    {
        var validation = new Validation();
        var globs = new List<PathGlob>();
        for (var i = 0; i < paths.Count; i++)
        {
            if (PathGlob.Read(paths[i], ignoresCase, out var reason) is { } glob)
                globs.Add(glob);
            else
                validation.Fail(string.Create(CultureInfo.InvariantCulture, $"paths[{i}]"), reason!);
        }

        validation.Check(
            paths.Sum(path => path.Length) <= MostCharacters, "paths",
            string.Create(CultureInfo.InvariantCulture, $"are longer than {MostCharacters} characters together: use wildcards or folders"));

        return validation.Problem is { } problem ? problem : globs.ToArray();
    }

    internal static Reservation Create(ReservationRequest request, string agentId) => new()
    {
        ReservationId = "",
        AgentId = agentId,
        Paths = [.. request.Paths!.Distinct(StringComparer.Ordinal)],
        Mode = request.Mode ?? ReservationMode.Exclusive,
        Reason = request.Reason,
        TtlSeconds = request.TtlSeconds ?? UsualTtl,
    };

    /// <summary>It is its turn, from the start or after it has waited.</summary>
    internal static Decision<Reservation> Grant(Reservation reservation, DateTimeOffset now, string type) => Decision<Reservation>.Put(
        reservation with { Status = ReservationStatus.Active, ExpiresAt = now.AddSeconds(reservation.TtlSeconds) }, type);

    internal static Decision<Reservation> Renew(Reservation reservation, ReservationMove move, DateTimeOffset now)
    {
        if (Stale(reservation, move.Fence) is { } problem)
            return Decision<Reservation>.Refuse(problem);
        if (reservation.Status == ReservationStatus.Waiting)
            return Decision<Reservation>.Refuse(Problems.Conflict($"The reservation '{reservation.ReservationId}' waits for its turn, so there is nothing to renew."));
        if (!ReservationKinds.IsLive(reservation) || reservation.ExpiresAt <= now)
            return Decision<Reservation>.Refuse(Ended(reservation));
        var seconds = move.TtlSeconds ?? reservation.TtlSeconds;
        return Decision<Reservation>.Put(reservation with { TtlSeconds = seconds, ExpiresAt = now.AddSeconds(seconds) }, ReservationKinds.RenewedType);
    }

    /// <summary>One that has ended stays as it is: a release may be repeated.</summary>
    internal static Decision<Reservation> Release(Reservation reservation, long? fence)
    {
        if (Stale(reservation, fence) is { } problem)
            return Decision<Reservation>.Refuse(problem);
        return ReservationKinds.IsLive(reservation)
            ? Decision<Reservation>.Put(reservation with { Status = ReservationStatus.Released, ExpiresAt = null }, ReservationKinds.ReleasedType)
            : Decision<Reservation>.Keep;
    }

    internal static Decision<Reservation> Expire(Reservation reservation, DateTimeOffset now) => IsOverdue(reservation, now)
        ? Decision<Reservation>.Put(reservation with { Status = ReservationStatus.Expired, ExpiresAt = null }, ReservationKinds.ExpiredType)
        : Decision<Reservation>.Keep;

    /// <summary>Notes that another agent wants something that it covers; once per agent. One that waits is told when it is its turn.</summary>
    internal static Decision<Reservation> Want(Reservation reservation, string agentId) =>
        !ReservationKinds.IsLive(reservation) || reservation.WantedBy.Count >= MostWanting || reservation.WantedBy.Contains(agentId)
            ? Decision<Reservation>.Keep
            : Decision<Reservation>.Put(reservation with { WantedBy = [.. reservation.WantedBy, agentId] }, ReservationKinds.WantedType);

    internal static bool IsOverdue(Reservation reservation, DateTimeOffset now) => reservation.Status == ReservationStatus.Active && reservation.ExpiresAt <= now;

    /// <summary>Who holds what until when, for each path that somebody else holds.</summary>
    internal static ApiProblem Clashes(IReadOnlyList<Clash> clashes)
    {
        var first = clashes[0];
        var errors = clashes.GroupBy(clash => clash.PathIndex).ToDictionary(
            group => string.Create(CultureInfo.InvariantCulture, $"paths[{group.Key}]"),
            group => (IReadOnlyList<string>)[.. group.Select(Said)],
            StringComparer.Ordinal);
        return Problems.Conflict(string.Create(CultureInfo.InvariantCulture, $"paths[{first.PathIndex}]: {Said(first)}. Nothing was reserved; with wait, you get it when it is your turn.")) with { Errors = errors };
    }

    internal static ApiProblem TooMany(string agentId) => Problems.Conflict(
        string.Create(CultureInfo.InvariantCulture, $"'{agentId}' has {MostLive} reservations, and can have no more. Release some, or reserve a folder instead of its files."));

    internal static ApiProblem NotFound(string id) => Problems.NotFound(Noun, id);

    private static string Said(Clash clash)
    {
        var held = clash.Held.Value;
        return held.Status == ReservationStatus.Waiting
            ? $"'{clash.Common}' is wanted by '{held.AgentId}', who has waited for longer (reservation {held.ReservationId})"
            : $"'{clash.Common}' is held by '{held.AgentId}' until {WireTime.ToText(held.ExpiresAt!.Value)} ({WireType.WordOf(held.Mode)} reservation {held.ReservationId})";
    }

    private static ApiProblem? Stale(Reservation reservation, long? fence) => fence is null || fence == reservation.Fence
        ? null
        : new ApiProblem(ErrorCodes.LeaseLost, string.Create(CultureInfo.InvariantCulture, $"The fence {fence} is not that of the reservation '{reservation.ReservationId}'."));

    private static ApiProblem Ended(Reservation reservation) => new(
        ErrorCodes.LeaseLost, $"The reservation '{reservation.ReservationId}' has ended, and others may have the paths now. Reserve them again before you change anything.");
}

/// <summary>Something that another agent holds, or has waited for longer.</summary>
/// <param name="PathIndex">Which of the requested paths.</param>
/// <param name="Common">A path that both cover.</param>
internal sealed record Clash(Entity<Reservation> Held, int PathIndex, string Common);
