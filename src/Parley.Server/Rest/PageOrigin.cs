using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace Parley.Server.Rest;

/// <summary>Which page a request comes from, by the headers that browsers set and pages cannot change.</summary>
internal static class PageOrigin
{
    private const string FetchSite = "Sec-Fetch-Site";

    /// <summary>Whether an <c>Origin</c> is this server's own.</summary>
    internal static bool IsOwn(HttpRequest request, StringValues origins) =>
        origins is [{ } origin]
        && Uri.TryCreate(origin, UriKind.Absolute, out var page)
        && Uri.TryCreate($"{request.Scheme}://{request.Host}", UriKind.Absolute, out var own)
        && Uri.Compare(page, own, UriComponents.SchemeAndServer, UriFormat.UriEscaped, StringComparison.OrdinalIgnoreCase) == 0;

    /// <summary>Whether no other site's page has caused a request: only then may a cookie speak for its browser. A request with neither header is not
    /// a page's request to change something, because for these, every browser sends <c>Origin</c>.</summary>
    internal static bool IsOwnOrNone(HttpRequest request) =>
        (!request.Headers.TryGetValue(HeaderNames.Origin, out var origins) || IsOwn(request, origins))
        && (!request.Headers.TryGetValue(FetchSite, out var site) || IsOwnSite(request, site));

    // 'none': the person typed the address, or chose a bookmark. 'same-site' is another port or subdomain, where somebody else's pages may be.
    private static bool IsOwnSite(HttpRequest request, StringValues site) =>
        site is ["same-origin"] || (site is ["none"] && HttpMethods.IsGet(request.Method));
}
