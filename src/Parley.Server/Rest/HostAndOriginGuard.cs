using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.Net.Http.Headers;
using Parley.Server.Settings;
using Parley.Server.Wire;

namespace Parley.Server.Rest;

/// <summary>Keeps out web pages from elsewhere, over REST, streams, and sockets alike. A page whose own name points to this machine's address (DNS
/// rebinding) is recognized by the Host header, and any other by the Origin header, which browsers set and pages cannot change.</summary>
internal sealed class HostAndOriginGuard(RequestDelegate next, ServerSettings settings)
{
    private const string AllowedMethods = "GET, HEAD, POST, PUT, PATCH, DELETE";

    // The headers that the API reads, those that fetch and EventSource polyfills add, and those that tracing tools put on every request of a page.
    private const string UsualHeaders =
        "Authorization, Content-Type, Accept, Accept-Language, Idempotency-Key, If-Match, If-None-Match, If-Modified-Since, Last-Event-ID, "
        + "MCP-Protocol-Version, Mcp-Session-Id, Mcp-Method, Mcp-Name, Cache-Control, Pragma, Prefer, X-Requested-With, X-Request-ID, X-Correlation-ID, Request-ID, "
        + "Traceparent, Tracestate, Baggage, B3, X-B3-TraceId, X-B3-SpanId, X-B3-ParentSpanId, X-B3-Sampled, X-B3-Flags, Sentry-Trace, "
        + "X-Datadog-Trace-ID, X-Datadog-Parent-ID, X-Datadog-Origin, X-Datadog-Sampling-Priority, NewRelic, Elastic-Apm-Traceparent, "
        + "Uber-Trace-ID, X-Amzn-Trace-ID, X-Cloud-Trace-Context";

    private const string ExposedHeaders = "ETag, Location, Retry-After, Mcp-Session-Id";

    public Task InvokeAsync(HttpContext context)
    {
        if (RefusedHost(context.Request) is { } host)
            return Problems.Forbidden($"This server does not answer to the name '{Problems.Shown(host)}'. The setting allowed_hosts lists the names that it answers to.").ExecuteAsync(context);

        if (!context.Request.Headers.TryGetValue(HeaderNames.Origin, out var origins))
            return next(context);

        context.Response.Headers.Append(HeaderNames.Vary, HeaderNames.Origin);
        if (PageOrigin.IsOwn(context.Request, origins))
            return next(context);
        if (origins is not [{ } origin] || !IsAllowedOrigin(origin))
            return Problems.Forbidden($"Pages of '{Problems.Shown(origins.ToString())}' may not talk to this server. The setting cors_origins lists the origins that may.").ExecuteAsync(context);

        var headers = context.Response.Headers;
        headers.AccessControlAllowOrigin = origin;
        headers.AccessControlExposeHeaders = ExposedHeaders;
        return IsPreflight(context.Request) ? AnswerPreflight(context) : next(context);
    }

    /// <summary>Both names must be allowed: the one that a proxy forwards, and the one that the request had. A page whose own name points to this
    /// address could send another name in X-Forwarded-Host, and a proxy may pass it on.</summary>
    private string? RefusedHost(HttpRequest request)
    {
        if (!IsAllowedHost(request.Host.Host))
            return request.Host.Host;
        // If a forwarded name replaced the Host, this is the original one.
        if (settings.TrustedProxies.Count == 0 || !request.Headers.TryGetValue(ForwardedHeadersDefaults.XOriginalHostHeaderName, out var before))
            return null;
        var original = new HostString(before.ToString()).Host;
        return IsAllowedHost(original) ? null : original;
    }

    /// <summary>A bare address cannot be rebound, because only its owner answers for it. So only names are compared.</summary>
    private bool IsAllowedHost(string host)
    {
        if (host.Equals(settings.Host, StringComparison.OrdinalIgnoreCase) || host.Equals("localhost", StringComparison.OrdinalIgnoreCase))
            return true;
        if (host.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase) || IPAddress.TryParse(host, out _))
            return true;
        return settings.AllowedHosts.Any(allowed => allowed.StartsWith("*.", StringComparison.Ordinal)
            ? host.EndsWith(allowed[1..], StringComparison.OrdinalIgnoreCase)
            : host.Equals(allowed, StringComparison.OrdinalIgnoreCase));
    }

    private bool IsAllowedOrigin(string origin) =>
        settings.CorsOrigins.Any(allowed => allowed == "*" || allowed.Equals(origin, StringComparison.OrdinalIgnoreCase));

    private static bool IsPreflight(HttpRequest request) =>
        HttpMethods.IsOptions(request.Method) && request.Headers.ContainsKey(HeaderNames.AccessControlRequestMethod);

    private static Task AnswerPreflight(HttpContext context)
    {
        var headers = context.Response.Headers;
        headers.AccessControlAllowMethods = AllowedMethods;
        headers.AccessControlAllowHeaders = UsualHeaders;
        headers.AccessControlMaxAge = "600";

        // Chromium asks before a public page may reach a private address. The setting has already allowed the page.
        if (context.Request.Headers.ContainsKey("Access-Control-Request-Private-Network"))
            headers["Access-Control-Allow-Private-Network"] = "true";
        context.Response.StatusCode = StatusCodes.Status204NoContent;
        return Task.CompletedTask;
    }
}
