using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Parley.Protocol;
using Parley.Server.Agents;
using Parley.Server.Projects;
using Parley.Server.Rest;
using Parley.Server.Security;
using Parley.Server.Wire;

namespace Parley.Server.Mailboxes;

/// <summary>An agent's mailbox over REST: look, claim, settle.</summary>
internal static class InboxEndpoints
{
    public static void MapInboxes(this IEndpointRouteBuilder routes)
    {
        var agents = routes.MapGroup("/agents/{agent_id}").WithTags("Inbox");
        agents.MapGet("/inbox", PeekAsync).WithName("PeekInbox").WithSummary("Look at what waits, changing nothing.")
            .Allow(Permission.ReadMessages).Produces<Inbox>().Refuses(ErrorCodes.NotFound);
        agents.MapPost("/claim", ClaimAsync).WithName("ClaimMessages").WithSummary("Lease what waits; what is not settled in time is queued again.")
            .Allow(Permission.Settle).Produces<Inbox>().Refuses(ErrorCodes.NotFound);

        var messages = routes.MapGroup("/messages/{message_id}").WithTags("Inbox");
        messages.MapPost("/ack", AckAsync).WithName("AckMessage").WithSummary("Settle a delivery: it is done.").Settles();
        messages.MapPost("/nack", NackAsync).WithName("NackMessage").WithSummary("Give a delivery back: it is queued again, or dead after its last attempt.").Settles();
        messages.MapPost("/extend", ExtendAsync).WithName("ExtendLease").WithSummary("Hold a delivery longer.").Settles();
        messages.MapPost("/surfaced", SurfacedAsync).WithName("SurfaceMessage").WithSummary("Say that the model has seen it.").Settles();
        routes.MapPost("/acks", AckManyAsync).WithTags("Inbox").WithName("AckMessages").WithSummary("Settle up to 1,000 deliveries, each with its own result.")
            .Allow(Permission.Settle).Produces<ItemResults>();
    }

    private static RouteHandlerBuilder Settles(this RouteHandlerBuilder endpoint) => endpoint
        .Allow(Permission.Settle).Produces(StatusCodes.Status204NoContent).Refuses(ErrorCodes.NotFound, ErrorCodes.LeaseLost);

    internal static async Task<IResult> PeekAsync(
        string agent_id, Query<InboxQuery> query, Scope scope, ActorResolver owners, InboxReader inbox, CancellationToken cancellationToken)
    {
        var (project, agent, problem) = await owners.FindAsync(scope, agent_id, cancellationToken);
        if (problem is not null)
            return problem;
        var order = new ClaimOrder(project!.Number, agent!.Number, query.Value.Max, default, FilterOf(project, query.Value), null);
        var items = await inbox.PeekAsync(project, agent, order, query.Value.Wait, cancellationToken);
        return new JsonBytes(StatusCodes.Status200OK, buffer => InboxReader.Write(buffer, items));
    }

    private static async Task<IResult> ClaimAsync(
        string agent_id, OptionalBody<ClaimRequest> body, Query<ClaimQuery> query, Caller caller, Scope scope, ActorResolver owners, InboxReader inbox, AgentDirectory agents,
        CancellationToken cancellationToken)
    {
        var (project, agent, problem) = await owners.FindAsync(scope, agent_id, cancellationToken);
        if (problem is not null)
            return problem;
        var request = query.Value.Over(body.Value ?? new ClaimRequest());
        if (Check(request) is { } bad)
            return bad;
        if (caller.AgentId == agent_id)
            await agents.SeenAsync(project!, agent!, cancellationToken);
        var order = new ClaimOrder(
            project!.Number, agent!.Number, request.Max ?? 10, request.LeaseSeconds is { } seconds ? TimeSpan.FromSeconds(seconds) : SettleReader.DefaultLease,
            DeliveryFilters.Of(project, request.Type, request.Priority, request.From), null);
        var items = await inbox.ClaimAsync(project, agent, order, TimeSpan.FromSeconds(request.Wait ?? 0), cancellationToken);
        return new JsonBytes(StatusCodes.Status200OK, buffer => InboxReader.Write(buffer, items));
    }

