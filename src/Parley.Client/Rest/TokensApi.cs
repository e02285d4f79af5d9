using Parley.Protocol;

namespace Parley.Client;

/// <summary>Tokens; an admin's business.</summary>
public sealed class TokensApi
{
    private readonly RestConnection _connection;

    internal TokensApi(RestConnection connection) => _connection = connection;

    /// <summary>Makes a token. Its secret is in the answer, and nowhere else later.</summary>
    public Task<NewToken> CreateAsync(TokenRequest request, CancellationToken cancellationToken = default) =>
        _connection.SendAsync(HttpMethod.Post, new RestPath($"tokens"), request, WireJson.Lenient.TokenRequest, WireJson.Lenient.NewToken, cancellationToken);

    /// <summary>The tokens that are there, without their secrets, a page at a time.</summary>
    /// <param name="limit">How many to a page, 1-500; 50 if absent.</param>
    /// <param name="after">The <c>next</c> of the page before; the first page if absent.</param>
    /// <param name="cancellationToken">Gives up waiting for the answer.</param>
    /// <exception cref="ParleyException">The server refuses it; no server answers.</exception>
    public Task<Page<TokenInfo>> ListAsync(int? limit = null, string? after = null, CancellationToken cancellationToken = default) =>
        _connection.GetAsync(new RestPath($"tokens").With("limit", limit).With("after", after), WireJson.Lenient.PageTokenInfo, cancellationToken);

    /// <summary>Ends a token at once: connections and streams that it opened are closed.</summary>
    /// <exception cref="ParleyException">It is not there (<see cref="ErrorCodes.NotFound"/>), or the server refuses.</exception>
    public Task RevokeAsync(string tokenId, CancellationToken cancellationToken = default) =>
        _connection.SendAsync(HttpMethod.Delete, new RestPath($"tokens/{tokenId}"), cancellationToken);
}
