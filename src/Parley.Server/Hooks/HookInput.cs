using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Parley.Protocol;
using Parley.Server.Operations;
using Parley.Server.Rest;
using Parley.Server.Wire;

namespace Parley.Server.Hooks;

/// <summary>What a harness asks.</summary>
/// <param name="AgentId">The agent that it runs; null for the caller's own.</param>
internal sealed record HookCall(Harness Harness, HookEvent Event, string? AgentId);

/// <summary>Reads a harness's own JSON.</summary>
internal sealed class HookInput(IEnumerable<Harness> harnesses, Example example) : Input<HookCall>
{
    private const string Harness = "harness", AgentId = "agent_id", Interrupt = "interrupt";

    private readonly Dictionary<string, Harness> _harnesses = harnesses.ToDictionary(harness => harness.Name, StringComparer.Ordinal);

    internal override InputShape Shape { get; } = new()
    {
        Body = typeof(JsonElement),
        TakesAnyContentType = true,
        Examples = [example],
        Path = [Harness],
        Query =
        [
            new QueryParameter(AgentId, "string") { Meaning = "The agent that the harness runs; required with a token that is not the agent's own." },
            new QueryParameter(Interrupt, "boolean") { Meaning = "With `true`, a waiting message with the surface `interrupt` refuses a tool that is about to run." },
        ],
    };

    internal override async ValueTask<Result<HookCall>> ReadAsync(HttpContext http, OperationOrigin origin)
    {
        var name = origin.PathValue(Harness);
        if (!_harnesses.TryGetValue(name, out var harness))
            return new ApiProblem(ErrorCodes.NotFound, $"There is no harness '{Problems.Shown(name)}'. Parley knows {string.Join(", ", _harnesses.Keys.Order(StringComparer.Ordinal))}.");
        var (body, problem) = await BodyBytes.ReadAsync(http, anyType: true);
        if (problem is not null)
            return problem;
        try
        {
            if (harness.Read(body.Span) is { } asked)
                return new HookCall(harness, asked with { MayRefuse = http.Request.Query[Interrupt] == "true" }, http.Request.Query[AgentId] is [{ Length: > 0 } id] ? id : null);
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException)
        {
            // Text with invalid UTF-8 fails only when it is read.
        }

        return Problems.InvalidField(JsonDiagnosis.WholeBody, "must be the JSON object that the harness gives to its hooks");
    }
}
