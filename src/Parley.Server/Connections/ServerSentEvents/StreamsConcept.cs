using Parley.Protocol;
using Parley.Server.Agents;
using Parley.Server.Connections.Frames;
using Parley.Server.Entities;
using Parley.Server.History;
using Parley.Server.Log;
using Parley.Server.Mailboxes;
using Parley.Server.Operations;
using Parley.Server.Projects;
using Parley.Server.Security;
using Parley.Server.Wire;

namespace Parley.Server.Connections.ServerSentEvents;

/// <summary>Live streams for browsers, terminals, and anything else that reads lines.</summary>
internal sealed class StreamsConcept(StreamServer server, EventCatalog events, MessageAccess access, AgentDirectory agents) : IConcept
{
    private static readonly Example AStream = new("example",
        """
        retry: 2000
        event: place
        id: 1769090212-1041
        data: {}

        event: message
        id: 1769090212-1042
        data: {"message_id":"0199e1c2-0000-7000-8000-000000000412","seq":1042,"sender_id":"pm-1","to":"be-1", ...}


        """);

    public string Title => "Streams";

    /// <summary>The events of streams, by their names.</summary>
    internal static IReadOnlyList<FrameMeaning> EventsOf(EntityKinds kinds) =>
    [
        .. Events,
        .. from kind in kinds.All
           where kind.OnStream is null
           from meaning in new[]
           {
               new FrameMeaning(kind.Name, $"An item of the feed `{kind.Feed}` after a change, on the streams of projects.", kind.Noun),
               new FrameMeaning(kind.RemovedType, $"An item of the feed `{kind.Feed}` that was deleted, with its last state, on the streams of projects.", kind.Noun),
               kind.ExpiredType is null ? null : new FrameMeaning(kind.ExpiredType, $"An item of the feed `{kind.Feed}` that expired, with its last state, on the streams of projects.", kind.Noun),
           }
           where meaning is not null
           select meaning with { Examples = [kind.Example] },
    ];

    private static IReadOnlyList<FrameMeaning> Events { get; } =
    [
        new("place", "The reader's place: at the start, and every 15 s if nothing else is sent.", null),
        new("message", "A message, or the tombstone of a deleted one.", typeof(Message)) { Examples = [MailboxExamples.AMessage] },
        new("status", "The status of an execution, with its new log lines.", typeof(ExecutionStatusEvent))
        {
            Examples =
            [
                """
                {"execution_id": "0199e1c1-0000-7000-8000-000000000400", "status": "in_progress", "progress": 40, "current_phase": "implementation",
                 "logs": [{"timestamp": "2026-01-22T13:56:00.000Z", "level": "info", "message": "All tests pass."}]}
                """,
            ],
        },
        new("completion", "The end of an execution. The execution's own stream ends after it, and a client that reconnects after it gets 204.", typeof(ExecutionCompletionEvent))
        {
            Examples = ["""{"execution_id": "0199e1c1-0000-7000-8000-000000000400", "status": "completed", "result": {"pull_request": 17}, "error": null}"""],
        },
        new("event", "An event, on the streams of projects and events.", typeof(EventRecord))
        {
            Examples =
            [
                """
                {"event_id": "0199e1c3-0000-7000-8000-000000000414", "seq": 1044, "event_type": "agent_joined", "project_id": "default", "source": "parley",
                 "data": {"agent_id": "be-1"}, "timestamp": "2026-01-22T13:58:00.000Z"}
                """,
            ],
        },
        new("agent", "An agent after a change, on the streams of projects.", typeof(Agent)) { Examples = [AgentsConcept.AnAgent] },
        new("gap", "The log no longer has the requested place. The entries in between are not sent.", null),
        new("error", "The stream itself failed. Reconnect with your last place.", null),
    ];

