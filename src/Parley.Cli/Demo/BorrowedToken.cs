using Parley.Client;
using Parley.Protocol;

namespace Parley.Cli.Demo;

/// <summary>An agent's token that is made for a play and revoked after it: how an admin acts as an agent without touching the token
/// that the agent itself has.</summary>
internal sealed class BorrowedToken : IAsyncDisposable
{
    private readonly ParleyApi _lender;
    private readonly NewToken _token;

    private BorrowedToken(ParleyApi lender, NewToken token)
    {
        _lender = lender;
        _token = token;
    }

    public string Secret => _token.Token;

    /// <param name="lender">Speaks with an admin's token.</param>
    /// <param name="longest">When the token ends by itself, should it not come to be revoked.</param>
    /// <exception cref="ParleyException">With <see cref="ErrorCodes.Forbidden"/> when the lender's token may make none.</exception>
    public static async Task<BorrowedToken> TakeAsync(
        ParleyApi lender, string agentId, DateTimeOffset longest, CancellationToken cancellationToken)
    {
        var request = new TokenRequest
        {
            Kind = TokenKind.Agent,
            ProjectId = lender.Location.Project,
            AgentId = agentId,
            ExpiresAt = longest,
        };
        return new BorrowedToken(lender, await lender.Tokens.CreateAsync(request, cancellationToken));
    }

    public async ValueTask DisposeAsync() => await _lender.Tokens.RevokeAsync(_token.TokenId, CancellationToken.None);
}
