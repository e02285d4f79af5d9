namespace Parley.Server.Mailboxes;

/// <summary>A message, its reply, and its delivery, as used in the documentation of all concepts.</summary>
internal static class MailboxExamples
{
    internal const string AMessage =
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

    internal const string AReply =
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

    internal const string ADelivery =
        """
        {"delivery_id": "4711", "message_id": "0199e1c2-0000-7000-8000-000000000412", "agent_id": "be-1", "state": "acknowledged", "attempt": 1, "disconnects": 0,
         "queued_at": "2026-01-22T13:56:52.551Z", "delivered_at": "2026-01-22T13:56:52.553Z", "surfaced_at": null, "evidence": null,
         "acknowledged_at": "2026-01-22T13:57:02.551Z", "replied_at": "2026-01-22T13:57:02.551Z", "last_error": null}
        """;

    internal const string AnInboxItem =
        $$"""{"message": {{AMessage}}, "delivery_id": "4711", "attempt": 1, "lease_id": "4711.1", "lease_until": "2026-01-22T13:57:22.551Z"}""";

    internal const string AnInbox = $$"""{"items": [{{AnInboxItem}}]}""";

    internal const string ASettling = """{"message_id": "0199e1c2-0000-7000-8000-000000000412", "lease_id": "4711.1"}""";
}
