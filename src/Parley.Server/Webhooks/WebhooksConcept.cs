using Parley.Protocol;
using Parley.Server.Agents;
using Parley.Server.Entities;
using Parley.Server.Log;
using Parley.Server.Operations;
using Parley.Server.Projects;
using Parley.Server.Rest;
using Parley.Server.Security;
using Parley.Server.Settings;
using Parley.Server.Wire;

namespace Parley.Server.Webhooks;

/// <summary>Webhooks: where events are posted as they happen.</summary>
internal sealed class WebhooksConcept(WebhookDirectory webhooks, EntityBoard<Webhook> board, IWebhookStore places, ServerSettings settings, IAuditTrail audit) : IConcept
{
    private const string AWebhook =
        """
        {"webhook_id": "0199e1c0-0000-7000-8000-0000000003b0", "url": "https://ci.example.org/parley", "types": ["task_*", "build.>"],
         "description": "The CI server", "status": "active", "reason": null, "failures": 0, "last_attempt_at": "2026-01-22T13:58:00.000Z",
         "last_success_at": "2026-01-22T13:58:00.000Z", "last_status": 204, "next_attempt_at": null, "missed": 0, "place": "1769068800-1044",
         "created_by": null, "created_at": "2026-01-22T08:00:00.000Z", "version": 944}
        """;

    /// <summary>An example of its log entries, which do not have the state of its deliveries.</summary>
    private const string ATold =
        """
        {"webhook_id": "0199e1c0-0000-7000-8000-0000000003b0", "url": "https://ci.example.org/parley", "types": ["task_*", "build.>"],
         "description": "The CI server", "status": "paused", "reason": "20 deliveries in a row failed; the last time, the receiver answered 500.",
         "created_by": null, "created_at": "2026-01-22T08:00:00.000Z", "version": 1050}
        """;

    private const string ARequest = """{"url": "https://ci.example.org/parley", "types": ["task_*", "build.>"], "description": "The CI server"}""";

    internal static EntityKind<Webhook> Kind { get; } = new()
    {
        Number = 24,
        Name = "webhook",
        Feed = "webhooks",
        RemovedType = WebhookRules.RemovedType,
        // Its URL is often a secret, too.
        Audience = Audience.Operators,
        Fields = new EntityFields("webhook_id")
        {
            Version = "version",
            Secret = "secret",
            KeptBeside = ["failures", "last_attempt_at", "last_success_at", "last_status", "next_attempt_at", "missed", "place"],
        },
        Json = WireJson.Lenient.Webhook,
        Example = ATold,
        Events =
        [
            new(WebhookRules.PausedType, "A webhook was paused because too many deliveries in a row failed. Only operators and observers see it."),
            new(WebhookRules.EndedType, "A webhook ended because its receiver answered 410. Only operators and observers see it."),
        ],
    };

    public string Title => "Webhooks";

    public IReadOnlyList<Operation> Declare() =>
    [
        new Operation<ProjectContext, WebhookRequest>(
            "CreateWebhook", "Create a webhook: from now on, the project's events are posted to its URL.", Input.Body<WebhookRequest>(ARequest), CreateAsync)
        {
            Details = "Without `secret`, the server makes one, which only this answer shows.",
            Allows = Permission.WriteWebhooks,
            Refuses = [ErrorCodes.Conflict],
            Answers = [AnswerShape.Created<Webhook>(AWebhook)],
            OncePerKey = OncePerKey.WithSecret,
        }.Rest("POST", "/webhooks"),

        new Operation<ProjectContext, ListQuery>("ListWebhooks", "List the webhooks and the state of their deliveries, newest first.", Input.Query<ListQuery>(), ListAsync)
        {
            Allows = Permission.ReadAdministration,
            Answers = [AnswerShape.Ok<Page<Webhook>>(Example.PageOf(AWebhook))],
        }.Rest("GET", "/webhooks"),

        new Operation<ProjectContext, string>("GetWebhook", "Get a webhook and the state of its deliveries.", Input.Path("id"), GetAsync)
        {
            Allows = Permission.ReadAdministration,
            Answers = [AnswerShape.Ok<Webhook>(AWebhook)],
        }.Rest("GET", "/webhooks/{id}"),

        new Operation<ProjectContext, (string Id, long? Match, WebhookRequest Body)>(
            "PutWebhook", "Change a webhook's URL, types, and description, and its secret if there is one in the request.",
            Input.Path("id").And(Input.IfMatch).And(Input.Body<WebhookRequest>(ARequest)), PutAsync)
        {
            Details = "Its place in the log stays, and so does its status. A delivery that waits to be tried again is tried at once.",
            Allows = Permission.WriteWebhooks,
            Answers = [AnswerShape.Ok<Webhook>(AWebhook)],
        }.Rest("PUT", "/webhooks/{id}"),

        new Operation<ProjectContext, (string Id, long? Match)>("DeleteWebhook", "Delete a webhook.", Input.Path("id").And(Input.IfMatch), DeleteAsync)
        {
            Allows = Permission.WriteWebhooks,
            Answers = [AnswerShape.Done],
        }.Rest("DELETE", "/webhooks/{id}"),

        new Operation<ProjectContext, string>(
            "ResumeWebhook", "Resume a webhook that is paused or ended. It continues from where it stopped.", Input.Path("id"), ResumeAsync)
        {
            Allows = Permission.WriteWebhooks,
            Answers = [AnswerShape.Ok<Webhook>(AWebhook)],
        }.Rest("POST", "/webhooks/{id}/resume"),
    ];

