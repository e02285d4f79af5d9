using Microsoft.AspNetCore.Http;
using Parley.Protocol;
using Parley.Server.Operations;
using Parley.Server.Projects;
using Parley.Server.Rest;
using Parley.Server.Security;
using Parley.Server.Wire;

namespace Parley.Server.SignIn;

/// <summary>Signing a browser in and out, and who a caller is.</summary>
internal sealed class SignInConcept(SignInTickets tickets, SessionDirectory sessions, CallerFacts facts, IAuditTrail audit, TimeProvider clock) : IConcept
{
    private const string AMe =
        """
        {"kind": "operator", "name": "Olga", "agent_id": "olga", "projects": ["default"], "may": ["read_messages", "send", "answer_questions"],
         "expires_at": "2026-01-29T13:56:52.551Z",
         "server": {"version": "1.0.0", "time": "2026-01-22T13:56:52.551Z", "epoch": "1769090212", "retention_days": 30}}
        """;

    public string Title => "Sign-in";

    public IReadOnlyList<Operation> Declare() =>
    [
        new Operation<OperationContext>(
            "CreateSignInTicket", "Get a ticket that signs a browser in, once, within 10 minutes: open `/sign-in#TICKET`.", Issue)
        {
            Details = "The session has the rights of the token that you make this request with, and ends with it.",
            Allows = Permission.SignIn,
            Answers = [AnswerShape.Created<Ticket>("""{"ticket": "parley_ticket_Qm9", "expires_at": "2026-01-22T14:06:52.551Z"}""")],
        }.Rest("POST", "/session/tickets"),

        new Operation<OperationContext, SignInRequest>(
            "SignIn", "Sign a browser in with the ticket of a sign-in link. The answer sets the session's cookie.",
            Input.Body<SignInRequest>("""{"ticket": "parley_ticket_Qm9"}"""), SignInAsync)
        {
            Details = "A session that the browser already has on this server ends.",
            AllowsAnyone = true,
            BodyLimit = 16 * 1024,
            Refuses = [ErrorCodes.SignInRefused],
            Answers = [AnswerShape.Ok<Me>(AMe)],
        }.Rest("POST", "/session"),

        new Operation<OperationContext>("SignOut", "End the browser's session, and close every stream and socket it opened.", SignOutAsync)
        {
            Allows = Permission.KnowItself,
            Refuses = [ErrorCodes.NotFound],
            Answers = [AnswerShape.Done],
        }.Rest("DELETE", "/session"),

        new Operation<OperationContext>("GetMe", "Get who you are, what you may do, and facts about the server.", context => new(Tell(context.Caller, context.Scope.ProjectId)))
        {
            Allows = Permission.KnowItself,
            Refuses = [ErrorCodes.NotFound],
            Answers = [AnswerShape.Ok<Me>(AMe)],
        }.Rest("GET", "/me"),
    ];

    private ValueTask<Answer> Issue(OperationContext context) => new(Answer.Created(tickets.Issue(context.Caller)));

    private async ValueTask<Answer> SignInAsync(SignInRequest request, OperationContext context)
    {
        var http = context.Http;
        // Otherwise, another site could sign the browser in to a session whose owner then watches what the person does.
        if (!PageOrigin.IsOwnOrNone(http.Request))
            return Problems.Forbidden("Only this server's own page can sign a browser in.");
        if (new Validation().Required("ticket", request.Ticket).Problem is { } bad)
            return bad;
        if (!(await tickets.ReadAsync(request.Ticket!, context.Cancellation)).TryGet(out var order, out var problem))
            return problem;
        if (await sessions.OpenAsync(order, context.Cancellation) is not var (session, secret))
            return Problems.SignInRefused("This sign-in link was used before; a link works once.");

        await EndPreviousAsync(http, context.Cancellation);
        SessionCookie.Set(http, secret, session.Stored.ExpiresAt - clock.GetUtcNow());
        await RecordAsync(session.Caller, "session.started", context.Cancellation);
        return Tell(session.Caller, session.Caller.ProjectId ?? Scope.DefaultProject);
    }

    private async ValueTask<Answer> SignOutAsync(OperationContext context)
    {
        if (context.Caller.SessionId is not { } id)
            return new ApiProblem(ErrorCodes.NotFound, $"This request has a token and no session to end. To end the token, use DELETE {ApiPath.Base}/tokens/{{id}}.");
        await sessions.EndAsync(id, context.Cancellation);
        SessionCookie.Remove(context.Http);
        await RecordAsync(context.Caller, "session.ended", context.Cancellation);
        return Answer.Done;
    }

    private Answer Tell(Caller caller, string projectId) => facts.Of(caller, projectId) is { } me ? Answer.Ok(me) : Problems.NotFound("project", projectId);

    private async ValueTask EndPreviousAsync(HttpContext http, CancellationToken cancellationToken)
    {
        if (SessionCookie.Of(http.Request) is not { } secret || await sessions.EnterAsync(secret, cancellationToken) is not { } previous)
            return;
        previous.Leave();
        await sessions.EndAsync(previous.Stored.SessionId, cancellationToken);
    }

    private ValueTask RecordAsync(Caller caller, string action, CancellationToken cancellationToken) =>
        audit.RecordAsync(caller, caller.ProjectId ?? Scope.DefaultProject, action, caller.SessionId!, cancellationToken);
}
