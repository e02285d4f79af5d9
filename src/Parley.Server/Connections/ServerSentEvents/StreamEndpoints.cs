using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Parley.Protocol;
using Parley.Server.Agents;
using Parley.Server.History;
using Parley.Server.Log;
using Parley.Server.Mailboxes;
using Parley.Server.Messages;
using Parley.Server.Projects;
using Parley.Server.Rest;
using Parley.Server.Security;
using Parley.Server.Wire;

namespace Parley.Server.Connections.ServerSentEvents;

/// <summary>Live streams for browsers, terminals and whatever reads lines.</summary>
internal static class StreamEndpoints
{
    public static void MapStreams(this IEndpointRouteBuilder routes)
    {
        var streams = routes.MapGroup("/sse").WithTags("Streams");
        streams.MapGet("/execution/{execution_id}", ExecutionAsync).WithName("StreamExecution")
            .WithSummary("An execution's messages, status and completion: history first, then live.").Streams(Permission.ReadProject);
        streams.MapGet("/project/{project_id}", ProjectAsync).WithName("StreamProject").WithSummary("Everything in a project that you may read.").Streams(Permission.ReadProject);
        streams.MapGet("/agent/{agent_id}", AgentAsync).WithName("StreamAgent").WithSummary("The messages that an agent may read.").Streams(Permission.ReadMessages);
        streams.MapGet("/thread/{thread_id}", ThreadAsync).WithName("StreamThread").WithSummary("A conversation: history first, then live.").Streams(Permission.ReadMessages);
        streams.MapGet("/events", EventsAsync).WithName("StreamEvents").WithSummary("Events: what agents publish, and what the server says of itself.").Streams(Permission.ReadProject);
    }

    private static void Streams(this RouteHandlerBuilder endpoint, Permission permission) => endpoint
        .Allow(permission).Produces(StatusCodes.Status200OK, contentType: "text/event-stream").Refuses(ErrorCodes.NotFound);

    private static async Task<IResult> ExecutionAsync(
        string execution_id, Query<StreamQuery> query, HttpContext context, Caller caller, Scope scope, StreamServer server, CancellationToken cancellationToken)
    {
        if (server.Project(scope) is not { } project)
            return Problems.NotFound("project", scope.ProjectId);
        if (await server.EntryAsync(project, execution_id, cancellationToken) is not { Kind: EntryKind.Execution } execution || execution.Execution != execution.Seq)
            return Problems.NotFound("execution", execution_id);
        var ended = await server.EndOfAsync(project, execution.Seq, cancellationToken);
        return await server.ServeAsync(
            context, project, StreamServer.ReaderOf(caller, project), FeedSelections.Execution(execution.Seq, query.Value.Filter(project)), query.Value,
            new StreamShape(FromStart: true, Events: false) { EndsAt = ended, EndsAtCompletion = true });
    }

    private static Task<IResult> ProjectAsync(
        string project_id, Query<StreamQuery> query, HttpContext context, Caller caller, Scope scope, StreamServer server) =>
        server.Project(scope) is { } project
            ? server.ServeAsync(context, project, StreamServer.ReaderOf(caller, project), FeedSelections.Project(query.Value.Filter(project)), query.Value, new StreamShape(false, Events: true) { Things = true })
            : Task.FromResult<IResult>(Problems.NotFound("project", project_id));

    private static async Task<IResult> AgentAsync(
        string agent_id, Query<StreamQuery> query, HttpContext context, Scope scope, StreamServer server, ActorResolver owners, CancellationToken cancellationToken)
    {
        var (project, agent, problem) = await owners.FindAsync(scope, agent_id, cancellationToken);
        if (problem is not null)
            return problem;
        var reader = new Reader(agent!.Number, agent.Record.JoinedSeq);
        return await server.ServeAsync(context, project!, reader, FeedSelections.Messages(query.Value.Filter(project!)), query.Value, new StreamShape(false, Events: false));
    }

    private static async Task<IResult> ThreadAsync(
        string thread_id, Query<StreamQuery> query, HttpContext context, Caller caller, Scope scope, StreamServer server, MessageAccess access, CancellationToken cancellationToken)
    {
        if (server.Project(scope) is not { } project)
            return Problems.NotFound("project", scope.ProjectId);
        var reader = StreamServer.ReaderOf(caller, project);
        if (await server.EntryAsync(project, thread_id, cancellationToken) is not { } opened || opened.Thread != opened.Seq ||
            !await access.MayReadThreadAsync(project.Number, opened.Seq, reader, cancellationToken))
        {
            return Problems.NotFound("thread", thread_id);
        }

        return await server.ServeAsync(
            context, project, reader, FeedSelections.Thread(opened.Seq, query.Value.Filter(project)), query.Value, new StreamShape(FromStart: true, Events: false));
    }

    private static Task<IResult> EventsAsync(Query<StreamQuery> query, HttpContext context, Caller caller, Scope scope, StreamServer server) =>
        server.Project(scope) is { } project
            ? server.ServeAsync(context, project, StreamServer.ReaderOf(caller, project), FeedSelections.Events(query.Value.Filter(project)), query.Value, new StreamShape(false, Events: true))
            : Task.FromResult<IResult>(Problems.NotFound("project", scope.ProjectId));
}

/// <summary>What every stream takes.</summary>
internal sealed record StreamQuery(IReadOnlyList<string> Types, IReadOnlyList<string> Agents, string? After) : IQuery<StreamQuery>
{
    public static StreamQuery Read(QueryReader query) => new(
        query.Texts("types", "Of messages and events; hides nothing else."),
        query.Texts("agents", "Agents from or to whom a message must be."),
        query.Text("after", "A place, `EPOCH-SEQ`, or a seq; 0: from the start."));

    internal StreamFilter Filter(ProjectState project) => new(
        Types.ToHashSet(StringComparer.Ordinal),
        Agents.Select(agent => agent == Sender.ServerId ? 0 : project.Agents.Find(agent)?.Number ?? -1).ToHashSet());
}

/// <summary>How a stream begins and ends.</summary>
/// <param name="FromStart">Without a place: history first. Otherwise live only.</param>
/// <param name="Events">Agents and published events go out as <c>event</c>.</param>
internal sealed record StreamShape(bool FromStart, bool Events)
{
    /// <summary>The seq of the completion, where there was one; a reader that is past it gets 204.</summary>
    internal long? EndsAt { get; init; }

    /// <summary>Things as they now are go out by their own name: an agent as <c>agent</c>.</summary>
    internal bool Things { get; init; }

    internal bool EndsAtCompletion { get; init; }
}
