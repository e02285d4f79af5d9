using Parley.Protocol;

namespace Parley.Client;

/// <summary>Tokens. Only admins may create and revoke them.</summary>
public sealed class TokensApi
{
    private readonly RestConnection _connection;

    internal TokensApi(RestConnection connection) => _connection = connection;

    /// <summary>Creates a token. Only this answer has its secret.</summary>
    public Task<NewToken> CreateAsync(TokenRequest request, CancellationToken cancellationToken = default) =>
        _connection.SendAsync(HttpMethod.Post, new RestPath($"tokens"), request, WireJson.Lenient.TokenRequest, WireJson.Lenient.NewToken, cancellationToken);

    /// <summary>Lists the tokens, without their secrets, a page at a time.</summary>
    /// <param name="limit">Items per page, 1-500; 50 if omitted.</param>
    /// <param name="after">The <c>next</c> of the previous page; the first page if omitted.</param>
    /// <param name="cancellationToken">Stops waiting for the answer.</param>
    /// <exception cref="ParleyException">The server refuses it, or no server answers.</exception>
    public Task<Page<TokenInfo>> ListAsync(int? limit = null, string? after = null, CancellationToken cancellationToken = default) =>
        _connection.GetAsync(new RestPath($"tokens").With("limit", limit).With("after", after), WireJson.Lenient.PageTokenInfo, cancellationToken);

    /// <summary>Revokes a token at once and closes the connections and streams it opened.</summary>
    /// <exception cref="ParleyException">It does not exist (<see cref="ErrorCodes.NotFound"/>), or the server refuses.</exception>
    public Task RevokeAsync(string tokenId, CancellationToken cancellationToken = default) =>
        _connection.SendAsync(HttpMethod.Delete, new RestPath($"tokens/{tokenId}"), cancellationToken);
}