    public IReadOnlyList<Operation> Declare() =>
    [
        new Operation<ProjectContext, (string Id, StreamQuery Query)>(
            "StreamExecution", "Stream an execution's messages, status, and completion: history first, then live.",
            Input.Path("execution_id").And(Input.Query<StreamQuery>()), ExecutionAsync)
        {
            Allows = Permission.ReadProject,
            Answers = [AnswerShape.Stream(AStream)],
        }.Rest("GET", "/sse/execution/{execution_id}"),

        new Operation<ProjectContext, StreamQuery>("StreamProject", "Stream everything in a project that you may read.", Input.Query<StreamQuery>(), ProjectAsync)
        {
            Allows = Permission.ReadProject,
            Answers = [AnswerShape.Stream(AStream)],
        }.Rest("GET", "/sse/project/{project_id}"),

        new Operation<AgentContext, StreamQuery>("StreamAgent", "Stream the messages that an agent may read.", Input.Query<StreamQuery>(), AgentAsync)
        {
            Allows = Permission.ReadMessages,
            Answers = [AnswerShape.Stream(AStream)],
        }.Rest("GET", "/sse/agent/{agent_id}"),

        new Operation<ProjectContext, (string Id, StreamQuery Query)>(
            "StreamThread", "Stream a conversation: history first, then live.", Input.Path("thread_id").And(Input.Query<StreamQuery>()), ThreadAsync)
        {
            Allows = Permission.ReadMessages,
            Own = "conversations in which it takes part",
            Answers = [AnswerShape.Stream(AStream)],
        }.Rest("GET", "/sse/thread/{thread_id}"),

        new Operation<ProjectContext, StreamQuery>(
            "StreamEvents", "Stream events that agents or the server publish. `types` may have wildcards, such as `task_*` and `build.>`.", Input.Query<StreamQuery>(), EventsAsync)
        {
            Allows = Permission.ReadProject,
            Answers = [AnswerShape.Stream(AStream)],
        }.Rest("GET", "/sse/events"),
    ];

    private async ValueTask<Answer> ExecutionAsync((string Id, StreamQuery Query) asked, ProjectContext context)
    {
        var project = context.Project;
        if (await server.EntryAsync(project, asked.Id, context.Cancellation) is not { Kind: EntryKind.Execution } execution || execution.Execution != execution.Seq)
            return Problems.NotFound("execution", asked.Id);
        var ended = await server.EndOfAsync(project, execution.Seq, context.Cancellation);
        return await server.ServeAsync(
            context.Http, project, context.Caller.ReaderIn(project), FeedSelections.Execution(execution.Seq, asked.Query.Filter(project)), asked.Query,
            new StreamShape(FromStart: true) { EndsAt = ended, EndsAtCompletion = true });
    }

    private async ValueTask<Answer> ProjectAsync(StreamQuery query, ProjectContext context) => await server.ServeAsync(
        context.Http, context.Project, context.Caller.ReaderIn(context.Project), FeedSelections.Project(query.Filter(context.Project)), query,
        new StreamShape(FromStart: false) { Things = true });

    private async ValueTask<Answer> AgentAsync(StreamQuery query, AgentContext context)
    {
        // A stream follows one agent from the start, so the agent must exist.
        var agent = context.Agent.Number == 0 ? await agents.HumanAsync(context.Project, context.Cancellation) : context.Agent;
        var reader = new Reader(agent.Number, agent.Record.JoinedSeq);
        return await server.ServeAsync(
            context.Http, context.Project, reader, FeedSelections.Messages(query.Filter(context.Project)), query, new StreamShape(FromStart: false));
    }

    private async ValueTask<Answer> ThreadAsync((string Id, StreamQuery Query) asked, ProjectContext context)
    {
        var project = context.Project;
        var reader = context.Caller.ReaderIn(project);
        if (!WireNames.IsUuid(asked.Id) || await access.FindThreadAsync(project, Guid.Parse(asked.Id), reader, context.Cancellation) is not { } thread)
            return Problems.NotFound("thread", asked.Id);

        return await server.ServeAsync(
            context.Http, project, reader, FeedSelections.Thread(thread, asked.Query.Filter(project)), asked.Query, new StreamShape(FromStart: true));
    }

    private async ValueTask<Answer> EventsAsync(StreamQuery query, ProjectContext context) => await server.ServeAsync(
        context.Http, context.Project, context.Caller.ReaderIn(context.Project), events.Selection(new EventTypes(query.Types)), query,
        new StreamShape(FromStart: false) { OnlyEvents = true });
}
