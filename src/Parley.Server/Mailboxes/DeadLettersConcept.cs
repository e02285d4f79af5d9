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
         "queued_at": "2026-01-22T13:56:52.551Z", "delivered_at": "2026-01-22T13:59:52.553Z", "surfaced_at": null,
         "acknowledged_at": null, "replied_at": null, "last_error": "The database is being migrated."}, "message": {{MailboxExamples.AMessage}}}
        """;

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

        Many("RequeueDeadLetters", "Requeue all matching dead letters.", "requeue", "dead_letters.requeued", store.RequeueAsync),
        Many("PurgeDeadLetters", "Purge all matching dead letters.", "purge", "dead_letters.purged", store.PurgeAsync),
        One("RequeueDeadLetter", "Requeue a dead letter.", "dead_letter.requeued", store.RequeueAsync).Rest("POST", "/dead-letters/{delivery_id}/requeue"),
        One("PurgeDeadLetter", "Purge a dead letter.", "dead_letter.purged", store.PurgeAsync).Rest("DELETE", "/dead-letters/{delivery_id}"),
    ];

    private delegate ValueTask<int> Change(DeadLetterSelection which, CancellationToken cancellationToken);

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
        Answers = [AnswerShape.Ok<CountAnswer>("""{"count": 3}""")],
    }.Rest("POST", $"/dead-letters/{verb}");

    private async ValueTask<Answer> ListAsync(DeadLetterQuery query, ProjectContext context)
    {
        var project = context.Project;
        var before = long.MaxValue;
        if (query.List.After is { } after && !long.TryParse(after, NumberStyles.None, CultureInfo.InvariantCulture, out before))
            return Problems.InvalidField("after", "is not the `next` of a page");
        // An agent reads its own dead letters. Callers that can read all of them may ask for one agent's.
        var reader = context.Caller.May(Permission.ReadDeadLetters) == Access.Own ? context.Caller.ReaderIn(project) : null;
        int? agent = reader?.Agent ?? (query.Agent is { } id ? project.Agents.Find(id)?.Number ?? -1 : null);
        var limit = query.List.Limit;
        var found = await history.DeadLettersAsync(new DeadLetterSelection(project.Number, null, agent, query.Type), before, limit + 1, context.Cancellation);
        return Answer.Ok(new Page<DeadLetter>
        {
            Items = [.. found.Take(limit).Select(dead => new DeadLetter
            {
                Delivery = dead.Delivery.ToWire(project, MessageJsonReader.Id(dead.Message.Json)),
                Message = MessageJsonReader.Message(dead.Message),
            })],
            Next = MessagePage.Last(found, limit, dead => dead.Message)?.Delivery.Delivery.ToString(CultureInfo.InvariantCulture),
        });
    }

    private async ValueTask<Answer> OneAsync(string id, string action, Change change, ProjectContext context)
    {
        if (!long.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out var delivery) ||
            await change(new DeadLetterSelection(context.Project.Number, delivery, null, null), context.Cancellation) == 0)
        {
            return Problems.NotFound("dead letter", id);
        }

        await audit.RecordAsync(context.Caller, context.Project.Id, action, id, context.Cancellation);
        return Answer.Done;
    }

    private async ValueTask<Answer> ManyAsync(DeadLetterFilter? filter, string action, Change change, ProjectContext context)
    {
        int? agent = filter?.AgentId is { } id ? context.Project.Agents.Find(id)?.Number ?? -1 : null;
        var count = await change(new DeadLetterSelection(context.Project.Number, null, agent, filter?.Type), context.Cancellation);
        await audit.RecordAsync(context.Caller, context.Project.Id, action, count.ToString(CultureInfo.InvariantCulture), context.Cancellation);
        return Answer.Ok(new CountAnswer { Count = count });
    }
}

/// <summary>Which dead letters to list.</summary>
internal sealed record DeadLetterQuery(ListQuery List, string? Agent, string? Type) : IQuery<DeadLetterQuery>
{
    public static DeadLetterQuery Read(QueryReader query) => new(
        query.List(), query.Text("agent_id", "The agent whose mailbox they were for."), query.Text("type", "A message type."));
}
