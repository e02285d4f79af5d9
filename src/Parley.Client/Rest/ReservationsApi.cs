using Parley.Protocol;

namespace Parley.Client;

/// <summary>Reservations of paths over REST, without a connection.</summary>
public sealed class ReservationsApi
{
    private readonly RestConnection _connection;

    internal ReservationsApi(RestConnection connection) => _connection = connection;

    /// <summary>Reserves paths: all of them or none.</summary>
    /// <returns>The reservation; with <see cref="ReservationRequest.Wait"/>, it may be waiting.</returns>
    /// <exception cref="ParleyException">Another agent holds some of them (<see cref="ErrorCodes.Conflict"/>), or the server refuses.</exception>
    public Task<Reservation> CreateAsync(ReservationRequest request, CancellationToken cancellationToken = default) => _connection.SendAsync(
        HttpMethod.Post, new RestPath($"reservations"), request, WireJson.Lenient.ReservationRequest, WireJson.Lenient.Reservation, cancellationToken);

    /// <summary>Lists reservations, newest first, a page at a time.</summary>
    /// <param name="live">Only those that are active or wait.</param>
    /// <param name="agent">Only those of this agent.</param>
    /// <param name="status">Only those with this status.</param>
    /// <param name="limit">Reservations per page, 1-500; 50 if omitted.</param>
    /// <param name="after">The <c>next</c> of the previous page; the first page if omitted.</param>
    /// <param name="cancellationToken">Stops waiting for the answer.</param>
    /// <exception cref="ParleyException">The server refuses it, or no server answers.</exception>
    public Task<Page<Reservation>> ListAsync(
        bool live = false, string? agent = null, string? status = null, int? limit = null, string? after = null, CancellationToken cancellationToken = default) =>
        _connection.GetAsync(
            new RestPath($"reservations").With("live", live ? "true" : null).With("agent", agent).With("status", status).With("limit", limit).With("after", after),
            WireJson.Lenient.PageReservation, cancellationToken);

    /// <summary>Gets a reservation.</summary>
    /// <exception cref="ParleyException">There is none (<see cref="ErrorCodes.NotFound"/>), or the server refuses.</exception>
    public Task<Reservation> GetAsync(string reservationId, CancellationToken cancellationToken = default) =>
        _connection.GetAsync(new RestPath($"reservations/{reservationId}"), WireJson.Lenient.Reservation, cancellationToken);

    /// <summary>Finds the reservations of other agents that keep an agent from changing files.</summary>
    /// <exception cref="ParleyException">The server refuses it, or no server answers.</exception>
    public Task<ReservationClashes> CheckAsync(ReservationCheck check, CancellationToken cancellationToken = default) => _connection.SendAsync(
        HttpMethod.Post, new RestPath($"reservations/check"), check, WireJson.Lenient.ReservationCheck, WireJson.Lenient.ReservationClashes, cancellationToken, repeatable: true);

    /// <summary>Holds a reservation for longer. Repeating it does no harm.</summary>
    /// <param name="reservationId">The reservation.</param>
    /// <param name="ttlSeconds">Seconds from now; if omitted, as long as it was reserved for.</param>
    /// <param name="cancellationToken">Stops waiting for the answer.</param>
    /// <exception cref="ParleyException">It has ended (<see cref="ErrorCodes.LeaseLost"/>), or the server refuses.</exception>
    public Task<Reservation> RenewAsync(string reservationId, int? ttlSeconds = null, CancellationToken cancellationToken = default) => _connection.SendAsync(
        HttpMethod.Post, new RestPath($"reservations/{reservationId}/renew"), new ReservationMove { TtlSeconds = ttlSeconds },
        WireJson.Lenient.ReservationMove, WireJson.Lenient.Reservation, cancellationToken, repeatable: true);

    /// <summary>Releases a reservation, or gives up waiting. Repeating it does no harm.</summary>
    /// <exception cref="ParleyException">There is none (<see cref="ErrorCodes.NotFound"/>), or the server refuses.</exception>
    public Task<Reservation> ReleaseAsync(string reservationId, CancellationToken cancellationToken = default) =>
        _connection.SendAsync(HttpMethod.Delete, new RestPath($"reservations/{reservationId}"), WireJson.Lenient.Reservation, cancellationToken);
}
