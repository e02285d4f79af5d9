using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Parley.Server.Security;

/// <summary>Which requests a scheme of the framework authenticates. One that is added to the services is asked before the built-in two, which
/// leave no request over.</summary>
/// <param name="Name">The name under which the scheme was added.</param>
/// <param name="Takes">Whether a request comes with what the scheme reads. Asked for each request, so it should be cheap.</param>
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

        // Whoever says nothing is told to send a token.
        return !HasAuthorization(request) && request.QueryString.HasValue && request.Query.ContainsKey(TicketHandler.Parameter) ? Ticket : Token;
    }

    private static bool HasAuthorization(HttpRequest request) => request.Headers.TryGetValue(HeaderNames.Authorization, out var values) && values is [not null, ..];
}
