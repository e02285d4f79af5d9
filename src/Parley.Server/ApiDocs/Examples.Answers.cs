using Parley.Protocol;

namespace Parley.Server.ApiDocs;

internal static partial class Examples
{
    private const string AMessage =
        """
        {"message_id": "0199e1c2-0000-7000-8000-000000000412", "seq": 1042, "project_id": "default",
         "sender_id": "pm-1", "sender_role": "project_manager", "sender_name": "Project Manager", "sender_specialization": null,
         "recipient_id": "be-1", "recipient_role": "backend_developer", "recipient_name": "Backend Developer", "recipient_specialization": "python_fastapi",
         "to": "be-1", "message_type": "task_assignment", "content": "Please implement the login page.", "payload": null,
         "priority": 2, "intent": "request", "surface": "when_idle", "authority": "agent", "hops": 0,
         "conversation_thread_id": "0199e1c2-0000-7000-8000-000000000412", "reply_to": null, "outcome": null, "supersedes": null,
         "task_id": null, "execution_id": null, "metadata": {"estimated_hours": 8},
         "timestamp": "2026-01-22T13:56:52.551Z", "expires_at": "2026-01-23T13:56:52.551Z"}
        """;

    private const string AReply =
        """
        {"message_id": "0199e1c2-2710-7000-8000-000000000413", "seq": 1043, "project_id": "default",
         "sender_id": "be-1", "sender_role": "backend_developer", "sender_name": "Backend Developer", "sender_specialization": "python_fastapi",
         "recipient_id": "pm-1", "recipient_role": "project_manager", "recipient_name": "Project Manager", "recipient_specialization": null,
         "to": "pm-1", "message_type": "text", "content": "Done.", "payload": null,
         "priority": 2, "intent": "inform", "surface": "when_idle", "authority": "agent", "hops": 1,
         "conversation_thread_id": "0199e1c2-0000-7000-8000-000000000412", "reply_to": "0199e1c2-0000-7000-8000-000000000412", "outcome": "success",
         "supersedes": null, "task_id": null, "execution_id": null, "metadata": null,
         "timestamp": "2026-01-22T13:57:02.551Z", "expires_at": "2026-01-23T13:57:02.551Z"}
        """;

    private const string ADelivery =
        """
        {"delivery_id": "4711", "message_id": "0199e1c2-0000-7000-8000-000000000412", "agent_id": "be-1", "state": "acknowledged", "attempt": 1,
         "queued_at": "2026-01-22T13:56:52.551Z", "delivered_at": "2026-01-22T13:56:52.553Z", "surfaced_at": null,
         "acknowledged_at": "2026-01-22T13:57:02.551Z", "replied_at": "2026-01-22T13:57:02.551Z", "last_error": null}
        """;

    private const string ADeadDelivery =
        """
        {"delivery_id": "4711", "message_id": "0199e1c2-0000-7000-8000-000000000412", "agent_id": "be-1", "state": "dead", "attempt": 4,
         "queued_at": "2026-01-22T13:56:52.551Z", "delivered_at": "2026-01-22T13:59:52.553Z", "surfaced_at": null,
         "acknowledged_at": null, "replied_at": null, "last_error": "The database is being migrated."}
        """;

    private const string AnAgent =
        """
        {"agent_id": "be-1", "project_id": "default", "name": "Backend Developer", "type": "llm", "role": "backend_developer",
         "specialization": "python_fastapi", "capabilities": ["python", "review"], "status": "online", "activity": "working",
         "activity_since": "2026-01-22T13:56:52.553Z", "paused": false, "metadata": {"model": "large"},
         "created_at": "2026-01-22T08:00:00.000Z", "last_seen": "2026-01-22T13:56:52.553Z", "mailbox": {"queued": 2, "in_flight": 1, "dead": 0}}
        """;

