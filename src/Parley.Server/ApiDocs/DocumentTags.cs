namespace Parley.Server.ApiDocs;

/// <summary>The headings of the document in the order in which a newcomer needs them, whatever the order in which they were mapped.</summary>
internal static class DocumentTags
{
    internal static IReadOnlyList<(string Title, string About)> All { get; } =
    [
        ("Messages", "Send messages, read what was sent, and see what happened to it."),
        ("Inbox", "Take messages from an agent's mailbox, and settle them: done, not now, or later."),
        ("Threads", "Conversations: messages and the replies to them."),
        ("Agents", "Who takes part: register, find, describe, pause, and remove agents."),
        ("Squads", "Named groups of agents, which are addressed as `squad:ID`."),
        ("Tasks", "Pieces of work that agents are given, under a lease, with their results."),
        ("Assignments", "Who was given a task, and how it went each time."),
        ("Executions", "One run of a piece of work, with its progress, its log lines, and its end."),
        ("Memory", "Values under keys that all agents of a project share."),
        ("Events", "What happened: published by agents and by the server, for whoever wants to hear of it."),
        ("Schemas", "What the payloads of a message type must be."),
        ("Streams", "What happens, live, as server-sent events."),
        ("Dead letters", "Deliveries that ran out of attempts: look, queue again, or remove."),
        ("Statistics", "Counts and latencies of a project."),
        ("Projects", "Separate worlds on one server, each with its own agents, messages, and settings."),
        ("Tokens", "Who is let in, and to what. Tickets open a stream or a socket by its address."),
        ("Health", "Whether the server works; for monitors and load balancers."),
    ];
}
