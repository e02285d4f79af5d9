using Microsoft.AspNetCore.Http;
using Parley.Protocol;
using Parley.Server.Agents;
using Parley.Server.Mailboxes;
using Parley.Server.Operations;
using Parley.Server.Projects;
using Parley.Server.Rest;
using Parley.Server.Security;
using Parley.Server.Wire;

namespace Parley.Server.History;

/// <summary>Past messages: lists, single messages, and traces.</summary>
internal sealed class HistoryConcept(
    MessageLists lists, MessageAccess access, IMessageHistory history, MessageTraces traces, InboxReader inbox, AgentDirectory agents) : IConcept
{
    private const string Theirs = "messages that it sent or received";

    private static readonly string APage = Example.PageOf(MailboxExamples.AMessage, "1042");

    public string Title => "Messages";

    public IReadOnlyList<Operation> Declare() =>
    [
        new Operation<ProjectContext, MessageListQuery>("ListMessages", "List the messages that you may read, newest first.", Input.Query<MessageListQuery>(), ListAsync)
        {
            Allows = Permission.ReadMessages,
            Own = Theirs,
            Refuses = [ErrorCodes.IndexBehind],
            Answers = [AnswerShape.Ok<Page<Message>>(APage)],
        }.Rest("GET", "/messages"),

        new Operation<ProjectContext, MessageListQuery>("RecentMessages", "List the newest messages that you may read.", Input.Query<MessageListQuery>(), ListAsync)
        {
            Allows = Permission.ReadMessages,
            Own = Theirs,
            Refuses = [ErrorCodes.IndexBehind],
            Answers = [AnswerShape.Ok<Page<Message>>(APage)],
        }.Rest("GET", "/messages/recent"),

        new Operation<ProjectContext, MessageListQuery>(
            "TaskMessages", "List a task's messages, newest first.",
            Input.Path("task_id").And(Input.Query<ListQuery>()).As(asked => MessageListQuery.OfTask(asked.First, asked.Second)), ListAsync)
        {
            Allows = Permission.ReadMessages,
            Own = Theirs,
            Answers = [AnswerShape.Ok<Page<Message>>(APage)],
        }.Rest("GET", "/messages/task/{task_id}"),

        new Operation<ProjectContext, MessageOrInbox>("GetMessage", "Get a message by its id.", new MessageOrInboxInput(), GetAsync)
        {
            Details = "If you put an agent's id in place of the message's, you get that agent's inbox, as with `GET /agents/{agent_id}/inbox`; use that path instead.",
            Allows = Permission.ReadMessages,
            Own = Theirs,
            Answers = [AnswerShape.Ok<Message>(MailboxExamples.AMessage)],
        }.Rest("GET", "/messages/{message_id}"),

        new Operation<ProjectContext, string>("TraceMessage", "Get everything that happened to a message.", Input.Path("message_id"), TraceAsync)
        {
            Allows = Permission.ReadMessages,
            Own = Theirs,
            Answers = [AnswerShape.Ok<MessageTrace>(
                $$"""
                {"message": {{MailboxExamples.AMessage}}, "deliveries": [{{MailboxExamples.ADelivery}}], "routing": ["be-1: the agent"], "rules": [],
                 "replies": [{{MailboxExamples.AReply}}], "session": null, "superseded_by": null}
                """)],
        }.Rest("GET", "/messages/{message_id}/trace"),
    ];

    private ValueTask<Answer> ListAsync(MessageListQuery query, ProjectContext context) =>
        lists.ListAsync(context.Project, context.Caller.ReaderIn(context.Project), query, context.Cancellation);

    private async ValueTask<Answer> GetAsync(MessageOrInbox asked, ProjectContext context)
    {
        var project = context.Project;
        if (!WireNames.IsUuid(asked.Id) || project.Agents.Find(asked.Id) is not null)
            return await InboxAsync(asked, context);
        if (QueryReader.UnknownIn(asked.Request) is { } unknown)
            return unknown;
        if (await access.FindAsync(project, Guid.Parse(asked.Id), context.Caller.ReaderIn(project), context.Cancellation) is not { } message)
            return Problems.NotFound("message", asked.Id);
        var reactions = await history.ReactionsAsync(project.Number, message.Seq, context.Cancellation);
        return Answer.Raw(buffer => MessageWithReactions.Write(buffer, message.Json, reactions));
    }

    private async ValueTask<Answer> InboxAsync(MessageOrInbox asked, ProjectContext context)
    {
        var isHuman = asked.Id == AgentDirectory.Human;
        if ((!isHuman && !WireNames.IsAgentId(asked.Id)) || !context.Caller.May(Permission.ReadMessages, asked.Id))
            return Problems.NotFound("message", asked.Id);
        var reader = new QueryReader(asked.Request.Query);
        var query = InboxQuery.Read(reader);
        if (reader.Finish() is { } problem)
            return problem;
        var agent = isHuman ? agents.HumanToLookAt(context.Project) : context.Project.Agents.Find(asked.Id);
        return agent is null ? Problems.NotFound("agent", asked.Id) : await inbox.PeekAsync(context.Project, agent, query, context.Caller, context.Cancellation);
    }

    private async ValueTask<Answer> TraceAsync(string id, ProjectContext context) =>
        Guid.TryParseExact(id, "D", out var message) &&
        await traces.FindAsync(context.Project, message, context.Caller.ReaderIn(context.Project), context.Cancellation) is { } trace
            ? Answer.Ok(trace)
            : Problems.NotFound("message", id);

    /// <summary>What the path names. The handler reads the query, because only it knows which of the two it is: a message takes no query.</summary>
    private sealed record MessageOrInbox(string Id, HttpRequest Request);

    private sealed class MessageOrInboxInput : Input<MessageOrInbox>
    {
        internal override InputShape Shape { get; } = new() { Path = ["message_id"], Query = [] };

        internal override ValueTask<Result<MessageOrInbox>> ReadAsync(HttpContext http, OperationOrigin origin) =>
            new(new MessageOrInbox(origin.PathValue("message_id"), http.Request));
    }
}
