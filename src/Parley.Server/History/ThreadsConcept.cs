using System.Globalization;
using Parley.Protocol;
using Parley.Server.Agents;
using Parley.Server.Log;
using Parley.Server.Mailboxes;
using Parley.Server.Operations;
using Parley.Server.Projects;
using Parley.Server.Rest;
using Parley.Server.Security;
using Parley.Server.Wire;

namespace Parley.Server.History;

/// <summary>Conversations: list them, read them, catch up on them.</summary>
internal sealed class ThreadsConcept(MessageAccess access, IMessageHistory history, ThreadDigests digests, IThreadSummaries summaries, IndexCatchUp index) : IConcept
{
    private const string Theirs = "conversations in which it takes part";

    private const string AThread =
        """
        "conversation_thread_id": "0199e1c2-0000-7000-8000-000000000412", "title": "Please implement the login page.", "participants": ["pm-1", "be-1"],
        "messages": 2, "started_at": "2026-01-22T13:56:52.551Z", "last_at": "2026-01-22T13:57:02.551Z", "last_seq": 1043
        """;

    private const string ADigest =
        """
        {"conversation_thread_id": "0199e1c2-0000-7000-8000-000000000412", "title": "Please implement the login page.", "messages": 2, "covered": 2,
         "started_at": "2026-01-22T13:56:52.551Z", "last_at": "2026-01-22T13:57:02.551Z", "last_seq": 1043,
         "participants": [{"agent_id": "be-1", "messages": 1}, {"agent_id": "pm-1", "messages": 1}], "open": [],
         "settled": [{"accepted": [], "answer": {"message_id": "0199e1c2-2710-7000-8000-000000000413", "from": "be-1", "to": ["pm-1"], "message_type": "text",
          "content": "Done.", "timestamp": "2026-01-22T13:57:02.551Z"}, "outcome": "success", "message_id": "0199e1c2-0000-7000-8000-000000000412", "from": "pm-1",
          "to": ["be-1"], "message_type": "task_assignment", "content": "Please implement the login page.", "timestamp": "2026-01-22T13:56:52.551Z"}],
         "last": {"message_id": "0199e1c2-2710-7000-8000-000000000413", "from": "be-1", "to": ["pm-1"], "message_type": "text", "content": "Done.",
          "timestamp": "2026-01-22T13:57:02.551Z"},
         "text": "2 messages since 2026-01-22T13:56:52.551Z, the last at 2026-01-22T13:57:02.551Z.\n",
         "summary": "pm-1 asked be-1 for the login page, and be-1 built it.", "summary_last_seq": 1043, "summary_error": null}
        """;

    /// <summary>The most messages that a digest reads: its cost must not grow with the thread.</summary>
    private const int MostDigested = 2_000;

    public string Title => "Threads";

    public IReadOnlyList<Operation> Declare() =>
    [
        new Operation<ProjectContext, ListQuery>("ListThreads", "List the conversations that you may read, most recently active first.", Input.Query<ListQuery>(), ListAsync)
        {
            Allows = Permission.ReadMessages,
            Own = Theirs,
            Refuses = [ErrorCodes.IndexBehind],
            Answers = [AnswerShape.Ok<Page<ThreadSummary>>(Example.PageOf($$"""{{{AThread}}}"""))],
        }.Rest("GET", "/threads"),

        new Operation<ProjectContext, (string Id, ListQuery List)>(
            "GetThread", "Get a conversation: its messages in order, and its participants.", Input.Path("thread_id").And(Input.Query<ListQuery>()), GetAsync)
        {
            Allows = Permission.ReadMessages,
            Own = Theirs,
            Answers = [AnswerShape.Ok<ThreadView>($$"""{"items": [{{MailboxExamples.AMessage}}, {{MailboxExamples.AReply}}], "next": null, {{AThread}}}""")],
        }.Rest("GET", "/threads/{thread_id}"),

        new Operation<ProjectContext, (string Id, DigestQuery Query)>(
            "GetThreadDigest", "Get a conversation in short: open and settled requests, and the newest message.",
            Input.Path("thread_id").And(Input.Query<DigestQuery>()), DigestAsync)
        {
            Details = "Made without a model, from what the messages say of themselves: their intents, replies, and outcomes. `text` says the same in words. "
                + "If the project has a `summary_url`, `summary` is what the model there makes of it.",
            Allows = Permission.ReadMessages,
            Own = Theirs,
            Answers = [AnswerShape.Ok<ThreadDigest>(ADigest)],
        }.Rest("GET", "/threads/{thread_id}/digest"),

        new Operation<ProjectContext, (string Id, SinceQuery Since)>(
            "GetThreadCurrent", "Get what is newer than what you have read, and what has been superseded.",
            Input.Path("thread_id").And(Input.Query<SinceQuery>()), CurrentAsync)
        {
            Allows = Permission.ReadMessages,
            Own = Theirs,
            Answers = [AnswerShape.Ok<ThreadCurrent>(
                $$"""
                {"conversation_thread_id": "0199e1c2-0000-7000-8000-000000000412", "since": 1042, "is_current": false,
                 "newer": [{{MailboxExamples.AReply}}], "superseded": []}
                """)],
        }.Rest("GET", "/threads/{thread_id}/current"),
    ];

