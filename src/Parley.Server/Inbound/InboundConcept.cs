using Microsoft.AspNetCore.Http;
using Parley.Protocol;
using Parley.Server.Agents;
using Parley.Server.Entities;
using Parley.Server.History;
using Parley.Server.Log;
using Parley.Server.Messages;
using Parley.Server.Operations;
using Parley.Server.Projects;
using Parley.Server.Rest;
using Parley.Server.Routing;
using Parley.Server.Security;
using Parley.Server.Settings;
using Parley.Server.Wire;

namespace Parley.Server.Inbound;

/// <summary>Inbound webhooks: addresses that outside systems post messages to.</summary>
internal sealed class InboundConcept(
    EntityBoard<InboundHook> board, InboundDoor door, Mailbox mailbox, Addressing addressing, MessageAccess access, IAuditTrail audit, ServerSettings settings) : IConcept
{
    private const string AHook =
        """
        {"hook_id": "0199e1c2-0000-7000-8000-000000000412", "name": "GitHub", "to": "role:release", "message_type": "webhook", "priority": 2, "thread": null,
         "created_by": null, "created_at": "2026-01-22T08:00:00.000Z", "updated_at": "2026-01-22T08:00:00.000Z", "version": 1042,
         "path": "/api/v1/inbound/0199e1c2-0000-7000-8000-000000000412"}
        """;

    private const string ANewHook =
        """
        {"hook_id": "0199e1c2-0000-7000-8000-000000000412", "name": "GitHub", "to": "role:release", "message_type": "webhook", "priority": 2, "thread": null,
         "created_by": null, "created_at": "2026-01-22T08:00:00.000Z", "updated_at": "2026-01-22T08:00:00.000Z", "version": 1042,
         "path": "/api/v1/inbound/0199e1c2-0000-7000-8000-000000000412", "secret": "kq3Zb0m5J1cF8rT2vY7xW4nL9pD6sG0hA3eU1iO5yQM"}
        """;

    private const string ARequest = """{"name": "GitHub", "to": "role:release", "message_type": "webhook", "priority": 2}""";

    /// <summary>The same as for a send: in the worst case, every byte is an escape of six characters.</summary>
    private const long LongestSpelling = 6, Envelope = 64 * 1024;

    internal static EntityKind<InboundHook> Kind { get; } = new()
    {
        Number = 25,
        Name = "inbound",
        Feed = "inbound",
        RemovedType = InboundRules.RemovedType,
        Fields = new EntityFields("hook_id") { ChangedAt = "updated_at", Version = "version", Secret = "secret" },
        Json = WireJson.Lenient.InboundHook,
        Audience = Audience.Operators,
        Example = AHook,
    };

    public string Title => "Inbound webhooks";

    public IReadOnlyList<Operation> Declare() =>
    [
        new Operation<ProjectContext, InboundHookRequest>(
            "CreateInboundHook", "Create an address that outside systems can post messages to.", Input.Body<InboundHookRequest>(ARequest), CreateAsync)
        {
            Details = "If `secret` is omitted, the server creates one. Only this answer shows it.",
            Allows = Permission.WriteWebhooks,
            Refuses = [ErrorCodes.Conflict, ErrorCodes.UnknownRecipient],
            Answers = [AnswerShape.Created<InboundHook>(ANewHook)],
            OncePerKey = OncePerKey.WithSecret,
        }.Rest("POST", "/inbound"),

        new Operation<ProjectContext, ListQuery>("ListInboundHooks", "List the inbound hooks, newest first, without their secrets.", Input.Query<ListQuery>(), ListAsync)
        {
            Allows = Permission.ReadAdministration,
            Answers = [AnswerShape.Ok<Page<InboundHook>>(Example.PageOf(AHook))],
        }.Rest("GET", "/inbound"),

        new Operation<ProjectContext, string>("GetInboundHook", "Get an inbound hook, without its secret.", Input.Path("hook_id"), GetAsync)
        {
            Allows = Permission.ReadAdministration,
            Answers = [AnswerShape.Ok<InboundHook>(AHook)],
        }.Rest("GET", "/inbound/{hook_id}"),

        new Operation<ProjectContext, (string Id, long? Match, InboundHookRequest Body)>(
            "UpdateInboundHook", "Replace an inbound hook's settings. If `secret` is omitted, it stays the same.",
            Input.Path("hook_id").And(Input.IfMatch).And(Input.Body<InboundHookRequest>(ARequest)), ChangeAsync)
        {
            Allows = Permission.WriteWebhooks,
            Refuses = [ErrorCodes.UnknownRecipient],
            Answers = [AnswerShape.Ok<InboundHook>(AHook)],
        }.Rest("PUT", "/inbound/{hook_id}"),

        new Operation<ProjectContext, (string Id, long? Match)>(
            "DeleteInboundHook", "Delete an inbound hook. Its messages stay.", Input.Path("hook_id").And(Input.IfMatch), DeleteAsync)
        {
            Allows = Permission.WriteWebhooks,
            Answers = [AnswerShape.Done],
        }.Rest("DELETE", "/inbound/{hook_id}"),

        new Operation<OperationContext, InboundDelivery>(
            "DeliverInbound", "Post a message to an inbound hook, without a token.", new InboundInput(door, """{"ref": "refs/heads/main", "after": "0d1a26e67d8f5eaf1f6ba5c57fc3c7d91ac0fd1c"}"""), DeliverAsync)
        {
            Details = $"Signed with the hook's secret: `{InboundSignature.Header}: sha256=HEX` is the HMAC-SHA256 of `{InboundSignature.TimeHeader}` (Unix seconds, within "
                + $"five minutes), a dot, and the body; or `{InboundSignature.GitHubHeader}` that of the body alone. Otherwise the answer is 401, even if there is no such hook. "
                + "JSON becomes the `payload`, any other text the `content`. `X-Parley-Delivery`, `X-GitHub-Delivery`, or `Idempotency-Key` identifies the delivery: "
                + "if it is sent again within 24 hours, the answer has the same message.",
            AllowsAnyone = true,
            BodyLimit = (LongestSpelling * settings.MaxMessageBytes) + Envelope,
            Refuses =
            [
                ErrorCodes.Unauthorized, ErrorCodes.UnknownRecipient, ErrorCodes.NoCapableAgent, ErrorCodes.MailboxFull, ErrorCodes.IdempotencyConflict,
                ErrorCodes.SchemaMismatch, ErrorCodes.NotFound,
            ],
            Answers =
            [
                AnswerShape.Of<InboundReceipt>(StatusCodes.Status202Accepted, """{"message_id": "0199e1c2-0000-7000-8000-000000000413", "duplicate": false}"""),
            ],
        }.Rest("POST", "/inbound/{hook_id}"),
    ];

    private async ValueTask<Answer> CreateAsync(InboundHookRequest request, ProjectContext context)
    {
        var project = context.Project;
        if (await RefusalAsync(request, context) is { } problem)
            return problem;
        if ((await board.ListAsync(new EntityQuery(project.Number, Kind.Number, InboundRules.MostHooks), context.Cancellation)).Count >= InboundRules.MostHooks)
            return Problems.Conflict($"The project already has {InboundRules.MostHooks} inbound hooks, the most that it can have.");

        var wanted = Decision<InboundHook>.Put(InboundRules.Of(request, null, context.Caller.AgentId), InboundRules.UpdatedType);
        if (!(await board.AddAsync(project.Number, context.Caller.NumberIn(project), wanted, context.Cancellation)).TryGet(out var made, out problem))
            return problem;
        await audit.RecordAsync(context.Caller, project.Id, "inbound.created", made.Value.HookId, context.Cancellation);
        // A secret that the client chose is not repeated.
        var shown = Shown(made, project) with { Secret = request.Secret is null ? made.Value.Secret : null };
        return Answer.Created(shown, $"/inbound/{made.Value.HookId}", made.Version);
    }

    private async ValueTask<Answer> ListAsync(ListQuery query, ProjectContext context)
    {
        if (!ListPlace.TryRead(query, out var below, out var problem))
            return problem;
        var found = await board.ListAsync(new EntityQuery(context.Project.Number, Kind.Number, query.Limit + 1) { Below = below }, context.Cancellation);
        return Answer.Ok(ListPlace.Page(found, query.Limit, hook => Shown(hook, context.Project), hook => hook.Row.Made));
    }

    private async ValueTask<Answer> GetAsync(string id, ProjectContext context) =>
        Guid.TryParseExact(id, "D", out var hookId) && await board.FindAsync(context.Project.Number, hookId, context.Cancellation) is { } hook
            ? Answer.Ok(Shown(hook, context.Project), hook.Version)
            : InboundRules.NotFound(id);

    private async ValueTask<Answer> ChangeAsync((string Id, long? Match, InboundHookRequest Body) asked, ProjectContext context)
    {
        var (id, match, request) = asked;
        if (await RefusalAsync(request, context) is { } problem)
            return problem;
        if (!(await DecideAsync(id, context, present => InboundRules.Change(present, id, request, match))).TryGet(out var hook, out problem))
            return problem;
        await audit.RecordAsync(context.Caller, context.Project.Id, "inbound.changed", id, context.Cancellation);
        return Answer.Ok(Shown(hook!, context.Project), hook!.Version);
    }

    private async ValueTask<Answer> DeleteAsync((string Id, long? Match) asked, ProjectContext context)
    {
        var (id, match) = asked;
        if ((await DecideAsync(id, context, present => InboundRules.Remove(present, id, match))).Problem is { } refusal)
            return refusal;
        await audit.RecordAsync(context.Caller, context.Project.Id, "inbound.deleted", id, context.Cancellation);
        return Answer.Done;
    }

    private async ValueTask<Answer> DeliverAsync(InboundDelivery delivery, OperationContext context)
    {
        if (!InboundRules.Draft(delivery, context.Http.Request).TryGet(out var draft, out var problem))
            return problem;
        var reply = await mailbox.SendAsync(delivery.Project, InboundRules.SenderOf(delivery.Hook), draft, null, context.Cancellation);
        return reply.Problem is { } refused
            ? refused
            : Answer.Json(
                StatusCodes.Status202Accepted,
                new InboundReceipt { MessageId = reply.Outcome!.MessageId.ToString(), Duplicate = reply.Outcome.Result == SendResult.Duplicate });
    }

    /// <summary>Why a hook would not work; null if it would. Agents with a capability may register later, so that is not checked now.</summary>
    private async ValueTask<ApiProblem?> RefusalAsync(InboundHookRequest request, ProjectContext context)
    {
        if (InboundRules.Check(request) is { } bad)
            return bad;
        if (request.Thread is { } thread && await access.FindThreadAsync(context.Project, Guid.Parse(thread), null, context.Cancellation) is null)
            return Problems.NotFound("thread", thread);
        var resolved = await addressing.ResolveAsync(context.Project, request.To!, null, 0, context.Cancellation);
        return resolved.Problem is { Code: not ErrorCodes.NoCapableAgent } problem ? problem : null;
    }

    private async ValueTask<Result<Entity<InboundHook>?>> DecideAsync(string id, ProjectContext context, Func<Entity<InboundHook>?, Decision<InboundHook>> decide) =>
        Guid.TryParseExact(id, "D", out var hookId)
            ? await board.ChangeAsync(context.Project.Number, hookId, context.Caller.NumberIn(context.Project), decide, context.Cancellation)
            : InboundRules.NotFound(id);

    /// <summary>Returns a hook without its secret and with its path.</summary>
    private static InboundHook Shown(Entity<InboundHook> hook, ProjectState project) => hook.Value with
    {
        Secret = null,
        Path = $"{ApiPath.Base}/inbound/{hook.Value.HookId}"
            + (project.Id == ProjectDirectory.Default ? "" : $"?{InboundDoor.ProjectParameter}={project.Id}"),
    };
}
