using Microsoft.AspNetCore.Http;
using Parley.Protocol;
using Parley.Server.Agents;
using Parley.Server.Connections.Frames;
using Parley.Server.Operations;
using Parley.Server.Projects;
using Parley.Server.Security;
using Parley.Server.Wire;

namespace Parley.Server.Mailboxes;

/// <summary>An agent's mailbox: read, claim, and settle, over REST or the agent's socket.</summary>
internal sealed class InboxConcept(ActorResolver actors, InboxReader inbox, Settling settling, AgentDirectory agents) : IConcept
{
    private const string Theirs = "its own deliveries";

    public string Title => "Inbox";

    public IReadOnlyList<Operation> Declare() => [.. Taking(), .. SettlingOne(), .. Connection()];

    private IEnumerable<Operation> Taking() =>
    [
        new Operation<AgentContext, InboxQuery>(
            "PeekInbox", "List the waiting messages, without changing anything.", Input.Query<InboxQuery>(),
            (query, context) => inbox.PeekAsync(context.Project, context.Agent, query, context.Caller, context.Cancellation))
        {
            Details = "`wait` keeps the call open until there is a message. This leases nothing; use `claim` to take messages.",
            Allows = Permission.ReadMessages,
            Answers = [AnswerShape.Ok<Inbox>(MailboxExamples.AnInbox)],
        }.Rest("GET", "/agents/{agent_id}/inbox"),

        new Operation<AgentContext, (ClaimRequest? Body, ClaimQuery Query)>(
            "ClaimMessages", "Lease waiting messages. Those that are not settled in time are requeued.",
            Input.OptionalBody<ClaimRequest>("""{"max": 10, "wait": 20, "type": ["task_assignment"], "priority": [3, 4], "lease_seconds": 300}""")
                .And(Input.Query<ClaimQuery>()),
            ClaimAsync)
        {
            Details = "Each item has a `lease_id`; acknowledge it before `lease_until`, or extend it. Parameters can be in the body or in the query; the body takes precedence.",
            Allows = Permission.Settle,
            Answers = [AnswerShape.Ok<Inbox>(MailboxExamples.AnInbox)],
        }.Rest("POST", "/agents/{agent_id}/claim"),

        new Operation<ProjectContext, (AckBatchRequest Body, SettlerQuery Query)>(
            "AckMessages", "Acknowledge up to 1,000 deliveries, each with its own result.",
            Input.Body<AckBatchRequest>($$"""{"items": [{{MailboxExamples.ASettling}}]}""").And(Input.Query<SettlerQuery>()), AckManyAsync)
        {
            Allows = Permission.Settle,
            Own = Theirs,
            Answers = [AnswerShape.Ok<ItemResults>(
                $$"""{"items": [{"status": 204, "problem": null}, {"status": 409, "problem": {{ProblemExamples.Of(ErrorCodes.LeaseLost).ToJsonString()}}}]}""")],
        }.Rest("POST", "/acks"),
    ];

    private IEnumerable<Operation> SettlingOne() =>
    [
        Settles(
            "AckMessage", "Acknowledge a delivery: it is done.", SettleVerb.Ack, "ack", FrameEvents.MessageAck,
            Input.OptionalBody<AckRequest>("""{"lease_id": "4711.1"}"""), body => new SettleItem { LeaseId = body.LeaseId }),
        Settles(
            "NackMessage", "Give a delivery back: it is requeued, or dead after its last attempt.", SettleVerb.Nack, "nack", FrameEvents.MessageNack,
            Input.OptionalBody<NackRequest>("""{"lease_id": "4711.1", "delay_seconds": 300, "reason": "The database is being migrated."}"""),
            body => new SettleItem { LeaseId = body.LeaseId, DelaySeconds = body.DelaySeconds, Reason = body.Reason }),
        Settles(
            "ExtendLease", "Extend a delivery's lease.", SettleVerb.Extend, "extend", FrameEvents.MessageExtend,
            Input.OptionalBody<ExtendRequest>("""{"lease_id": "4711.1", "lease_seconds": 600}"""),
            body => new SettleItem { LeaseId = body.LeaseId, LeaseSeconds = body.LeaseSeconds }),
        Settles(
            "SurfaceMessage", "Report that the model has seen the message.", SettleVerb.Surfaced, "surfaced", FrameEvents.MessageSurfaced,
            Input.OptionalBody<AckRequest>("""{"lease_id": "4711.1"}"""), body => new SettleItem { LeaseId = body.LeaseId }),
    ];

    private IEnumerable<Operation> Connection() =>
    [
        new SocketOperation("SetMailboxFilter", "Set which messages this connection takes. The others stay queued.") { Allows = Permission.Connect, Own = SocketOperation.Its }
            .Frame<IMailboxConnection>(
                new FrameMeaning(FrameEvents.MailboxFilter, "Set which messages this connection takes. The others stay queued.", typeof(MailboxFilter))
                {
                    Examples = ["""{"types": ["task_assignment"], "priorities": [3, 4]}"""],
                },
                MailboxFrames.Filter),

        new SocketOperation("SetWindow", "Set how many unacknowledged messages the server may send to this connection.") { Allows = Permission.Connect, Own = SocketOperation.Its }
            .Frame<IMailboxConnection>(
                new FrameMeaning(FrameEvents.Window, "Set how many unacknowledged messages the server may send to this connection.", typeof(WindowRequest))
                {
                    Examples = ["""{"window": 16}"""],
                },
                MailboxFrames.SetWindow),
    ];