    private async ValueTask<Answer> ListAsync(ListQuery query, ProjectContext context)
    {
        var project = context.Project;
        var before = long.MaxValue;
        if (query.After is { } after && !long.TryParse(after, NumberStyles.None, CultureInfo.InvariantCulture, out before))
            return Problems.InvalidField("after", "is not the `next` of a page");
        if (await index.RunAsync(project.Number, context.Cancellation) is { } behind)
            return behind;
        var rows = await history.ThreadsAsync(project.Number, context.Caller.ReaderIn(project)?.Agent, before, query.Limit + 1, context.Cancellation);
        return Answer.Ok(new Page<ThreadSummary>
        {
            Items = [.. rows.Take(query.Limit).Select(row => ThreadDigests.SummaryOf(project, row))],
            Next = rows.Count > query.Limit ? rows[query.Limit - 1].LastSeq.ToString(CultureInfo.InvariantCulture) : null,
        });
    }

    private async ValueTask<Answer> GetAsync((string Id, ListQuery List) asked, ProjectContext context)
    {
        var (project, limit) = (context.Project, asked.List.Limit);
        if (!(await FindAsync(asked.Id, context)).TryGet(out var thread, out var problem))
            return problem;
        long after = 0;
        if (asked.List.After is { } place && !long.TryParse(place, NumberStyles.None, CultureInfo.InvariantCulture, out after))
            return Problems.InvalidField("after", "is not the `next` of a page");
        if (await history.ThreadRowAsync(project.Number, thread, context.Cancellation) is not { } row)
            return Problems.NotFound("thread", asked.Id);
        var messages = await history.ThreadAsync(project.Number, thread, after, limit + 1, context.Cancellation);
        var page = messages.Take(limit).ToList();
        var readable = await access.ReleasedAsync(project, page, context.Caller.ReaderIn(project), context.Cancellation);
        var summary = ThreadDigests.SummaryOf(project, row);
        return Answer.Ok(new ThreadView
        {
            ConversationThreadId = summary.ConversationThreadId,
            Title = summary.Title,
            Participants = summary.Participants,
            Messages = summary.Messages - (page.Count - readable.Count),
            StartedAt = summary.StartedAt,
            LastAt = summary.LastAt,
            LastSeq = summary.LastSeq,
            Items = [.. readable.Select(MessageJsonReader.Message)],
            Next = MessagePage.Last(messages, limit, entry => entry)?.Seq.ToString(CultureInfo.InvariantCulture),
        });
    }

    private async ValueTask<Answer> DigestAsync((string Id, DigestQuery Query) asked, ProjectContext context)
    {
        var project = context.Project;
        if (!(await FindAsync(asked.Id, context)).TryGet(out var thread, out var problem))
            return problem;
        return await digests.FindAsync(project, thread, MostDigested, context.Cancellation) is { } found
            ? Answer.Ok(await summaries.AddAsync(project, found.Digest, found.Messages, asked.Query.Refresh, context.Cancellation))
            : Problems.NotFound("thread", asked.Id);
    }

    private async ValueTask<Answer> CurrentAsync((string Id, SinceQuery Since) asked, ProjectContext context)
    {
        var (project, since) = (context.Project, asked.Since.Since);
        if (!(await FindAsync(asked.Id, context)).TryGet(out var thread, out var problem))
            return problem;
        var newer = await access.ReleasedAsync(
            project, await history.ThreadAsync(project.Number, thread, since, 500, context.Cancellation), context.Caller.ReaderIn(project), context.Cancellation);
        var superseded = await history.SupersededAsync(project.Number, thread, since, context.Cancellation);
        return Answer.Ok(new ThreadCurrent
        {
            ConversationThreadId = asked.Id,
            Since = since,
            IsCurrent = newer.Count == 0 && superseded.Count == 0,
            Newer = [.. newer.Select(MessageJsonReader.Message)],
            Superseded = [.. superseded.Select(message => message.Id.ToString())],
        });
    }

    /// <returns>The seq of the entry that opened the thread.</returns>
    private async ValueTask<Result<long>> FindAsync(string id, ProjectContext context)
    {
        return WireNames.IsUuid(id) &&
            await access.FindThreadAsync(context.Project, Guid.Parse(id), context.Caller.ReaderIn(context.Project), context.Cancellation) is { } thread
            ? thread
            : Problems.NotFound("thread", id);
    }
}

/// <summary>The seq up to which the caller has read.</summary>
internal sealed record SinceQuery(long Since) : IQuery<SinceQuery>
{
    public static SinceQuery Read(QueryReader query) => new(query.Long("since", 0, "The seq of the newest message that you have read.") ?? 0);
}

internal sealed record DigestQuery(bool Refresh) : IQuery<DigestQuery>
{
    public static DigestQuery Read(QueryReader query) => new(query.Flag("refresh", "With `true`, the project's model is asked again even if its summary is still good.") == true);
}
