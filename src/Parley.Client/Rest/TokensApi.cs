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

    public Task<Page<TokenInfo>> ListAsync(int? limit = null, string? after = null, CancellationToken cancellationToken = default) =>
        _connection.GetAsync(new RestPath($"tokens").With("limit", limit).With("after", after), WireJson.Lenient.PageTokenInfo, cancellationToken);

    public Task RevokeAsync(string tokenId, CancellationToken cancellationToken = default) =>
        _connection.SendAsync(HttpMethod.Delete, new RestPath($"tokens/{tokenId}"), cancellationToken);
}