    private const string ASendAnswer =
        """
        {"message_id": "0199e1c2-0000-7000-8000-000000000412", "seq": 1042, "conversation_thread_id": "0199e1c2-0000-7000-8000-000000000412",
         "duplicate": false, "deliveries": [{"agent_id": "be-1", "status": "online", "activity": "working", "ahead": 2, "outlook": "when_idle", "refused": null}],
         "deliveries_total": 1}
        """;

    private const string ASquad =
        """
        {"squad_id": "alpha", "name": "Alpha", "members": [
         {"agent_id": "pm-1", "role": "project_manager", "specialization": null}, {"agent_id": "be-1", "role": "tech_lead", "specialization": "python_fastapi"}],
         "created_at": "2026-01-22T08:00:00.000Z"}
        """;

    private const string AnExecution =
        """
        {"execution_id": "0199e1c1-0000-7000-8000-000000000400", "title": "Build the login page", "squad_id": "alpha", "workflow_id": null,
         "status": "in_progress", "progress": 40, "current_phase": "implementation", "result": null, "error": null, "created_by": "pm-1",
         "created_at": "2026-01-22T13:50:00.000Z", "ended_at": null,
         "logs": [{"timestamp": "2026-01-22T13:56:00.000Z", "level": "info", "message": "All tests pass."}]}
        """;

    private const string AProject =
        """
        {"project_id": "shop", "name": "The shop", "created_at": "2026-01-22T08:00:00.000Z", "settings": {"mailbox_limit": null,
         "message_ttl_seconds": null, "retry_delay_seconds": null, "max_attempts": 6, "retention_days": 90, "rate_limit_per_second": null,
         "rate_limit_burst": null, "priority_aging_seconds": null, "loop_limit": null}}
        """;

    private const string ATokenInfo =
        """
        {"token_id": "0199e1c0-0000-7000-8000-0000000003a0", "kind": "agent", "project_id": "default", "agent_id": "be-1",
         "created_at": "2026-01-22T08:00:00.000Z", "expires_at": "2026-12-31T23:59:59.000Z", "last_used_at": "2026-01-22T13:56:52.551Z"}
        """;

    private const string AThread =
        """
        "conversation_thread_id": "0199e1c2-0000-7000-8000-000000000412", "title": "Please implement the login page.", "participants": ["pm-1", "be-1"],
        "messages": 2, "started_at": "2026-01-22T13:56:52.551Z", "last_at": "2026-01-22T13:57:02.551Z", "last_seq": 1043
        """;

