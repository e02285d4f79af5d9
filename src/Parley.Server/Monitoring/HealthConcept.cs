using Microsoft.AspNetCore.Http;
using Parley.Protocol;
using Parley.Server.Coordination;
using Parley.Server.Operations;

namespace Parley.Server.Monitoring;

/// <summary>Whether the server is alive and ready, for monitoring: outside the base path and without a token.</summary>
internal sealed class HealthConcept(Readiness readiness, Uptime uptime, BackgroundFaults faults) : IConcept
{
    private const string Healthy = """{"status": "ok", "version": "0.1.0", "reason": null}""";

    private const string Unavailable = "unavailable";

    /// <summary>How old the last check of the store may be.</summary>
    private static readonly TimeSpan Freshness = TimeSpan.FromSeconds(5);

    public string Title => "Health";

    public IReadOnlyList<Operation> Declare() =>
    [
        new Operation<OperationContext>("GetHealth", "Check whether the server can serve requests, and get its version.", ReadyAsync)
        {
            AllowsAnyone = true,
            Answers = [AnswerShape.Ok<Health>(Healthy), AnswerShape.Of<Health>(StatusCodes.Status503ServiceUnavailable, Healthy)],
        }.RestOutside("GET", "/health"),

        new Operation<OperationContext>("GetLiveness", "Check whether the process responds.", context => new(Say(context, "ok")))
        {
            AllowsAnyone = true,
            Answers = [AnswerShape.Ok<Health>(Healthy)],
        }.RestOutside("GET", "/health/live"),

        new Operation<OperationContext>(
            "GetReadiness", "Check whether to send requests to this server. It is not ready while it starts or stops, or while the store refuses writes.", ReadyAsync)
        {
            AllowsAnyone = true,
            Answers = [AnswerShape.Ok<Health>(Healthy), AnswerShape.Of<Health>(StatusCodes.Status503ServiceUnavailable, Healthy)],
        }.RestOutside("GET", "/health/ready"),
    ];

    private async ValueTask<Answer> ReadyAsync(OperationContext context)
    {
        var answers = await uptime.ProbeAsync(unlessWithin: Freshness);
        return (readiness.Reason ?? (answers ? null : "The store does not answer.")) is { } reason ? Say(context, Unavailable, reason)
            : faults.Reason is { } failing ? Say(context, "degraded", failing)
            : Say(context, "ok");
    }

    private static Answer Say(OperationContext context, string status, string? reason = null)
    {
        context.Http.Response.Headers.CacheControl = "no-store";
        return Answer.Json(
            status == Unavailable ? StatusCodes.Status503ServiceUnavailable : StatusCodes.Status200OK,
            new Health { Status = status, Version = ServerVersion.Text, Reason = reason });
    }
}
