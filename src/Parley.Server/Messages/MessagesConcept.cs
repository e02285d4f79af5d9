using Parley.Protocol;
using Parley.Server.Agents;
using Parley.Server.Connections.Frames;
using Parley.Server.Mailboxes;
using Parley.Server.Operations;
using Parley.Server.Projects;
using Parley.Server.Security;
using Parley.Server.Settings;
using Parley.Server.Wire;

namespace Parley.Server.Messages;

/// <summary>Sending: one message, many, to everybody, or with a wait for the reply, over REST or a socket.</summary>
internal sealed class MessagesConcept(
    SenderResolver senders, Mailbox mailbox, SendPreviewing previewing, Requests requests, SendFrames frames, AgentDirectory agents, ServerSettings settings) : IConcept
{
    private const string Theirs = "messages sent as itself";

    /// <summary>A batch may be larger than other bodies, because it may have a thousand sends.</summary>
    private const long BatchBytes = 32L * 1024 * 1024;

    /// <summary>Room for what surrounds the content, payload, and metadata of the largest message.</summary>
    private const long Envelope = 64 * 1024;

    /// <summary>How many bytes of a body may represent one stored byte, if the text consists only of escapes.</summary>
    private const long LongestSpelling = 6;

    private const string ARequest = """{"to": "capability:review", "content": "Is this migration safe?", "timeout_seconds": 30}""";

    internal const string AnAnswer =
        """
        {"message_id": "0199e1c2-0000-7000-8000-000000000412", "seq": 1042, "conversation_thread_id": "0199e1c2-0000-7000-8000-000000000412",
         "duplicate": false, "deliveries": [{"agent_id": "be-1", "status": "online", "activity": "working", "ahead": 2, "outlook": "when_idle", "refused": null}],
         "deliveries_total": 1}
        """;

    private const string APreview =
        """
        {"to": "squad:backend", "priority": 3, "routing": ["rule urgent: priority 2 raised to 3", "squad:backend"],
         "deliveries": [{"agent_id": "be-1", "status": "online", "activity": "working", "ahead": 2, "outlook": "when_idle", "refused": null}], "deliveries_total": 1}
        """;

    internal static readonly string[] SendRefusals =
    [
        ErrorCodes.UnknownRecipient, ErrorCodes.NoCapableAgent, ErrorCodes.MailboxFull, ErrorCodes.BudgetSpent, ErrorCodes.ExecutionEnded, ErrorCodes.IdempotencyConflict,
    ];

    private static readonly Example[] Sends =
    [
        new("agent", """{"to": "be-1", "content": "The login page is ready for review."}"""),
        new("task", """
            {"to": "be-1", "message_type": "task_assignment", "content": "Please implement the login page.",
             "payload": {"branch": "login"}, "priority": 3, "intent": "request", "metadata": {"estimated_hours": 8},
             "idempotency_key": "login-page-1"}
            """),
        new("capability", """{"to": "capability:review", "content": "Is this migration safe?", "intent": "request"}"""),
        new("squad_later", """{"to": ["squad:alpha", "human"], "content": "Stand-up in five minutes.", "deliver_at": "2026-01-22T13:55:00.000Z", "ttl_seconds": 600}"""),
        new("reply", """{"to": "pm-1", "reply_to": "0199e1c2-0000-7000-8000-000000000412", "content": "Done.", "outcome": "success"}"""),
    ];

    public string Title => "Messages";

    public IReadOnlyList<Operation> Declare() =>
    [
        new Operation<ProjectContext, SendDraft>(
            "SendMessage", "Send a message to its recipients' mailboxes.", new SendInput(SendShape.Plain, typeof(SendRequest), Sends), PutAsync)
        {
            Details = "201 means that the message is on disk. If an earlier send with the same key stored it, `duplicate` is true. `deliveries` says what each recipient is doing and what will happen next.",
            Allows = Permission.Send,
            Own = Theirs,
            BodyLimit = (LongestSpelling * settings.MaxMessageBytes) + Envelope,
            Refuses = SendRefusals,
            Answers = [AnswerShape.Created<SendAnswer>(AnAnswer)],
        }
        .Rest("POST", "/messages")
        .Frame<ISendingConnection>(
            new FrameMeaning(FrameEvents.MessageSend, "Send a message to its recipients' mailboxes.", typeof(SendRequest), typeof(SendAnswer))
            {
                TakesItems = true,
                Examples = Sends,
            },
            (connection, frame, cancellationToken) => frames.SendAsync(connection, frame, SendShape.Plain, cancellationToken),
            frames.SendRunAsync)
        .Frame<ISendingConnection>(
            new FrameMeaning(
                FrameEvents.MessageReply, "Reply to a message. Without `to`, the reply goes to the sender of that message.", typeof(ReplyRequest), typeof(SendAnswer))
            {
                TakesItems = true,
                Examples = ["""{"message_id": "0199e1c2-0000-7000-8000-000000000412", "content": "Done.", "outcome": "success"}"""],
            },
            (connection, frame, cancellationToken) => frames.SendAsync(connection, frame, SendShape.Reply, cancellationToken)),

        new Operation<ProjectContext, SendDraft>(
            "PreviewMessage", "Say what a send would do, without sending anything.", new SendInput(SendShape.Plain, typeof(SendRequest), Sends), PreviewAsync)
        {
            Details = "The body is that of a send. The answer says where the message would go after the routing rules, and what would happen to each delivery as things are now; "
                + "a send that would be refused is refused here in the same way. Nothing is stored, nobody is notified, and `idempotency_key` is not used, but it counts against the rate limit.",
            Allows = Permission.Send,
            Own = Theirs,
            BodyLimit = (LongestSpelling * settings.MaxMessageBytes) + Envelope,
            Refuses = [.. SendRefusals.Where(code => code != ErrorCodes.IdempotencyConflict), ErrorCodes.SchemaMismatch],
            Answers = [AnswerShape.Ok<SendPreview>(APreview)],
        }.Rest("POST", "/messages/preview"),

        new Operation<ProjectContext, SendBatch>(
            "SendBatch", "Send up to 1,000 messages, each with its own result.",
            new BatchInput("""{"items": [{"to": "be-1", "content": "First."}, {"to": "fe-1", "content": "Second."}]}"""), SendBatchAsync)
        {
            Details = "Each item has its own status: if one is refused, the others are still sent. Give each item an `idempotency_key`, so that you can retry it.",
            Allows = Permission.Send,
            Own = Theirs,
            BodyLimit = BatchBytes,
            Answers = [AnswerShape.Ok<SendItemResults>(
                $$"""
                {"items": [{"status": 201, {{AnAnswer.Trim()[1..]}},
                 {"status": 404, "problem": {{ProblemExamples.Of(ErrorCodes.UnknownRecipient).ToJsonString()}}}]}
                """)],
        }.Rest("POST", "/messages/batch"),

        new Operation<ProjectContext, SendDraft>(
            "Broadcast", "Send to everybody else in the project, or to some of them.",
            new SendInput(
                SendShape.Broadcast, typeof(BroadcastRequest),
                """{"content": "The build is broken.", "message_type": "alert", "priority": 4, "role": "backend_developer"}"""),
            BroadcastAsync)
        {
            Details = "Without `capability`, `role`, `type`, `squad`, and `status`, it goes to everybody else; with them, to everybody who matches all of them.",
            Allows = Permission.Send,
            Own = Theirs,
            BodyLimit = (LongestSpelling * settings.MaxMessageBytes) + Envelope,
            Refuses = SendRefusals,
            Answers = [AnswerShape.Created<SendAnswer>(AnAnswer)],
        }.Rest("POST", "/broadcast"),

        new Operation<ProjectContext, SendDraft>(
            "SendRequest", "Send a message and wait for its first reply.", new SendInput(SendShape.Request, typeof(RequestRequest), ARequest), RequestAsync)
        {
            Details = "If there is no reply in time, the answer is 504. The request stays in the recipient's mailbox, and a late reply arrives as an ordinary message.",
            Allows = Permission.Send,
            Own = Theirs,
            BodyLimit = (LongestSpelling * settings.MaxMessageBytes) + Envelope,
            Refuses = [.. SendRefusals, ErrorCodes.RequestTimeout],
            Answers = [AnswerShape.Ok<RequestAnswer>($$"""{"status": "success", "reply": {{MailboxExamples.AReply}}}""")],
        }
        .Rest("POST", "/requests")
        .Frame<ISendingConnection>(
            new FrameMeaning(
                FrameEvents.RequestSend,
                "Send a message and wait for its first reply: `ok` when it is stored, then `answer`, or `error` with `request_timeout`.",
                typeof(RequestRequest), typeof(SendAnswer))
            {
                Examples = [ARequest],
            },
            frames.RequestAsync),
    ];

    private ValueTask<Answer> BroadcastAsync(SendDraft draft, ProjectContext context)
    {
        draft.To.Add("*");
        return PutAsync(draft, context);
    }

    private async ValueTask<Answer> PreviewAsync(SendDraft draft, ProjectContext context)
    {
        var (project, caller) = (context.Project, context.Caller);
        if (!(await senders.FindAsync(caller, project, draft.SenderId, session: null, context.Cancellation, onlyLook: true)).TryGet(out var sender, out var problem))
            return problem;
        return (await previewing.RunAsync(project, sender, draft, context.Cancellation)).TryGet(out var preview, out problem) ? Answer.Ok(preview) : problem;
    }

    private async ValueTask<Answer> PutAsync(SendDraft draft, ProjectContext context)
    {
        var (project, caller) = (context.Project, context.Caller);
        if (!(await senders.FindAsync(caller, project, draft.SenderId, session: null, context.Cancellation)).TryGet(out var sender, out var problem))
            return problem;
        // Only the agent's own calls count as heartbeats, not those that others make for it.
        if (caller.AgentId == sender.Id)
            await agents.SeenAsync(project, sender.Agent!, context.Cancellation);
        var reply = await mailbox.SendAsync(project, sender, draft, null, context.Cancellation);
        if (reply.Problem is { } refused)
            return refused;
        return Answer.RawCreated(buffer => SendAnswerJson.Write(buffer, reply), $"/messages/{reply.Outcome!.MessageId}");
    }

    private async ValueTask<Answer> SendBatchAsync(SendBatch batch, ProjectContext context)
    {
        var project = context.Project;
        var replies = new SendReply[batch.Items.Count];
        var bySender = new Dictionary<string, (Sender Sender, List<int> Items)>(StringComparer.Ordinal);
        for (var i = 0; i < replies.Length; i++)
        {
            if (!batch.Items[i].TryGet(out var draft, out var problem) ||
                !(await senders.FindAsync(context.Caller, project, draft.SenderId, session: null, context.Cancellation)).TryGet(out var sender, out problem))
            {
                replies[i] = new SendReply(problem, null, null);
                continue;
            }

            if (!bySender.TryGetValue(sender.Id, out var group))
                bySender.Add(sender.Id, group = (sender, []));
            group.Items.Add(i);
        }

        foreach (var (sender, items) in bySender.Values)
        {
            if (context.Caller.AgentId == sender.Id)
                await agents.SeenAsync(project, sender.Agent!, context.Cancellation);
            await mailbox.RoomAsync(context.Cancellation);
            var pending = await mailbox.SubmitAsync(project, sender, [.. items.Select(item => batch.Items[item].Value)], null, context.Cancellation);
            var sent = await pending.DoneAsync();
            for (var i = 0; i < items.Count; i++)
                replies[items[i]] = sent[i];
        }

        return Answer.Raw(buffer => SendAnswerJson.WriteBatch(buffer, replies));
    }

    private async ValueTask<Answer> RequestAsync(SendDraft draft, ProjectContext context)
    {
        if (!(await senders.FindAsync(context.Caller, context.Project, draft.SenderId, session: null, context.Cancellation)).TryGet(out var sender, out var problem))
            return problem;
        using var presence = context.Caller.AgentId == sender.Id ? await agents.WaitsAsync(context.Project, sender.Agent!, context.Cancellation) : null;
        using var request = await requests.BeginAsync(context.Project, sender, draft, context.Caller, context.Cancellation);
        if ((await request.StoredAsync(context.Cancellation)).Problem is { } refused)
            return refused;
        return (await request.AnswerAsync(context.Cancellation)).TryGet(out var answer, out problem) ? Answer.Raw(buffer => buffer.Raw(answer)) : problem;
    }
}