    private Operation Settles<TBody>(
        string name, string summary, SettleVerb verb, string path, string frame, Input<TBody?> body, Func<TBody, SettleItem> item)
        where TBody : class => new Operation<ProjectContext, SettleOrder>(
            name, summary,
            Input.Path("message_id").And(body).And(Input.Query<SettlerQuery>()).As(asked => new SettleOrder(
                asked.First, asked.Second is { } given ? item(given) : new SettleItem(), asked.Third.AgentId)),
            (order, context) => SettleAsync(verb, order, context))
        {
            Allows = Permission.Settle,
            Own = Theirs,
            Refuses = [ErrorCodes.LeaseLost],
            Answers = [AnswerShape.Done],
        }
        .Rest("POST", $"/messages/{{message_id}}/{path}")
        .Frame<IAgentConnection>(
            new FrameMeaning(frame, summary, typeof(SettleItem)) { TakesItems = true, Examples = [MailboxExamples.ASettling] },
            (connection, asked, _) => MailboxFrames.Settle(connection, asked, verb, settling));

    private async ValueTask<Answer> ClaimAsync((ClaimRequest? Body, ClaimQuery Query) asked, AgentContext context)
    {
        var (project, agent) = (context.Project, context.Agent);
        var request = asked.Query.Over(asked.Body ?? new ClaimRequest());
        if (Check(request) is { } bad)
            return bad;
        var order = new ClaimOrder(
            project.Number, agent.Number, request.Max ?? 10, request.LeaseSeconds is { } seconds ? TimeSpan.FromSeconds(seconds) : SettleReader.DefaultLease,
            DeliveryFilters.Of(project, request.Type, request.Priority, request.From), null);
        return await inbox.ClaimAsync(project, agent, order, TimeSpan.FromSeconds(request.Wait ?? 0), request.BudgetTokens, context.Caller, context.Cancellation);
    }

    private async ValueTask<Answer> SettleAsync(SettleVerb verb, SettleOrder order, ProjectContext context)
    {
        if (!WireNames.IsUuid(order.MessageId))
            return Problems.NotFound("message", order.MessageId);
        var settler = await actors.FindSettlerAsync(
            context.Caller, context.Project, order.AgentId, Guid.Parse(order.MessageId), order.Item.LeaseId, context.Cancellation);
        if (!settler.TryGet(out var agent, out var problem))
            return problem;
        await agents.SeenAsync(context.Project, agent, context.Cancellation);
        var results = await settling.SettleAsync(context.Project, agent, [SettleReader.Read(verb, order.MessageId, order.Item)]);
        return results[0] is { } refused ? refused : Answer.Done;
    }

    private async ValueTask<Answer> AckManyAsync((AckBatchRequest Body, SettlerQuery Query) asked, ProjectContext context)
    {
        var items = asked.Body.Items;
        if (new Validation().Required("items", items).Items("items", items, 1_000).Problem is { } bad)
            return bad;
        // For callers that can act as only one agent, or that name one, a refusal applies to all items. Otherwise, each item is settled for the agent
        // that has the message.
        AgentState? named = null;
        if ((asked.Query.AgentId is not null || context.Caller.Kind == TokenKind.Agent) &&
            !(await actors.FindActorAsync(context.Caller, context.Project, asked.Query.AgentId, context.Cancellation)).TryGet(out named, out var problem))
        {
            return problem;
        }

        var results = new ApiProblem?[items!.Count];
        var byAgent = new Dictionary<AgentState, List<int>>();
        for (var i = 0; i < results.Length; i++)
        {
            var settler = named;
            if (settler is null && !(await SettlerOfAsync(items[i], context)).TryGet(out settler, out results[i]))
                continue;
            if (!byAgent.TryGetValue(settler, out var own))
                byAgent.Add(settler, own = []);
            own.Add(i);
        }

        foreach (var (agent, own) in byAgent)
        {
            await agents.SeenAsync(context.Project, agent, context.Cancellation);
            var settled = await settling.SettleAsync(
                context.Project, agent, [.. own.Select(i => SettleReader.Read(SettleVerb.Ack, items[i].MessageId, new SettleItem { LeaseId = items[i].LeaseId }))]);
            for (var i = 0; i < own.Count; i++)
                results[own[i]] = settled[i];
        }

        return Answer.Ok(new ItemResults
        {
            Items = [.. results.Select(result => new ItemResult { Status = result?.Status ?? StatusCodes.Status204NoContent, Problem = result?.ToProblem() })],
        });
    }

    private ValueTask<Result<AgentState>> SettlerOfAsync(AckItem item, ProjectContext context) =>
        item.MessageId is { } id && WireNames.IsUuid(id)
            ? actors.FindSettlerAsync(context.Caller, context.Project, null, Guid.Parse(id), item.LeaseId, context.Cancellation)
            : actors.FindActorAsync(context.Caller, context.Project, null, context.Cancellation);

    private static ApiProblem? Check(ClaimRequest request) => new Validation()
        .Range("max", request.Max, 1, InboxQuery.MostItems)
        .Range("wait", request.Wait, 0d, InboxQuery.LongestWait.TotalSeconds)
        .Range("lease_seconds", request.LeaseSeconds, 1, SettleReader.MostLeaseSeconds)
        .Range("budget_tokens", request.BudgetTokens, 1, TokenBudget.MostTokens)
        .Defined("priority", request.Priority)
        .Problem;

    /// <param name="AgentId">Whom to settle for; null for the caller itself.</param>
    private sealed record SettleOrder(string MessageId, SettleItem Item, string? AgentId);
}
