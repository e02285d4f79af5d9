using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Parley.Protocol;
using Parley.Server.Agents;
using Parley.Server.Log;
using Parley.Server.Projects;
using Parley.Server.Rest;
using Parley.Server.Security;
using Parley.Server.Wire;

namespace Parley.Server.Mailboxes;

/// <summary>Dead letters over REST: read, queued again, purged.</summary>
internal static class DeadLetterEndpoints
{
    public static void MapDeadLetters(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/dead-letters").WithTags("Dead letters");
        group.MapGet("/", ListAsync).WithName("ListDeadLetters").WithSummary("Deliveries that ran out of attempts, newest first.")
            .Allow(Permission.ReadDeadLetters).Produces<Page<DeadLetter>>();
        group.MapPost("/requeue", RequeueManyAsync).WithName("RequeueDeadLetters").WithSummary("Queue again all that match.")
            .Allow(Permission.ManageDeadLetters).Produces<CountAnswer>();
        group.MapPost("/purge", PurgeManyAsync).WithName("PurgeDeadLetters").WithSummary("Withdraw for good all that match.")
            .Allow(Permission.ManageDeadLetters).Produces<CountAnswer>();
        group.MapPost("/{delivery_id}/requeue", RequeueAsync).WithName("RequeueDeadLetter").WithSummary("Queue one again.")
            .Allow(Permission.ManageDeadLetters).Produces(StatusCodes.Status204NoContent).Refuses(ErrorCodes.NotFound);
        group.MapDelete("/{delivery_id}", PurgeAsync).WithName("PurgeDeadLetter").WithSummary("Withdraw one for good.")
            .Allow(Permission.ManageDeadLetters).Produces(StatusCodes.Status204NoContent).Refuses(ErrorCodes.NotFound);
    }

    private static async Task<IResult> ListAsync(
        Query<DeadLetterQuery> query, Caller caller, Scope scope, ProjectDirectory projects, IDeliveryHistory history, CancellationToken cancellationToken)
    {
        if (projects.Find(scope.ProjectId) is not { } project)
            return Problems.NotFound("project", scope.ProjectId);
        var before = long.MaxValue;
        if (query.Value.List.After is { } after && !long.TryParse(after, NumberStyles.None, CultureInfo.InvariantCulture, out before))
            return Problems.InvalidField("after", "is not the `next` of a page");
        // An agent reads its own dead letters; whoever reads all may ask for one agent's.
        var reader = caller.May(Permission.ReadDeadLetters) == Access.Own ? caller.ReaderIn(project) : null;
        int? agent = reader?.Agent ?? (query.Value.Agent is { } id ? project.Agents.Find(id)?.Number ?? -1 : null);
        var limit = query.Value.List.Limit;
        var found = await history.DeadLettersAsync(new DeadLetterSelection(project.Number, null, agent, query.Value.Type), before, limit + 1, cancellationToken);
        return TypedResults.Ok(new Page<DeadLetter>
        {
            Items = [.. found.Take(limit).Select(dead => new DeadLetter
            {
                Delivery = dead.Delivery.ToWire(project, MessageJsonReader.Id(dead.Message.Json)),
                Message = MessageJsonReader.Message(dead.Message),
            })],
            Next = found.Count > limit ? found[limit - 1].Delivery.Delivery.ToString(CultureInfo.InvariantCulture) : null,
        });
    }

    private static Task<IResult> RequeueAsync(
        string delivery_id, Caller caller, Scope scope, ProjectDirectory projects, IDeliveryStore store, IAuditTrail audit, CancellationToken cancellationToken) =>
        OneAsync(delivery_id, "dead_letter.requeued", store.RequeueAsync, caller, scope, projects, audit, cancellationToken);

    private static Task<IResult> PurgeAsync(
        string delivery_id, Caller caller, Scope scope, ProjectDirectory projects, IDeliveryStore store, IAuditTrail audit, CancellationToken cancellationToken) =>
        OneAsync(delivery_id, "dead_letter.purged", store.PurgeAsync, caller, scope, projects, audit, cancellationToken);

    private static Task<IResult> RequeueManyAsync(
        OptionalBody<DeadLetterFilter> body, Caller caller, Scope scope, ProjectDirectory projects, IDeliveryStore store, IAuditTrail audit, CancellationToken cancellationToken) =>
        ManyAsync(body.Value, "dead_letters.requeued", store.RequeueAsync, caller, scope, projects, audit, cancellationToken);

    private static Task<IResult> PurgeManyAsync(
        OptionalBody<DeadLetterFilter> body, Caller caller, Scope scope, ProjectDirectory projects, IDeliveryStore store, IAuditTrail audit, CancellationToken cancellationToken) =>
        ManyAsync(body.Value, "dead_letters.purged", store.PurgeAsync, caller, scope, projects, audit, cancellationToken);

    private delegate ValueTask<int> Change(DeadLetterSelection which, CancellationToken cancellationToken);

    private static async Task<IResult> OneAsync(
        string deliveryId, string action, Change change, Caller caller, Scope scope, ProjectDirectory projects, IAuditTrail audit, CancellationToken cancellationToken)
    {
        if (projects.Find(scope.ProjectId) is not { } project)
            return Problems.NotFound("project", scope.ProjectId);
        if (!long.TryParse(deliveryId, NumberStyles.None, CultureInfo.InvariantCulture, out var delivery) ||
            await change(new DeadLetterSelection(project.Number, delivery, null, null), cancellationToken) == 0)
        {
            return Problems.NotFound("dead letter", deliveryId);
        }

        await audit.RecordAsync(caller, project.Id, action, deliveryId, cancellationToken);
        return TypedResults.NoContent();
    }

    private static async Task<IResult> ManyAsync(
        DeadLetterFilter? filter, string action, Change change, Caller caller, Scope scope, ProjectDirectory projects, IAuditTrail audit, CancellationToken cancellationToken)
    {
        if (projects.Find(scope.ProjectId) is not { } project)
            return Problems.NotFound("project", scope.ProjectId);
        int? agent = filter?.AgentId is { } id ? project.Agents.Find(id)?.Number ?? -1 : null;
        var count = await change(new DeadLetterSelection(project.Number, null, agent, filter?.Type), cancellationToken);
        await audit.RecordAsync(caller, project.Id, action, count.ToString(CultureInfo.InvariantCulture), cancellationToken);
        return TypedResults.Ok(new CountAnswer { Count = count });
    }
}

/// <summary>Which dead letters a list is of.</summary>
internal sealed record DeadLetterQuery(ListQuery List, string? Agent, string? Type) : IQuery<DeadLetterQuery>
{
    public static DeadLetterQuery Read(QueryReader query) => new(
        query.List(), query.Text("agent_id", "Whose mailbox they were for."), query.Text("type", "A message type."));
}
