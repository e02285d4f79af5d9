using Microsoft.AspNetCore.Http;
using Parley.Protocol;
using Parley.Server.Coordination;
using Parley.Server.Entities;
using Parley.Server.Operations;
using Parley.Server.Projects;
using Parley.Server.Rest;
using Parley.Server.Wire;

namespace Parley.Server.Inbound;

/// <summary>A delivery with a valid signature.</summary>
internal sealed record InboundDelivery(ProjectState Project, InboundHook Hook, InboundSignature Signature, ReadOnlyMemory<byte> Body);

/// <summary>Accepts deliveries that are signed with a hook's secret. All others get the same answer, so nobody learns whether a hook or a project
/// exists.</summary>
internal sealed class InboundDoor(EntityBoard<InboundHook> board, ProjectDirectory projects, IClusterView cluster, TimeProvider clock)
{
    internal const string ProjectParameter = "project_id";

    private static ApiProblem Closed { get; } = Problems.Unauthorized(
        $"The hook does not exist, or the signature is missing, wrong, or more than five minutes old: send {InboundSignature.Header} and {InboundSignature.TimeHeader}, or {InboundSignature.GitHubHeader}.");

    internal async ValueTask<Result<InboundDelivery>> OpenAsync(HttpContext http, string hookId)
    {
        // Without a plausible signature, the body is not read.
        if (InboundSignature.Read(http.Request.Headers, clock.GetUtcNow()) is not { } signature)
            return Closed;
        var (body, problem) = await BodyBytes.ReadAsync(http, anyType: true);
        if (problem is not null)
            return problem;
        var project = await FindAsync(http);
        var hook = project is not null && Guid.TryParseExact(hookId, "D", out var id) ? await board.FindAsync(project.Number, id, http.RequestAborted) : null;
        return signature.Fits(hook?.Value.Secret, body.Span) ? new InboundDelivery(project!, hook!.Value, signature, body) : Closed;
    }

    private async ValueTask<ProjectState?> FindAsync(HttpContext http)
    {
        var id = http.Request.Query[ProjectParameter] is [{ Length: > 0 } named] ? named : ProjectDirectory.Default;
        if (projects.Find(id) is { } known)
            return known;
        // Another node may have just created it.
        await cluster.CatchUpAsync(http.RequestAborted);
        return projects.Find(id);
    }
}

/// <summary>Reads a delivery: a body of any content type, and the headers with its signature.</summary>
internal sealed class InboundInput(InboundDoor door, Example example) : Input<InboundDelivery>
{
    private const string HookId = "hook_id";

    internal override InputShape Shape { get; } = new()
    {
        Body = typeof(System.Text.Json.JsonElement),
        IsBodyOptional = true,
        TakesAnyContentType = true,
        Examples = [example],
        Path = [HookId],
        Query = [new QueryParameter(InboundDoor.ProjectParameter, "string") { Meaning = "The hook's project; defaults to `default`." }],
    };

    internal override ValueTask<Result<InboundDelivery>> ReadAsync(HttpContext http, OperationOrigin origin) => door.OpenAsync(http, origin.PathValue(HookId));
}