    private static IEnumerable<(Type Type, IReadOnlyList<Example> Examples)> Answers() =>
    [
        One<Message>(AMessage),
        One<Page<Message>>(PageOf(AMessage, "1042")),
        One<SendAnswer>(ASendAnswer),
        One<SendItemResults>($$"""
            {"items": [{"status": 201, {{ASendAnswer.Trim()[1..]}},
             {"status": 404, "problem": {{ProblemExamples.Of(ErrorCodes.UnknownRecipient).ToJsonString()}}}]}
            """),
        One<RequestAnswer>($$"""{"status": "success", "reply": {{AReply}}}"""),
        One<Inbox>($$"""{"items": [{"message": {{AMessage}}, "delivery_id": "4711", "attempt": 1, "lease_id": "4711.1", "lease_until": "2026-01-22T13:57:22.551Z"}]}"""),
        One<InboxItem>($$"""{"message": {{AMessage}}, "delivery_id": "4711", "attempt": 1, "lease_id": "4711.1", "lease_until": "2026-01-22T13:57:22.551Z"}"""),
        One<ItemResults>($$"""{"items": [{"status": 204, "problem": null}, {"status": 409, "problem": {{ProblemExamples.Of(ErrorCodes.LeaseLost).ToJsonString()}}}]}"""),
        One<MessageTrace>($$"""
            {"message": {{AMessage}}, "deliveries": [{{ADelivery}}], "routing": ["be-1: the agent"], "rules": [], "replies": [{{AReply}}],
             "session": null, "superseded_by": null}
            """),
        One<Page<DeadLetter>>(PageOf($$"""{"delivery": {{ADeadDelivery}}, "message": {{AMessage}}}""")),
        One<CountAnswer>("""{"count": 3}"""),
        One<Page<ThreadSummary>>(PageOf($$"""{{{AThread}}}""")),
        One<ThreadView>($$"""{"items": [{{AMessage}}, {{AReply}}], "next": null, {{AThread}}}"""),
        One<ThreadCurrent>($$"""
            {"conversation_thread_id": "0199e1c2-0000-7000-8000-000000000412", "since": 1042, "is_current": false, "newer": [{{AReply}}], "superseded": []}
            """),
        One<Agent>(AnAgent),
        One<Page<Agent>>(PageOf(AnAgent)),
        One<Squad>(ASquad),
        One<Page<Squad>>(PageOf(ASquad)),
        One<Execution>(AnExecution),
        One<Page<Execution>>(PageOf(AnExecution)),
        One<Project>(AProject),
        One<Page<Project>>(PageOf(AProject)),
        One<NewToken>($$"""{"token": "a-secret-that-is-shown-this-once", {{ATokenInfo.Trim()[1..]}}"""),
        One<TokenInfo>(ATokenInfo),
        One<Page<TokenInfo>>(PageOf(ATokenInfo)),
        One<Ticket>("""{"ticket": "a-ticket", "expires_at": "2026-01-22T13:57:22.551Z"}"""),
        One<Stats>("""
            {"messages": {"sent": 1043, "delivered": 1040, "acknowledged": 1039, "dead": 1, "expired": 0, "per_second": 2.5},
             "latency_ms": {"p50": 0.8, "p95": 1.9, "p99": 4.2}, "mailboxes": {"queued": 2, "in_flight": 1},
             "agents": {"total": 5, "online": 4, "busy": 1}, "connections": 4, "uptime_seconds": 86400, "availability": 0.9998, "version": "0.1.0"}
            """),
        One<Health>("""{"status": "ok", "version": "0.1.0", "reason": null}"""),
        One<Welcome>($$"""
            {"agent": {{AnAgent}}, "session_id": "2e194b96b60e4b2d8dbaeceab162df6b", "heartbeat_seconds": 15, "window": 64, "place": "1769090212-1042"}
            """),
        One<SubscribeAnswer>("""{"subscription": "7", "place": "1769090212-1041", "recovered": true}"""),
        One<FeedSnapshot>($$"""{"subscription": "7", "feed": "messages", "items": [{{AMessage}}], "done": false}"""),
        One<Change>($$"""{"subscription": "7", "feed": "messages", "place": "1769090212-1043", "op": "put", "item": {{AReply}}}"""),
        One<EventRecord>("""
            {"event_id": "0199e1c3-0000-7000-8000-000000000414", "seq": 1044, "event_type": "agent_joined", "project_id": "default", "source": "parley",
             "data": {"agent_id": "be-1"}, "timestamp": "2026-01-22T13:58:00.000Z"}
            """),
        One<ExecutionStatusEvent>("""
            {"execution_id": "0199e1c1-0000-7000-8000-000000000400", "status": "in_progress", "progress": 40, "current_phase": "implementation",
             "logs": [{"timestamp": "2026-01-22T13:56:00.000Z", "level": "info", "message": "All tests pass."}]}
            """),
        One<ExecutionCompletionEvent>("""
            {"execution_id": "0199e1c1-0000-7000-8000-000000000400", "status": "completed", "result": {"pull_request": 17}, "error": null}
            """),
        One<RelayMessage>("""
            {"id": "0199e1c3-0000-7000-8000-000000000415", "project_id": "default", "sender_agent_id": "be-1", "sender_agent_type": "llm",
             "message_type": "status", "content": "Half of the tests pass.", "metadata": null, "created_at": "2026-01-22T13:58:10.000Z"}
            """),
        One<Problem>(ProblemExamples.Of(ErrorCodes.InvalidRequest).ToJsonString()),
    ];
}
