using Parley.Protocol;
using Parley.Server.Operations;
using Parley.Server.Rest;
using Parley.Server.Security;
using Parley.Server.Wire;

namespace Parley.Server.Tokens;

/// <summary>Tokens: create them, list them without their secrets, revoke them. Also the tickets that replace them in addresses.</summary>
internal sealed class TokensConcept(TokenVault vault, Tickets tickets, ITokenSubjects subjects, IAuditTrail audit, TimeProvider clock) : IConcept
{
    private const int LongestPath = 2000;

    private const string ATokenInfo =
        """
        {"token_id": "0199e1c0-0000-7000-8000-0000000003a0", "kind": "agent", "project_id": "default", "agent_id": "be-1",
         "created_at": "2026-01-22T08:00:00.000Z", "expires_at": "2026-12-31T23:59:59.000Z", "last_used_at": "2026-01-22T13:56:52.551Z"}
        """;

    /// <summary>A token with its secret, as shown once.</summary>
    internal static string ANewToken { get; } = $$"""{"token": "a-secret-that-is-shown-this-once", {{ATokenInfo.Trim()[1..]}}""";

    public string Title => "Tokens";

    public IReadOnlyList<Operation> Declare() =>
    [
        new Operation<OperationContext, TokenRequest>(
            "CreateToken", "Create a token. Its secret is shown only this once.",
            Input.Body<TokenRequest>("""{"kind": "agent", "project_id": "default", "agent_id": "be-1", "expires_at": "2026-12-31T23:59:59.000Z"}"""),
            CreateAsync)
        {
            Allows = Permission.Administer,
            Refuses = [ErrorCodes.NotFound],
            Answers = [AnswerShape.Created<NewToken>(ANewToken)],
            OncePerKey = OncePerKey.WithSecret,
        }.Rest("POST", "/tokens"),

        new Operation<OperationContext, ListQuery>("ListTokens", "List the tokens, without their secrets, newest first.", Input.Query<ListQuery>(), List)
        {
            Allows = Permission.ReadAdministration,
            Answers = [AnswerShape.Ok<Page<TokenInfo>>(Example.PageOf(ATokenInfo))],
        }.Rest("GET", "/tokens"),

        new Operation<OperationContext, string>("RevokeToken", "Revoke a token, and close every stream and socket it opened.", Input.Path("id"), RevokeAsync)
        {
            Allows = Permission.Administer,
            Refuses = [ErrorCodes.NotFound],
            Answers = [AnswerShape.Done],
        }.Rest("DELETE", "/tokens/{id}"),

        new Operation<OperationContext, TicketRequest>(
            "CreateTicket", "Get a ticket that opens one stream or socket within 30 s. A ticket for a socket works once; a ticket for a stream works again until five minutes after the stream was last open.",
            Input.Body<TicketRequest>("""{"path": "/api/v1/sse/project/default"}"""), IssueTicket)
        {
            Allows = Permission.OpenTicket,
            Answers = [AnswerShape.Created<Ticket>("""{"ticket": "a-ticket", "expires_at": "2026-01-22T13:57:22.551Z"}""")],
        }.Rest("POST", "/tickets"),
    ];

    private async ValueTask<Answer> CreateAsync(TokenRequest request, OperationContext context)
    {
        if (Check(request, clock.GetUtcNow()) is { } bad)
            return bad;

        var kind = request.Kind!.Value;
        var order = new TokenOrder(kind)
        {
            ProjectId = request.ProjectId ?? (kind is TokenKind.Agent or TokenKind.Join ? Scope.DefaultProject : null),
            AgentId = request.AgentId,
            ExpiresAt = request.ExpiresAt,
        };
        if (await FindSubjectAsync(order, context.Cancellation) is { } missing)
            return missing;

        var token = await vault.IssueAsync(order, context.Cancellation);
        await audit.RecordAsync(context.Caller, order.ProjectId ?? Scope.DefaultProject, "token.created", token.TokenId, context.Cancellation);
        return Answer.Created(token, $"/tokens/{token.TokenId}");
    }

    private ValueTask<Answer> List(ListQuery query, OperationContext context)
    {
        // A caller that can see all projects sees all tokens, unless it asks for one project's.
        var projectId = context.Caller.ProjectId ?? (context.Http.Request.Query.ContainsKey("project_id") ? context.Scope.ProjectId : null);
        return new(Answer.Ok(vault.List(query.Limit, query.After, projectId)));
    }

    private async ValueTask<Answer> RevokeAsync(string id, OperationContext context)
    {
        if (vault.Find(id) is not { } token)
            return Problems.NotFound("token", id);

        await vault.RevokeAsync([id], context.Cancellation);
        await audit.RecordAsync(context.Caller, token.ProjectId ?? Scope.DefaultProject, "token.revoked", id, context.Cancellation);
        return Answer.Done;
    }

    private ValueTask<Answer> IssueTicket(TicketRequest request, OperationContext context)
    {
        // It would outlive the session: nobody could sign its stream out.
        if (context.Caller.SessionId is not null)
            return new(Problems.Forbidden("A browser that is signed in needs no ticket: its cookie opens streams and sockets."));
        var path = request.Path;
        var problem = new Validation()
            .Required("path", path)
            .Check(path is null || IsOfThisServer(path), "path", "must be the path of a stream or a socket, with its query, such as /api/v1/sse/project/default or /ws/be-1")
            .Check(path is null || path.Length <= LongestPath, "path", "is longer than 2000 characters")
            .Problem;
        return new(problem is not null ? problem : Answer.Created(tickets.Issue(context.Caller, path!)));
    }

    private static bool IsOfThisServer(string path) =>
        path.StartsWith('/') && !path.Contains('#', StringComparison.Ordinal) && !path.Any(char.IsControl) && Tickets.IsOpenable(path);

    private static ApiProblem? Check(TokenRequest request, DateTimeOffset now)
    {
        var isOfAgent = request.Kind is TokenKind.Agent or TokenKind.Operator;
        return new Validation()
            .Required("kind", request.Kind)
            .ProjectId("project_id", request.ProjectId)
            .AgentId("agent_id", request.AgentId)
            .Check(request.ExpiresAt is null || request.ExpiresAt > now, "expires_at", "is past")
            .Check(request.Kind != TokenKind.Admin || request.ProjectId is null, "project_id", "must be absent: an admin's token has access to all projects")
            .Check(!isOfAgent || request.AgentId is not null, "agent_id", "is missing: this kind of token belongs to one agent")
            .Check(isOfAgent || request.Kind is null || request.AgentId is null, "agent_id", "must be absent: this kind of token belongs to no agent")
            .Problem;
    }

    private async ValueTask<ApiProblem?> FindSubjectAsync(TokenOrder order, CancellationToken cancellationToken)
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
            ? Problems.InvalidField("agent_id", "must name an agent of type human, because an operator is a person")
            : null;
    }
}