    private static Task<IResult> AckAsync(
        string message_id, OptionalBody<AckRequest> body, Query<SettlerQuery> query, Caller caller, Scope scope, ActorResolver owners, Settling settling, CancellationToken cancellationToken) =>
        SettleAsync(SettleVerb.Ack, message_id, new SettleItem { LeaseId = body.Value?.LeaseId }, query.Value, caller, scope, owners, settling, cancellationToken);

    private static Task<IResult> NackAsync(
        string message_id, OptionalBody<NackRequest> body, Query<SettlerQuery> query, Caller caller, Scope scope, ActorResolver owners, Settling settling, CancellationToken cancellationToken) =>
        SettleAsync(
            SettleVerb.Nack, message_id,
            new SettleItem { LeaseId = body.Value?.LeaseId, DelaySeconds = body.Value?.DelaySeconds, Reason = body.Value?.Reason },
            query.Value, caller, scope, owners, settling, cancellationToken);

    private static Task<IResult> ExtendAsync(
        string message_id, OptionalBody<ExtendRequest> body, Query<SettlerQuery> query, Caller caller, Scope scope, ActorResolver owners, Settling settling, CancellationToken cancellationToken) =>
        SettleAsync(
            SettleVerb.Extend, message_id, new SettleItem { LeaseId = body.Value?.LeaseId, LeaseSeconds = body.Value?.LeaseSeconds },
            query.Value, caller, scope, owners, settling, cancellationToken);

    private static Task<IResult> SurfacedAsync(
        string message_id, OptionalBody<AckRequest> body, Query<SettlerQuery> query, Caller caller, Scope scope, ActorResolver owners, Settling settling, CancellationToken cancellationToken) =>
        SettleAsync(SettleVerb.Surfaced, message_id, new SettleItem { LeaseId = body.Value?.LeaseId }, query.Value, caller, scope, owners, settling, cancellationToken);

    private static async Task<IResult> SettleAsync(
        SettleVerb verb, string messageId, SettleItem item, SettlerQuery settler, Caller caller, Scope scope, ActorResolver owners, Settling settling, CancellationToken cancellationToken)
    {
        if (!WireNames.IsUuid(messageId))
            return Problems.NotFound("message", messageId);
        var (project, agent, problem) = await owners.FindSettlerAsync(caller, scope, settler.AgentId, Guid.Parse(messageId), item.LeaseId, cancellationToken);
        if (problem is not null)
            return problem;
        var results = await settling.SettleAsync(project!, agent!, [SettleReader.Read(verb, messageId, item)]);
        return results[0] is { } refused ? refused : TypedResults.NoContent();
    }

    private static async Task<IResult> AckManyAsync(
        Body<AckBatchRequest> body, Query<SettlerQuery> query, Caller caller, Scope scope, ActorResolver owners, Settling settling, CancellationToken cancellationToken)
    {
        if (new Validation().Required("items", body.Value.Items).Items("items", body.Value.Items, 1_000).Problem is { } bad)
            return bad;
        var (project, agent, problem) = await owners.FindActorAsync(caller, scope, query.Value.AgentId, cancellationToken);
        if (problem is not null)
            return problem;
        var drafts = body.Value.Items!.Select(item => SettleReader.Read(SettleVerb.Ack, item.MessageId, new SettleItem { LeaseId = item.LeaseId })).ToList();
        var results = await settling.SettleAsync(project!, agent!, drafts);
        return TypedResults.Ok(new ItemResults
        {
            Items = [.. results.Select(result => new ItemResult { Status = result?.Status ?? StatusCodes.Status204NoContent, Problem = result?.ToProblem() })],
        });
    }

    private static DeliveryFilter FilterOf(ProjectState project, InboxQuery query) =>
        DeliveryFilters.Of(project, query.Types, [.. query.Priorities.Select(priority => (Priority)priority)], query.From);

    private static ApiProblem? Check(ClaimRequest request) => new Validation()
        .Range("max", request.Max, 1, InboxQuery.MostItems)
        .Range("wait", request.Wait, 0d, InboxQuery.LongestWait.TotalSeconds)
        .Range("lease_seconds", request.LeaseSeconds, 1, SettleReader.MostLeaseSeconds)
        .Defined("priority", request.Priority)
        .Problem;
}
