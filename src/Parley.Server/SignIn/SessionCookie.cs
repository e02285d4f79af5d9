using System.Globalization;
using Microsoft.AspNetCore.Http;
using Parley.Server.Rest;
using Parley.Server.Security;

namespace Parley.Server.SignIn;

/// <summary>The cookie that a browser keeps its session's secret in. Scripts cannot read it, and other sites' pages cannot send it.</summary>
internal static class SessionCookie
{
    private const string Path = "/";

    /// <summary>The cookie's name, with the server's port as the browser sees it: a browser sends a host's cookies to all of its ports, and two servers
    /// on one host must not sign each other's people out. Under HTTPS, <c>__Host-</c> makes browsers refuse one that was set by anybody else.</summary>
    public static string NameOn(HttpRequest request) =>
        string.Create(CultureInfo.InvariantCulture, $"{(request.IsHttps ? "__Host-" : "")}parley-{request.Host.Port ?? (request.IsHttps ? 443 : 80)}");

    /// <summary>The session's secret; null if there is no cookie, or a page of another origin has caused the request.</summary>
    public static string? Of(HttpRequest request) =>
        request.Headers.Cookie.Count > 0 && request.Cookies.TryGetValue(NameOn(request), out var secret) && PageOrigin.IsOwnOrNone(request) ? secret : null;

    /// <summary>Whether the session is what authenticates a request: a token or a ticket in it wins.</summary>
    public static bool Authenticates(HttpRequest request) =>
        request.Headers.Cookie.Count > 0 && request.Headers.Authorization.Count == 0 && !request.Query.ContainsKey(TicketHandler.Parameter) && Of(request) is not null;

    /// <param name="lifetime">How long the session lasts at the most. The server judges it, too.</param>
    public static void Set(HttpContext context, string secret, TimeSpan lifetime) =>
        context.Response.Cookies.Append(NameOn(context.Request), secret, Options(context.Request, lifetime));

    public static void Remove(HttpContext context) => context.Response.Cookies.Append(NameOn(context.Request), "", Options(context.Request, TimeSpan.Zero));

    private static CookieOptions Options(HttpRequest request, TimeSpan lifetime) => new()
    {
        Path = Path,
        HttpOnly = true,
        Secure = request.IsHttps,
        SameSite = SameSiteMode.Strict,
        MaxAge = lifetime,
        IsEssential = true,
    };
}
