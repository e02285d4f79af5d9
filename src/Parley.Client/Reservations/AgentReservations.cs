using Parley.Protocol;

namespace Parley.Client;

/// <summary>Reservations: keep other agents out of the files that this one works on.</summary>
public sealed partial class ParleyAgent
{
    /// <summary>Reserves paths: all of them or none. Not retried after a broken connection, because they may already be reserved.</summary>
    /// <returns>The reservation; with <see cref="ReservationRequest.Wait"/>, it may be waiting, and a message of type <c>reservation_granted</c> then
    /// says when it is this agent's turn.</returns>
    /// <exception cref="ParleyException">Another agent holds some of them (<see cref="ErrorCodes.Conflict"/>), or the server refuses.</exception>
    public Task<Reservation> ReserveAsync(ReservationRequest request, CancellationToken cancellationToken = default) => CallAsync(
        new Inquiry<ReservationRequest, Reservation>(FrameEvents.ReservationCreate, request, WireJson.Lenient.ReservationRequest, WireJson.Lenient.Reservation) { Repeatable = false },
        cancellationToken);

    /// <summary>Holds a reservation for longer.</summary>
    /// <param name="reservationId">The reservation.</param>
    /// <param name="ttlSeconds">Seconds from now; if omitted, as long as it was reserved for.</param>
    /// <param name="cancellationToken">Stops waiting; a request already sent is not undone.</param>
    /// <exception cref="ParleyException">It has ended, so others may have the paths (<see cref="ErrorCodes.LeaseLost"/>), or the server
    /// refuses.</exception>
    public Task<Reservation> RenewReservationAsync(string reservationId, int? ttlSeconds = null, CancellationToken cancellationToken = default) => CallAsync(
        new Inquiry<ReservationMove, Reservation>(
            FrameEvents.ReservationRenew, new ReservationMove { ReservationId = reservationId, TtlSeconds = ttlSeconds }, WireJson.Lenient.ReservationMove, WireJson.Lenient.Reservation),
        cancellationToken);

    /// <summary>Releases a reservation, or gives up waiting. Repeating it does no harm.</summary>
    /// <exception cref="ParleyException">There is none (<see cref="ErrorCodes.NotFound"/>), or the server refuses.</exception>
    public Task<Reservation> ReleaseReservationAsync(string reservationId, CancellationToken cancellationToken = default) => CallAsync(
        new Inquiry<ReservationMove, Reservation>(
            FrameEvents.ReservationRelease, new ReservationMove { ReservationId = reservationId }, WireJson.Lenient.ReservationMove, WireJson.Lenient.Reservation),
        cancellationToken);
}
