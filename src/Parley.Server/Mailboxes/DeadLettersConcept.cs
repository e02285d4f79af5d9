using System.Globalization;
using Parley.Protocol;
using Parley.Server.Agents;
using Parley.Server.Log;
using Parley.Server.Operations;
using Parley.Server.Projects;
using Parley.Server.Rest;
using Parley.Server.Security;
using Parley.Server.Wire;

namespace Parley.Server.Mailboxes;

/// <summary>Dead letters: read, requeue, and purge them.</summary>
internal sealed class DeadLettersConcept(IDeliveryStore store, IDeliveryHistory history, IAuditTrail audit) : IConcept
{
    private const string AFilter = """{"agent_id": "be-1", "type": "task_assignment"}""";

    private const string ADeadLetter =
        $$"""
        {"delivery": {"delivery_id": "4711", "message_id": "0199e1c2-0000-7000-8000-000000000412", "agent_id": "be-1", "state": "dead", "attempt": 4, "disconnects": 0,
         "queued_at": "2026-01-22T13:56:52.551Z", "delivered_at": "2026-01-22T13:59:52.553Z", "surfaced_at": null, "evidence": null,
         "acknowledged_at": null, "replied_at": null, "last_error": "The database is being migrated."}, "message": {{MailboxExamples.AMessage}},
         "reason": "rejected", "died_at": "2026-01-22T13:59:54.102Z",
         "attempts": [{"attempt": 4, "at": "2026-01-22T13:59:52.553Z", "ended_at": "2026-01-22T13:59:54.102Z", "outcome": "rejected", "error": "The database is being migrated."}],
         "requeued": [{"at": "2026-01-22T13:50:00.000Z", "by": "human", "died_at": "2026-01-22T13:41:10.020Z"}],
         "receiver": {"status": "online", "answered_at": "2026-01-22T14:02:11.250Z"} }
        """;

    private const string AGroup =
        """
        {"agent_id": "be-1", "reason": "rejected", "count": 3, "oldest_at": "2026-01-22T13:41:10.020Z", "newest_at": "2026-01-22T13:59:54.102Z",
         "last_error": "The database is being migrated."}
        """;

    private const int MostGroups = 500, MostIds = 1_000;

    public string Title => "Dead letters";

    public IReadOnlyList<Operation> Declare() =>
    [
        new Operation<ProjectContext, DeadLetterQuery>(
            "ListDeadLetters", "List the deliveries that ran out of attempts, newest first.", Input.Query<DeadLetterQuery>(), ListAsync)
        {
            Allows = Permission.ReadDeadLetters,
            Own = "its own dead letters",
            Answers = [AnswerShape.Ok<Page<DeadLetter>>(Example.PageOf(ADeadLetter))],
        }.Rest("GET", "/dead-letters"),

        new Operation<ProjectContext, string>("GetDeadLetter", "Get a dead letter, with its attempts and whether its reader answers now.", Input.Path("delivery_id"), GetAsync)
        {
            Allows = Permission.ReadDeadLetters,
            Own = "its own dead letters",
            Answers = [AnswerShape.Ok<DeadLetter>(ADeadLetter)],
        }.Rest("GET", "/dead-letters/{delivery_id}"),

        new Operation<ProjectContext, DeadLetterGroupQuery>(
            "ListDeadLetterGroups", "Count the dead letters by agent and by how they died, the largest group first; at most 500 groups.",
            Input.Query<DeadLetterGroupQuery>(), GroupsAsync)
        {
            Allows = Permission.ReadDeadLetters,
            Own = "its own dead letters",
            Answers = [AnswerShape.Ok<Page<DeadLetterGroup>>(Example.PageOf(AGroup))],
        }.Rest("GET", "/dead-letters/groups"),

        Many("RequeueDeadLetters", "Requeue all matching dead letters.", "requeue", "dead_letters.requeued", store.RequeueAsync),
        Many("PurgeDeadLetters", "Purge all matching dead letters.", "purge", "dead_letters.purged", store.PurgeAsync),
        One("RequeueDeadLetter", "Requeue a dead letter.", "dead_letter.requeued", store.RequeueAsync).Rest("POST", "/dead-letters/{delivery_id}/requeue"),
        One("PurgeDeadLetter", "Purge a dead letter.", "dead_letter.purged", store.PurgeAsync).Rest("DELETE", "/dead-letters/{delivery_id}"),
    ];

