using Parley.Protocol;

namespace Parley.Client;

/// <summary>Storms over REST: agents that answer each other too often, whose further replies wait for a person's decision.</summary>
public sealed class StormsApi
{
    private readonly RestConnection _connection;

    internal StormsApi(RestConnection connection) => _connection = connection;

    /// <summary>Lists storms, newest first, a page at a time.</summary>
    /// <param name="status">Only those with this status.</param>
    /// <param name="agent">Only those that this agent takes part in.</param>
    /// <param name="limit">Storms per page, 1-500; 50 if omitted.</param>
    /// <param name="after">The <c>next</c> of the previous page; the first page if omitted.</param>
    /// <param name="cancellationToken">Stops waiting for the answer.</param>
    /// <exception cref="ParleyException">The server refuses it, or no server answers.</exception>
    public Task<Page<Storm>> ListAsync(
        string? status = null, string? agent = null, int? limit = null, string? after = null, CancellationToken cancellationToken = default) =>
        _connection.GetAsync(
            new RestPath($"storms").With("status", status).With("agent", agent).With("limit", limit).With("after", after), WireJson.Lenient.PageStorm, cancellationToken);

    /// <summary>Gets a storm, with what its messages say.</summary>
    /// <exception cref="ParleyException">There is none (<see cref="ErrorCodes.NotFound"/>), or the server refuses.</exception>
    public Task<Storm> GetAsync(string stormId, CancellationToken cancellationToken = default) =>
        _connection.GetAsync(new RestPath($"storms/{stormId}"), WireJson.Lenient.Storm, cancellationToken);

    /// <summary>Delivers the held replies. Repeating it does no harm.</summary>
    /// <param name="stormId">The storm.</param>
    /// <param name="message">A message that its agents get first; none if omitted.</param>
    /// <param name="cancellationToken">Stops waiting for the answer.</param>
    /// <exception cref="ParleyException">It was cancelled (<see cref="ErrorCodes.Conflict"/>), or the server refuses.</exception>
    public Task<Storm> ReleaseAsync(string stormId, string? message = null, CancellationToken cancellationToken = default) => _connection.SendAsync(
        HttpMethod.Post, new RestPath($"storms/{stormId}/release"), new StormRelease { Message = message }, WireJson.Lenient.StormRelease, WireJson.Lenient.Storm,
        cancellationToken, repeatable: true);

    /// <summary>Withdraws the held replies, and tells their senders. Repeating it does no harm.</summary>
    /// <exception cref="ParleyException">It was released (<see cref="ErrorCodes.Conflict"/>), or the server refuses.</exception>
    public Task<Storm> CancelAsync(string stormId, CancellationToken cancellationToken = default) =>
        _connection.SendAsync(HttpMethod.Post, new RestPath($"storms/{stormId}/cancel"), WireJson.Lenient.Storm, cancellationToken);
}
