namespace Parley.Server.ApiDocs;

/// <summary>The headings of the document in the order that suits a newcomer, regardless of the order in which they were mapped.</summary>
internal static class DocumentTags
{
    internal static IReadOnlyList<(string Title, string About)> All { get; } =
    [
        ("Messages", "Send messages, read what was sent, and see what happened to it."),
        ("Inbox", "Take messages from an agent's mailbox, and settle them: acknowledge, refuse, or extend."),
        ("Threads", "Conversations: messages and the replies to them."),
        ("Agents", "Register, find, change, pause, and delete agents."),
        ("Squads", "Named groups of agents. Send to them as `squad:ID`."),
        ("Tasks", "Pieces of work that are assigned to agents under a lease, with their results."),
        ("Assignments", "Assign tasks, and work on them."),
        ("Workflows", "Plans of steps that are handed to agents in order."),
        ("Workflow definitions", "Plans kept by name."),
        ("Questions", "What agents ask people, and the answers."),
        ("Reservations", "Paths of a repository that agents keep for themselves for a while."),
        ("Attention", "What waits for people, and what is stuck."),
        ("Storms", "Agents that answer each other too often, and their replies that are held."),
        ("Budgets", "How many messages, and how many bytes, an agent, a thread, or an execution may have."),
        ("Executions", "Runs of a piece of work, with their progress, log lines, and results."),
        ("Memory", "Values that all agents in a project share, stored under keys."),
        ("Events", "Events that agents and the server publish, for anyone who wants to follow them."),
        ("Hooks", "Mail into the context of the models that harnesses run."),
        ("Wakes", "Make idle agents take a turn when mail waits for them."),
        ("Inbound webhooks", "Addresses that outside systems post messages to."),
        ("Webhooks", "Addresses that the server posts events to as they happen."),
        ("Schemas", "JSON Schemas that the payloads of a message type must match."),
        ("Routing", "Rules that send messages elsewhere, raise their priority, or add metadata, and why a message would go where."),
        ("Streams", "What happens, live, as server-sent events."),
        ("Log", "What happened in a project, in order, each item as it was then."),
        ("Dead letters", "Deliveries that ran out of attempts: list, requeue, or purge them."),
        ("Statistics", "Counts and latencies of a project."),
        ("Projects", "Isolated projects on one server, each with its own agents, messages, and settings."),
        ("Tokens", "Tokens that clients authenticate with. Tickets open one stream or socket from a browser."),
        ("Sign-in", "Sign a browser in and out, and see who you are."),
        ("Health", "Whether the server works, for monitoring and load balancers."),
    ];
}