    private delegate ValueTask<IReadOnlyList<long>> Change(DeadLetterSelection which, CancellationToken cancellationToken);

    private Operation One(string name, string summary, string action, Change change) => new Operation<ProjectContext, string>(
        name, summary, Input.Path("delivery_id"), (id, context) => OneAsync(id, action, change, context))
    {
        Allows = Permission.ManageDeadLetters,
        Answers = [AnswerShape.Done],
    };

    private Operation Many(string name, string summary, string verb, string action, Change change) => new Operation<ProjectContext, DeadLetterFilter?>(
        name, summary, Input.OptionalBody<DeadLetterFilter>(AFilter), (filter, context) => ManyAsync(filter, action, change, context))
    {
        Allows = Permission.ManageDeadLetters,
        Answers = [AnswerShape.Ok<DeadLettersAnswer>("""{"count": 3, "refused": []}""")],
    }.Rest("POST", $"/dead-letters/{verb}");

    private async ValueTask<Answer> ListAsync(DeadLetterQuery query, ProjectContext context)
    {
        var project = context.Project;
        var before = long.MaxValue;
        if (query.List.After is { } after && !long.TryParse(after, NumberStyles.None, CultureInfo.InvariantCulture, out before))
            return Problems.InvalidField("after", "is not the `next` of a page");
        var limit = query.List.Limit;
        var found = await history.DeadLettersAsync(
            new DeadLetterSelection(project.Number) { Agent = ReadableAgent(query.Agent, context), Type = query.Type, Reason = query.Reason },
            before, limit + 1, context.Cancellation);
        return Answer.Ok(new Page<DeadLetter>
        {
            Items = [.. found.Take(limit).Select(dead => ToWire(project, dead))],
            Next = MessagePage.Last(found, limit, dead => dead.Message)?.Delivery.Delivery.ToString(CultureInfo.InvariantCulture),
        });
    }

    private async ValueTask<Answer> GetAsync(string id, ProjectContext context) =>
        TryNumber(id, out var delivery) && await history.DeadLettersAsync(
            new DeadLetterSelection(context.Project.Number) { Deliveries = [delivery], Agent = ReadableAgent(asked: null, context) }, long.MaxValue, 1, context.Cancellation) is [var dead]
            ? Answer.Ok(ToWire(context.Project, dead))
            : Problems.NotFound("dead letter", id);

    private static DeadLetter ToWire(ProjectState project, DeadLetterRow dead)
    {
        var (attempts, requeued) = DeliveryTrail.Read(dead.Trail);
        var receiver = project.Agents.Find(dead.Delivery.Agent);
        return new DeadLetter
        {
            Delivery = dead.Delivery.ToWire(project, MessageJsonReader.Id(dead.Message.Json)),
            Message = MessageJsonReader.Message(dead.Message),
            Reason = DeathReasons.Of(dead.Delivery.LastError),
            DiedAt = DateTimeOffset.FromUnixTimeMilliseconds(dead.DiedAt),
            Attempts = attempts,
            Requeued = requeued,
            Receiver = new DeadLetterReceiver
            {
                Status = receiver?.Presence.Status ?? AgentStatus.Offline,
                AnsweredAt = receiver?.Signs.Read() is [.., var last] ? DateTimeOffset.FromUnixTimeMilliseconds(last) : null,
            },
        };
    }

    private async ValueTask<Answer> GroupsAsync(DeadLetterGroupQuery query, ProjectContext context)
    {
        var project = context.Project;
        var groups = await history.DeadLetterGroupsAsync(
            new DeadLetterSelection(project.Number) { Agent = ReadableAgent(query.Agent, context), Type = query.Type, Reason = query.Reason },
            MostGroups, context.Cancellation);
        return Answer.Ok(new Page<DeadLetterGroup>
        {
            Items = [.. groups.Select(group => new DeadLetterGroup
            {
                AgentId = project.Agents.Find(group.Agent)?.Id ?? "",
                Reason = group.Reason,
                Count = group.Count,
                OldestAt = DateTimeOffset.FromUnixTimeMilliseconds(group.Oldest),
                NewestAt = DateTimeOffset.FromUnixTimeMilliseconds(group.Newest),
                LastError = group.LastError,
            })],
        });
    }

