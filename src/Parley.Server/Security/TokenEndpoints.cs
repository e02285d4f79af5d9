using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Parley.Protocol;
using Parley.Server.Rest;
using Parley.Server.Wire;

namespace Parley.Server.Security;

/// <summary>Tokens over REST: made, listed without their secrets, revoked.</summary>
internal static class TokenEndpoints
{
    public static RouteGroupBuilder MapTokens(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/tokens").WithTags("Tokens");
        group.MapPost("/", CreateAsync).WithName("CreateToken").WithSummary("Make a token; its secret is shown this once.")
            .OncePerKey(secret: true).Allow(Permission.Administer).Refuses(ErrorCodes.NotFound).Produces<NewToken>(StatusCodes.Status201Created);
        group.MapGet("/", ListAsync).WithName("ListTokens").WithSummary("List the tokens, without their secrets, newest first.")
            .Allow(Permission.ReadAdministration).Produces<Page<TokenInfo>>();
        group.MapDelete("/{id}", RevokeAsync).WithName("RevokeToken").WithSummary("End a token, and every stream and socket that it opened.")
            .Allow(Permission.Administer).Refuses(ErrorCodes.NotFound).Produces(StatusCodes.Status204NoContent);
        return group;
    }

    private static async Task<IResult> CreateAsync(
        Body<TokenRequest> body, Caller caller, TokenVault vault, ITokenSubjects subjects, IAuditTrail audit, TimeProvider clock,
        CancellationToken cancellationToken)
    {
        var request = body.Value;
        if (Check(request, clock.GetUtcNow()) is { } bad)
            return bad;

        var kind = request.Kind!.Value;
        var order = new TokenOrder(kind)
        {
            ProjectId = request.ProjectId ?? (kind is TokenKind.Agent or TokenKind.Join ? Scope.DefaultProject : null),
            AgentId = request.AgentId,
            ExpiresAt = request.ExpiresAt,
        };
        if (await FindSubjectAsync(order, subjects, cancellationToken) is { } missing)
            return missing;

        var token = await vault.IssueAsync(order, cancellationToken);
        await audit.RecordAsync(caller, order.ProjectId ?? Scope.DefaultProject, "token.created", token.TokenId, cancellationToken);
        return TypedResults.Created($"{ApiPath.Base}/tokens/{token.TokenId}", token);
    }

    private static IResult ListAsync(Query<ListQuery> query, Caller caller, TokenVault vault, HttpContext context)
    {
        // Whoever sees all projects sees all tokens, unless it asked for one project's.
        var projectId = caller.ProjectId ?? (context.Request.Query.ContainsKey("project_id") ? Scope.Of(context).ProjectId : null);
        return TypedResults.Ok(vault.List(query.Value.Limit, query.Value.After, projectId));
    }

    private static async Task<IResult> RevokeAsync(string id, Caller caller, TokenVault vault, IAuditTrail audit, CancellationToken cancellationToken)
    {
        if (vault.Find(id) is not { } token)
            return Problems.NotFound("token", id);

        await vault.RevokeAsync([id], cancellationToken);
        await audit.RecordAsync(caller, token.ProjectId ?? Scope.DefaultProject, "token.revoked", id, cancellationToken);
        return TypedResults.NoContent();
    }

    private static ApiProblem? Check(TokenRequest request, DateTimeOffset now)
    {
        var isOfAgent = request.Kind is TokenKind.Agent or TokenKind.Operator;
        return new Validation()
            .Required("kind", request.Kind)
            .ProjectId("project_id", request.ProjectId)
            .AgentId("agent_id", request.AgentId)
            .Check(request.ExpiresAt is null || request.ExpiresAt > now, "expires_at", "is past")
            .Check(request.Kind != TokenKind.Admin || request.ProjectId is null, "project_id", "must be absent: an admin's token opens all projects")
            .Check(!isOfAgent || request.AgentId is not null, "agent_id", "is missing: this kind of token is of one agent")
            .Check(isOfAgent || request.Kind is null || request.AgentId is null, "agent_id", "must be absent: this kind of token is of no agent")
            .Problem;
    }

    private static async ValueTask<ApiProblem?> FindSubjectAsync(TokenOrder order, ITokenSubjects subjects, CancellationToken cancellationToken)
    {
        if (order.ProjectId is not { } projectId)
            return null;
        if (!await subjects.HasProjectAsync(projectId, cancellationToken))
            return Problems.NotFound("project", projectId);
        if (order.AgentId is not { } agentId)
            return null;
        if (await subjects.FindAgentAsync(projectId, agentId, cancellationToken) is not { } agent)
            return Problems.NotFound("agent", agentId);
        return order.Kind == TokenKind.Operator && agent.Type != Caller.Human
            ? Problems.InvalidField("agent_id", "must name an agent of type human: an operator is a person")
            : null;
    }
}
