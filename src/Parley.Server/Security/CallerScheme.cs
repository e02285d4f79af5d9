using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Parley.Server.Security;

/// <summary>Which requests an authentication scheme handles. Added schemes are asked before the two built-in ones, which handle all remaining
/// requests.</summary>
/// <param name="Name">The name with which the scheme was added.</param>
/// <param name="Takes">Whether a request has what the scheme reads. Called for each request, so it should be cheap.</param>
internal sealed record CallerScheme(string Name, Func<HttpRequest, bool> Takes);

/// <summary>Chooses the scheme of a request.</summary>
internal sealed class CallerSchemes(IEnumerable<CallerScheme> added)
{
    public const string Token = "Token";
    public const string Ticket = "Ticket";

    private readonly CallerScheme[] _added = [.. added];

    public string Of(HttpRequest request)
    {
        foreach (var scheme in _added)
        {
            if (scheme.Takes(request))
                return scheme.Name;
        }

        // A request without any credentials is told to send a token.
        return !HasAuthorization(request) && request.QueryString.HasValue && request.Query.ContainsKey(TicketHandler.Parameter) ? Ticket : Token;
    }

    private static bool HasAuthorization(HttpRequest request) => request.Headers.TryGetValue(HeaderNames.Authorization, out var values) && values is [not null, ..];
}