    /// <summary>An agent reads its own dead letters. Callers that can read all of them may ask for one agent's.</summary>
    private static int? ReadableAgent(string? asked, ProjectContext context) =>
        context.Caller.May(Permission.ReadDeadLetters) == Access.Own ? context.Caller.ReaderIn(context.Project)?.Agent ?? -1
        : asked is { } id ? context.Project.Agents.Find(id)?.Number ?? -1
        : null;

    private async ValueTask<Answer> OneAsync(string id, string action, Change change, ProjectContext context)
    {
        if (!TryNumber(id, out var delivery) ||
            await change(new DeadLetterSelection(context.Project.Number) { Deliveries = [delivery], By = NameOf(context.Caller) }, context.Cancellation) is not { Count: > 0 })
        {
            return Problems.NotFound("dead letter", id);
        }

        await audit.RecordAsync(context.Caller, context.Project.Id, action, id, context.Cancellation);
        return Answer.Done;
    }

    private async ValueTask<Answer> ManyAsync(DeadLetterFilter? filter, string action, Change change, ProjectContext context)
    {
        if (new Validation().Items("delivery_ids", filter?.DeliveryIds, MostIds).Problem is { } problem)
            return problem;
        var asked = filter?.DeliveryIds?.Distinct(StringComparer.Ordinal).ToArray();
        var done = await change(
            new DeadLetterSelection(context.Project.Number)
            {
                Deliveries = asked?.Select(id => TryNumber(id, out var delivery) ? delivery : -1).ToHashSet(),
                Agent = filter?.AgentId is { } agent ? context.Project.Agents.Find(agent)?.Number ?? -1 : null,
                Type = filter?.Type,
                Reason = filter?.Reason,
                By = NameOf(context.Caller),
            },
            context.Cancellation);
        await audit.RecordAsync(context.Caller, context.Project.Id, action, done.Count.ToString(CultureInfo.InvariantCulture), context.Cancellation);
        var ids = done.Select(delivery => delivery.ToString(CultureInfo.InvariantCulture)).ToHashSet(StringComparer.Ordinal);
        return Answer.Ok(new DeadLettersAnswer
        {
            Count = done.Count,
            Refused = [.. (asked ?? []).Where(id => !ids.Contains(id)).Select(id => new RefusedDeadLetter { DeliveryId = id, Code = ErrorCodes.NotFound })],
        });
    }

    private static string NameOf(Caller caller) => caller.AgentId ?? WireType.WordOf(caller.Kind);

    internal static bool TryNumber(string id, out long delivery) => long.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out delivery);
}

/// <summary>Which dead letters to list.</summary>
internal sealed record DeadLetterQuery(ListQuery List, string? Agent, string? Type, DeathReason? Reason) : IQuery<DeadLetterQuery>
{
    public static DeadLetterQuery Read(QueryReader query) => new(query.List(), AgentIn(query), TypeIn(query), ReasonIn(query));

    internal static string? AgentIn(QueryReader query) => query.Text("agent_id", "The agent whose mailbox they were for.");

    internal static string? TypeIn(QueryReader query) => query.Text("type", "A message type.");

    internal static DeathReason? ReasonIn(QueryReader query) => query.Word<DeathReason>("reason", "How their last attempt ended.");
}

/// <summary>Which dead letters to count.</summary>
internal sealed record DeadLetterGroupQuery(string? Agent, string? Type, DeathReason? Reason) : IQuery<DeadLetterGroupQuery>
{
    public static DeadLetterGroupQuery Read(QueryReader query) => new(DeadLetterQuery.AgentIn(query), DeadLetterQuery.TypeIn(query), DeadLetterQuery.ReasonIn(query));
}
