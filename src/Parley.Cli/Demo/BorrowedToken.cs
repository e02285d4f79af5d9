using Parley.Client;
using Parley.Protocol;

namespace Parley.Cli.Demo;

/// <summary>An agent's token that is created for a demo and revoked afterward: a way for an admin to act as an agent without changing the agent's own
/// token.</summary>
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

    /// <param name="lender">Must have an admin's token.</param>
    /// <param name="longest">When the token expires by itself, in case it is not revoked.</param>
    /// <exception cref="ParleyException"><see cref="ErrorCodes.Forbidden"/> if the lender's token may not create tokens.</exception>
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
