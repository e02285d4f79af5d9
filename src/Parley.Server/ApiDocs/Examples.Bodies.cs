using Parley.Protocol;

namespace Parley.Server.ApiDocs;

internal static partial class Examples
{
    private static IEnumerable<(Type Type, IReadOnlyList<Example> Examples)> Bodies() =>
    [
        Several<SendRequest>(
            new("agent", """{"to": "be-1", "content": "The login page is ready for review."}"""),
            new("task", """
                {"to": "be-1", "message_type": "task_assignment", "content": "Please implement the login page.",
                 "payload": {"branch": "login"}, "priority": 3, "intent": "request", "metadata": {"estimated_hours": 8},
                 "idempotency_key": "login-page-1"}
                """),
            new("capability", """{"to": "capability:review", "content": "Is this migration safe?", "intent": "request"}"""),
            new("squad_later", """{"to": ["squad:alpha", "human"], "content": "Stand-up in five minutes.", "deliver_at": "2026-01-22T13:55:00.000Z", "ttl_seconds": 600}"""),
            new("reply", """{"to": "pm-1", "reply_to": "0199e1c2-0000-7000-8000-000000000412", "content": "Done.", "outcome": "success"}""")),
        One<SendBatchRequest>("""{"items": [{"to": "be-1", "content": "First."}, {"to": "fe-1", "content": "Second."}]}"""),
        One<BroadcastRequest>("""{"content": "The build is broken.", "message_type": "alert", "priority": 4, "role": "backend_developer"}"""),
        One<RequestRequest>("""{"to": "capability:review", "content": "Is this migration safe?", "timeout_seconds": 30}"""),
        One<ReplyRequest>("""{"message_id": "0199e1c2-0000-7000-8000-000000000412", "content": "Done.", "outcome": "success"}"""),
        One<ClaimRequest>("""{"max": 10, "wait": 20, "type": ["task_assignment"], "priority": [3, 4], "lease_seconds": 300}"""),
        One<AckRequest>("""{"lease_id": "4711.1"}"""),
        One<NackRequest>("""{"lease_id": "4711.1", "delay_seconds": 300, "reason": "The database is being migrated."}"""),
        One<ExtendRequest>("""{"lease_id": "4711.1", "lease_seconds": 600}"""),
        One<SettleItem>("""{"message_id": "0199e1c2-0000-7000-8000-000000000412", "lease_id": "4711.1"}"""),
        One<AckBatchRequest>("""{"items": [{"message_id": "0199e1c2-0000-7000-8000-000000000412", "lease_id": "4711.1"}]}"""),
        One<DeadLetterFilter>("""{"agent_id": "be-1", "type": "task_assignment"}"""),
        One<RegisterRequest>("""
            {"agent_id": "be-1", "name": "Backend Developer", "type": "llm", "role": "backend_developer",
             "specialization": "python_fastapi", "capabilities": ["python", "review"], "metadata": {"model": "large"}}
            """),
        One<StatusRequest>("""{"status": "busy", "activity": "working"}"""),
        One<Subscriptions>("""{"topics": ["builds.*", "deploys.>"]}"""),
        One<SquadRequest>("""{"squad_id": "alpha", "name": "Alpha", "members": [{"agent_id": "pm-1"}, {"agent_id": "be-1", "role": "tech_lead"}]}"""),
        One<SquadMember>("""{"role": "tech_lead", "specialization": "python_fastapi"}"""),
        One<ExecutionRequest>("""{"title": "Build the login page", "squad_id": "alpha"}"""),
        One<ExecutionPatch>("""{"status": "in_progress", "progress": 40, "current_phase": "implementation"}"""),
        One<ExecutionLogRequest>("""{"level": "info", "message": "All tests pass."}"""),
        One<ExecutionEnd>("""{"result": {"pull_request": 17}}"""),
        One<ProjectRequest>("""{"project_id": "shop", "name": "The shop", "settings": {"max_attempts": 6, "retention_days": 90}}"""),
        One<TokenRequest>("""{"kind": "agent", "project_id": "default", "agent_id": "be-1", "expires_at": "2026-12-31T23:59:59.000Z"}"""),
        One<TicketRequest>("""{"path": "/api/v1/sse/project/default"}"""),
        One<MailboxFilter>("""{"types": ["task_assignment"], "priorities": [3, 4]}"""),
        One<WindowRequest>("""{"window": 16}"""),
        One<SubscribeRequest>("""{"feeds": {"messages": {"thread": "0199e1c2-0000-7000-8000-000000000412"}, "receipts": {}}, "after": "1769090212-1041"}"""),
        One<UnsubscribeRequest>("""{"subscription": "7"}"""),
        One<RelaySend>("""{"type": "status", "content": "Half of the tests pass.", "agent_type": "llm"}"""),
    ];
}
