using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Parley.Protocol;
using Parley.Server.Agents;
using Parley.Server.Mailboxes;
using Parley.Server.Projects;
using Parley.Server.Rest;
using Parley.Server.Security;
using Parley.Server.Wire;

namespace Parley.Server.History;

/// <summary>What was said, over REST: lists, single messages, traces.</summary>
internal static class HistoryEndpoints
{
    public static void MapHistory(this IEndpointRouteBuilder routes)
    {
        var messages = routes.MapGroup("/messages").WithTags("Messages");
        messages.MapGet("/", ListAsync).WithName("ListMessages").WithSummary("Messages that you may read, newest first.")
            .Allow(Permission.ReadMessages).Produces<Page<Message>>().Refuses(ErrorCodes.IndexBehind);
        messages.MapGet("/recent", ListAsync).WithName("RecentMessages").WithSummary("The newest messages that you may read.")
            .Allow(Permission.ReadMessages).Produces<Page<Message>>().Refuses(ErrorCodes.IndexBehind);
        messages.MapGet("/task/{task_id}", TaskAsync).WithName("TaskMessages").WithSummary("A task's messages, newest first.")
            .Allow(Permission.ReadMessages).Produces<Page<Message>>();
        messages.MapGet("/{message_id}", GetAsync).WithName("GetMessage").WithSummary("The message of an id; or, of an agent's id, its inbox.")
            .Allow(Permission.ReadMessages).Produces<Message>().Refuses(ErrorCodes.NotFound);
        messages.MapGet("/{message_id}/trace", TraceAsync).WithName("TraceMessage").WithSummary("Everything that happened to a message.")
            .Allow(Permission.ReadMessages).Produces<MessageTrace>().Refuses(ErrorCodes.NotFound);
    }

    private static Task<IResult> ListAsync(
        Query<MessageListQuery> query, Caller caller, Scope scope, ProjectDirectory projects, MessageLists lists, CancellationToken cancellationToken) =>
        projects.Find(scope.ProjectId) is { } project
            ? lists.ListAsync(project, caller.ReaderIn(project), query.Value, cancellationToken)
            : Task.FromResult<IResult>(Problems.NotFound("project", scope.ProjectId));

    private static Task<IResult> TaskAsync(
        string task_id, Query<ListQuery> query, Caller caller, Scope scope, ProjectDirectory projects, MessageLists lists, CancellationToken cancellationToken) =>
        projects.Find(scope.ProjectId) is { } project
            ? lists.ListAsync(project, caller.ReaderIn(project), MessageListQuery.OfTask(task_id, query.Value), cancellationToken)
            : Task.FromResult<IResult>(Problems.NotFound("project", scope.ProjectId));

    private static async Task<IResult> GetAsync(
        string message_id, HttpContext context, Caller caller, Scope scope, ProjectDirectory projects, MessageAccess access, IMessageHistory history,
        ActorResolver owners, InboxReader inbox, CancellationToken cancellationToken)
    {
        if (projects.Find(scope.ProjectId) is not { } project)
            return Problems.NotFound("project", scope.ProjectId);
        if (!WireNames.IsUuid(message_id) || project.Agents.Find(message_id) is not null)
            return await InboxAsync(message_id, context, caller, scope, owners, inbox, cancellationToken);
        if (context.Request.Query.Keys.FirstOrDefault(key => key is not ("project_id" or "ticket")) is { } unknown)
            return Problems.InvalidField(Problems.Shown(unknown), "is not a query parameter here");
        if (await access.FindAsync(project, Guid.Parse(message_id), caller.ReaderIn(project), cancellationToken) is not { } message)
            return Problems.NotFound("message", message_id);
        var reactions = await history.ReactionsAsync(project.Number, message.Seq, cancellationToken);
        return new JsonBytes(StatusCodes.Status200OK, buffer => MessageWithReactions.Write(buffer, message.Json, reactions));
    }

    private static async Task<IResult> InboxAsync(
        string agentId, HttpContext context, Caller caller, Scope scope, ActorResolver owners, InboxReader inbox, CancellationToken cancellationToken)
    {
        if (agentId != AgentDirectory.Human && !WireNames.IsAgentId(agentId))
            return Problems.NotFound("message", agentId);
        if (!caller.May(Permission.ReadMessages, agentId))
            return Problems.NotFound("message", agentId);
        var query = await Query<InboxQuery>.BindAsync(context, null!);
        return query!.Problem is { } bad ? bad : await InboxEndpoints.PeekAsync(agentId, query, scope, owners, inbox, cancellationToken);
    }

    private static async Task<IResult> TraceAsync(
        string message_id, Caller caller, Scope scope, ProjectDirectory projects, MessageTraces traces, CancellationToken cancellationToken)
    {
        if (projects.Find(scope.ProjectId) is not { } project)
            return Problems.NotFound("project", scope.ProjectId);
        if (!Guid.TryParseExact(message_id, "D", out var id) ||
            await traces.FindAsync(project, id, caller.ReaderIn(project), cancellationToken) is not { } trace)
        {
            return Problems.NotFound("message", message_id);
        }

        return TypedResults.Ok(trace);
    }
}
