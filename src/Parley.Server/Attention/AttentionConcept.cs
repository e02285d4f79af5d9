using Parley.Protocol;
using Parley.Server.Agents;
using Parley.Server.Operations;
using Parley.Server.Projects;
using Parley.Server.Rest;
using Parley.Server.Security;
using Parley.Server.Wire;

namespace Parley.Server.Attention;

/// <summary>Operations on what waits for people, and what is stuck.</summary>
internal sealed class AttentionConcept(AttentionDesk desk, IAuditTrail audit, TimeProvider clock) : IConcept
{
    private const string AList =
        $$"""{"items": [{{AttentionKinds.AnItem}}], "checked_at": "2026-01-22T13:56:52.553Z", "checks": [{"kind": "dead_letters", "looked_at": 5, "more": false}]}""";

    private static readonly string ASnoozed = AttentionKinds.AnItem.Replace("\"snoozed_until\": null", "\"snoozed_until\": \"2026-01-23T08:00:00.000Z\"", StringComparison.Ordinal);

    public string Title => "Attention";

    public IReadOnlyList<Operation> Declare() =>
    [
        new Operation<ProjectContext, AttentionFilter>(
            "GetAttention", "List what waits for people, and what is stuck, the most urgent first.", Input.Query<AttentionFilter>(),
            async (filter, context) => Answer.Ok(await desk.CheckAsync(context.Project, filter, context.Cancellation)))
        {
            Details = "`checks` says how many of each kind were looked at, so an empty list means that all is well. At most 200 of a kind are looked at.",
            Allows = Permission.Monitor,
            Answers = [AnswerShape.Ok<AttentionList>(AList)],
        }.Rest("GET", "/attention"),

        new Operation<ProjectContext, (string Id, SnoozeRequest Body)>(
            "SnoozeAttention", "Hide an item until a time.",
            Input.Path("attention_id").And(Input.Body<SnoozeRequest>("""{"until": "2026-01-23T08:00:00.000Z"}""")), SnoozeAsync)
        {
            Details = "The snooze ends when the trouble ends: if it begins again, it is a new item. May be repeated, also with another time.",
            Allows = Permission.Oversee,
            Answers = [AnswerShape.Ok<AttentionItem>(ASnoozed)],
        }.Rest("PUT", "/attention/{attention_id}/snooze"),

        new Operation<ProjectContext, string>("UnsnoozeAttention", "Show a snoozed item again. May be repeated.", Input.Path("attention_id"), WakeAsync)
        {
            Allows = Permission.Oversee,
            Answers = [AnswerShape.Done],
        }.Rest("DELETE", "/attention/{attention_id}/snooze"),
    ];

    private async ValueTask<Answer> SnoozeAsync((string Id, SnoozeRequest Body) asked, ProjectContext context)
    {
        var (project, caller) = (context.Project, context.Caller);
        if (SnoozeRules.Check(asked.Body, clock.GetUtcNow()) is { } bad)
            return bad;
        var by = caller.AgentId ?? $"token:{caller.TokenId}";
        var result = await desk.SnoozeAsync(project, caller.NumberIn(project), asked.Id, asked.Body.Until!.Value, by, context.Cancellation);
        if (!result.TryGet(out var item, out var problem))
            return problem;
        await audit.RecordAsync(caller, project.Id, "attention.snoozed", item.AttentionId, context.Cancellation);
        return Answer.Ok(item);
    }

    private async ValueTask<Answer> WakeAsync(string id, ProjectContext context)
    {
        if (SnoozeRules.KindOf(id) is null)
            return SnoozeRules.NotFound(id);
        if (await desk.WakeAsync(context.Project, context.Caller.NumberIn(context.Project), id, context.Cancellation) is { } problem)
            return problem;
        await audit.RecordAsync(context.Caller, context.Project.Id, "attention.unsnoozed", id, context.Cancellation);
        return Answer.Done;
    }
}
