using Parley.Protocol;

namespace Parley.Client;

/// <summary>Inbound hooks: addresses that outside systems post messages to. Only admins and operators may change them.</summary>
public sealed class InboundApi
{
    private readonly RestConnection _connection;

    internal InboundApi(RestConnection connection) => _connection = connection;

    /// <summary>Creates a hook. Not retried if no answer comes, because it may have been created.</summary>
    /// <returns>The hook. If the request names no <see cref="InboundHookRequest.Secret"/>, it has the one that the server created, which is not
    /// shown again.</returns>
    /// <exception cref="ParleyException">The server refuses it, or no server answers.</exception>
    public Task<InboundHook> CreateAsync(InboundHookRequest request, CancellationToken cancellationToken = default) => _connection.SendAsync(
        HttpMethod.Post, new RestPath($"inbound"), request, WireJson.Lenient.InboundHookRequest, WireJson.Lenient.InboundHook, cancellationToken);

    /// <summary>Lists the project's hooks, newest first, a page at a time, without their secrets.</summary>
    /// <param name="limit">Items per page, 1-500; 50 if omitted.</param>
    /// <param name="after">The <c>next</c> of the previous page; the first page if omitted.</param>
    /// <param name="cancellationToken">Stops waiting for the answer.</param>
    /// <exception cref="ParleyException">The server refuses it, or no server answers.</exception>
    public Task<Page<InboundHook>> ListAsync(int? limit = null, string? after = null, CancellationToken cancellationToken = default) =>
        _connection.GetAsync(new RestPath($"inbound").With("limit", limit).With("after", after), WireJson.Lenient.PageInboundHook, cancellationToken);

    /// <summary>Gets a hook, without its secret.</summary>
    /// <exception cref="ParleyException">It does not exist (<see cref="ErrorCodes.NotFound"/>), or the server refuses.</exception>
    public Task<InboundHook> GetAsync(string hookId, CancellationToken cancellationToken = default) =>
        _connection.GetAsync(new RestPath($"inbound/{hookId}"), WireJson.Lenient.InboundHook, cancellationToken);

    /// <summary>Replaces a hook's settings. If the request has no secret, the current one stays.</summary>
    /// <exception cref="ParleyException">It does not exist (<see cref="ErrorCodes.NotFound"/>), or the server refuses.</exception>
    public Task<InboundHook> UpdateAsync(string hookId, InboundHookRequest request, CancellationToken cancellationToken = default) => _connection.SendAsync(
        HttpMethod.Put, new RestPath($"inbound/{hookId}"), request, WireJson.Lenient.InboundHookRequest, WireJson.Lenient.InboundHook, cancellationToken,
        repeatable: true);

    /// <summary>Deletes a hook. Its messages stay.</summary>
    /// <exception cref="ParleyException">It does not exist (<see cref="ErrorCodes.NotFound"/>), or the server refuses.</exception>
    public Task DeleteAsync(string hookId, CancellationToken cancellationToken = default) =>
        _connection.SendAsync(HttpMethod.Delete, new RestPath($"inbound/{hookId}"), cancellationToken);
}