    private async ValueTask<Answer> CreateAsync(WebhookRequest request, ProjectContext context)
    {
        if (WebhookRules.Check(request, settings.WebhookPrivateAddresses) is { } bad)
            return bad;
        var secret = request.Secret ?? WebhookSignature.NewSecret();
        var decision = WebhookRules.Create(request, secret, context.Caller.AgentId);
        if (!(await webhooks.AddAsync(context.Project.Number, context.Caller.NumberIn(context.Project), decision, context.Cancellation)).TryGet(out var made, out var problem))
            return problem;
        var id = made.Value.WebhookId;
        await audit.RecordAsync(context.Caller, context.Project.Id, "webhook.created", id, context.Cancellation);
        var shown = Show(context.Project, made, null);
        return Answer.Created(request.Secret is null ? shown with { Secret = secret } : shown, $"/webhooks/{id}", made.Version);
    }

    private async ValueTask<Answer> ListAsync(ListQuery query, ProjectContext context)
    {
        if (!ListPlace.TryRead(query, out var below, out var problem))
            return problem;
        var project = context.Project;
        var found = await board.ListAsync(new EntityQuery(project.Number, Kind.Number, query.Limit + 1) { Below = below }, context.Cancellation);
        var stored = (await places.ListAsync(project.Number, context.Cancellation)).ToDictionary(place => place.Made);
        return Answer.Ok(ListPlace.Page(
            found, query.Limit, webhook => Show(project, webhook, stored.GetValueOrDefault(webhook.Row.Made)), webhook => webhook.Row.Made));
    }

    private async ValueTask<Answer> GetAsync(string id, ProjectContext context) =>
        TryRead(id, out var key) && await board.FindAsync(context.Project.Number, key, context.Cancellation) is { } webhook
            ? await ShowAsync(webhook, context)
            : WebhookRules.NotFound(id);

    private async ValueTask<Answer> PutAsync((string Id, long? Match, WebhookRequest Body) asked, ProjectContext context)
    {
        var (id, match, request) = asked;
        if (WebhookRules.Check(request, settings.WebhookPrivateAddresses) is { } bad)
            return bad;
        return await ChangeAsync(id, "webhook.changed", present => WebhookRules.Set(present, id, request, match), context);
    }

    private ValueTask<Answer> ResumeAsync(string id, ProjectContext context) =>
        ChangeAsync(id, "webhook.resumed", present => WebhookRules.Resume(present, id), context);

    private async ValueTask<Answer> DeleteAsync((string Id, long? Match) asked, ProjectContext context)
    {
        var (id, match) = asked;
        if (!TryRead(id, out var key))
            return WebhookRules.NotFound(id);
        var (project, made) = (context.Project, 0L);
        var decided = await webhooks.ChangeAsync(
            project.Number, key, context.Caller.NumberIn(project),
            present =>
            {
                made = present?.Row.Made ?? 0;
                return WebhookRules.Remove(present, id, match);
            },
            context.Cancellation);
        if (decided.Problem is { } problem)
            return problem;
        await places.ForgetAsync(project.Number, made, context.Cancellation);
        await audit.RecordAsync(context.Caller, project.Id, "webhook.deleted", id, context.Cancellation);
        return Answer.Done;
    }

    /// <summary>Resets the failures, because the change may have fixed their cause.</summary>
    private async ValueTask<Answer> ChangeAsync(string id, string action, Func<Entity<Webhook>?, Decision<Webhook>> decide, ProjectContext context)
    {
        var project = context.Project;
        if (!TryRead(id, out var key) || await board.FindAsync(project.Number, key, context.Cancellation) is not { } present)
            return WebhookRules.NotFound(id);
        if (decide(present).Problem is { } refusal)
            return refusal;
        await places.ResetAsync(project.Number, present.Row.Made, context.Cancellation);
        if (!(await webhooks.ChangeAsync(project.Number, key, context.Caller.NumberIn(project), decide, context.Cancellation)).TryGet(out var changed, out var problem))
            return problem;
        await audit.RecordAsync(context.Caller, project.Id, action, id, context.Cancellation);
        return await ShowAsync(changed!, context);
    }

    private async ValueTask<Answer> ShowAsync(Entity<Webhook> webhook, ProjectContext context) => Answer.Ok(
        Show(context.Project, webhook, await places.FindAsync(webhook.Row.Project, webhook.Row.Made, context.Cancellation)), webhook.Version);

    private static Webhook Show(ProjectState project, Entity<Webhook> webhook, WebhookPlace? stored)
    {
        var place = stored ?? new WebhookPlace(webhook.Row.Made, webhook.Row.Made);
        return webhook.Value with
        {
            Secret = null,
            Reason = webhook.Value.Reason ?? (place.Failures > 0 && place.LastError is { } error ? $"The last delivery failed: {error}." : null),
            Failures = place.Failures,
            LastAttemptAt = TimeOf(place.LastAttemptAt),
            LastSuccessAt = TimeOf(place.LastSuccessAt),
            LastStatus = place.LastStatus,
            NextAttemptAt = webhook.Value.Status == WebhookStatus.Active ? TimeOf(place.NextAttemptAt) : null,
            Missed = place.Missed,
            Place = project.Log.Place(place.Seq).ToString(),
        };
    }

    private static DateTimeOffset? TimeOf(long? stamp) => stamp is { } at ? DateTimeOffset.FromUnixTimeMilliseconds(at) : null;

    private static bool TryRead(string id, out Guid key) => Guid.TryParse(id, out key) && WireNames.IsUuid(id);
}
