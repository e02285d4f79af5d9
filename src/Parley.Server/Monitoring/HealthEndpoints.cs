using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Parley.Protocol;
using Parley.Server.Security;

namespace Parley.Server.Monitoring;

/// <summary>Whether the server is alive and ready, outside the base path and without a token, for whoever watches over it.</summary>
internal static class HealthEndpoints
{
    /// <summary>How old what is known of the store may be.</summary>
    private static readonly TimeSpan Freshness = TimeSpan.FromSeconds(5);

    public static void MapHealth(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/health").WithTags("Health").AllowAnyone();
        group.MapGet("", ReadyAsync).WithName("GetHealth").WithSummary("Whether the server can serve, and which it is.")
            .Produces<Health>().Produces<Health>(StatusCodes.Status503ServiceUnavailable);
        group.MapGet("/live", Live).WithName("GetLiveness").WithSummary("Answers as long as the process does.")
            .Produces<Health>();
        group.MapGet("/ready", ReadyAsync).WithName("GetReadiness").WithSummary("Whether to send requests here: not while starting or stopping, nor when the store takes no writes.")
            .Produces<Health>().Produces<Health>(StatusCodes.Status503ServiceUnavailable);
    }

    private static async Task<IResult> ReadyAsync(Readiness readiness, Uptime uptime, HttpContext context)
    {
        var answers = await uptime.ProbeAsync(unlessWithin: Freshness);
        return Answer(context, readiness.Reason ?? (answers ? null : "The store does not answer."));
    }

    private static IResult Live(HttpContext context) => Answer(context, reason: null);

    private static IResult Answer(HttpContext context, string? reason)
    {
        context.Response.Headers.CacheControl = "no-store";
        return TypedResults.Json(
            new Health { Status = reason is null ? "ok" : "unavailable", Version = ServerVersion.Text, Reason = reason },
            WireJson.Lenient.Health,
            statusCode: reason is null ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable);
    }
}
