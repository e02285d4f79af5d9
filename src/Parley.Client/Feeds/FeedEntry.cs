using System.Text.Json;
using Parley.Protocol;

namespace Parley.Client;

/// <summary>The kind of an entry in a subscription.</summary>
public enum FeedEntryKind
{
    /// <summary>An item of the current state. A feed's items come together, before its changes.</summary>
    Snapshot,

    /// <summary>The item is new or was changed; the entry shows it as it was at that change.</summary>
    Put,

    /// <summary>The item was removed, and the entry shows it as it was before. Or it no longer matches the filter, and the entry shows it as it is.
    /// Or the reader may no longer read it, and the entry has only its id and name. After a resume, it may be an item that was never sent.</summary>
    Delete,

    /// <summary>Entries are missing: the log no longer has everything between the requested place and the next entry. In the feed <c>attention</c>, the current
    /// state follows, and replaces what was sent before.</summary>
    Gap,
}

/// <summary>One entry of a subscription.</summary>
public sealed record FeedEntry
{
    /// <summary><c>messages</c>, <c>receipts</c>, <c>mailboxes</c>, <c>agents</c>, <c>squads</c>, <c>events</c>, <c>executions</c>, <c>tasks</c>, <c>assignments</c>,
    /// <c>questions</c>, <c>workflows</c>, <c>workflow_steps</c>, <c>reservations</c>, <c>storms</c>, <c>budgets</c>, <c>memory</c>, <c>schemas</c>, <c>inbound</c>, or
    /// <c>attention</c>.</summary>
    public required string Feed { get; init; }

    /// <summary>Whether the entry is an item of the current state, a change, or a gap.</summary>
    public required FeedEntryKind Kind { get; init; }

    /// <summary>The place in the log, <c>EPOCH-SEQ</c>. A subscription after it continues after this entry. Null in a snapshot.</summary>
    public string? Place { get; init; }

    /// <summary>The message, in the feed <c>messages</c>; null in other feeds.</summary>
    public Message? Message { get; init; }

    /// <summary>The item as JSON, in every feed except <c>messages</c>, whose entries are read directly into <see cref="Message"/>.</summary>
    public JsonElement? Item { get; init; }

    /// <summary>The agent, in the feed <c>agents</c>; null in other feeds.</summary>
    public Agent? Agent => Feed == "agents" ? Item?.Deserialize(WireJson.Lenient.Agent) : null;

    /// <summary>The squad, in the feed <c>squads</c>; null in other feeds. A member whose role is null has the agent's own role.</summary>
    public Squad? Squad => Feed == "squads" ? Item?.Deserialize(WireJson.Lenient.Squad) : null;

    /// <summary>The execution, in the feed <c>executions</c>; null in other feeds.</summary>
    public Execution? Execution => Feed == "executions" ? Item?.Deserialize(WireJson.Lenient.Execution) : null;

    /// <summary>The task, in the feed <c>tasks</c>; null in other feeds.</summary>
    public AgentTask? Task => Feed == "tasks" ? Item?.Deserialize(WireJson.Lenient.AgentTask) : null;

    /// <summary>The assignment, in the feed <c>assignments</c>; null in other feeds.</summary>
    public Assignment? Assignment => Feed == "assignments" ? Item?.Deserialize(WireJson.Lenient.Assignment) : null;

    /// <summary>The question, in the feed <c>questions</c>; null in other feeds.</summary>
    public Question? Question => Feed == "questions" ? Item?.Deserialize(WireJson.Lenient.Question) : null;

    /// <summary>The reservation, in the feed <c>reservations</c>; null in other feeds.</summary>
    public Reservation? Reservation => Feed == "reservations" ? Item?.Deserialize(WireJson.Lenient.Reservation) : null;

    /// <summary>The workflow without its steps, in the feed <c>workflows</c>; null in other feeds.</summary>
    public Workflow? Workflow => Feed == "workflows" ? Item?.Deserialize(WireJson.Lenient.Workflow) : null;

    /// <summary>The step of a workflow, in the feed <c>workflow_steps</c>; null in other feeds.</summary>
    public WorkflowStep? WorkflowStep => Feed == "workflow_steps" ? Item?.Deserialize(WireJson.Lenient.WorkflowStep) : null;

    /// <summary>The storm, without what its messages say, in the feed <c>storms</c>; null in other feeds.</summary>
    public Storm? Storm => Feed == "storms" ? Item?.Deserialize(WireJson.Lenient.Storm) : null;

    /// <summary>What needs attention, in the feed <c>attention</c>; null in other feeds.</summary>
    public AttentionItem? Attention => Feed == "attention" ? Item?.Deserialize(WireJson.Lenient.AttentionItem) : null;

    /// <summary>The message budget, as it was at the change, in the feed <c>budgets</c>; null in other feeds.</summary>
    public MessageBudget? Budget => Feed == "budgets" ? Item?.Deserialize(WireJson.Lenient.MessageBudget) : null;

    /// <summary>The entry of shared memory, in the feed <c>memory</c>; null in other feeds.</summary>
    public MemoryEntry? Memory => Feed == "memory" ? Item?.Deserialize(WireJson.Lenient.MemoryEntry) : null;

    /// <summary>The schema of a message type, in the feed <c>schemas</c>; null in other feeds.</summary>
    public MessageSchema? Schema => Feed == "schemas" ? Item?.Deserialize(WireJson.Lenient.MessageSchema) : null;

    /// <summary>The routing rules, in the feed <c>routing</c>; null in other feeds.</summary>
    public RoutingRules? RoutingRules => Feed == "routing" ? Item?.Deserialize(WireJson.Lenient.RoutingRules) : null;

    /// <summary>The inbound hook, without its secret, in the feed <c>inbound</c>; null in other feeds.</summary>
    public InboundHook? InboundHook => Feed == "inbound" ? Item?.Deserialize(WireJson.Lenient.InboundHook) : null;

    /// <summary>The published event, in the feed <c>events</c>; null in other feeds.</summary>
    public EventRecord? Event => Feed == "events" ? Item?.Deserialize(WireJson.Lenient.EventRecord) : null;

    /// <summary>How deep a mailbox is, in the feed <c>mailboxes</c>; null in other feeds.</summary>
    public MailboxDepth? Mailbox => Feed == "mailboxes" ? Item?.Deserialize(WireJson.Lenient.MailboxDepth) : null;

    /// <summary>The stage of a delivery, in the feed <c>receipts</c>; null in other feeds.</summary>
    public Receipt? Receipt => Feed == "receipts" ? Item?.Deserialize(WireJson.Lenient.Receipt) : null;
}

/// <summary>Which feeds to follow, and from where.</summary>
public sealed record FeedRequest
{
    /// <summary>Feed names and their filters. A filter has the same parameters as the corresponding GET; <c>null</c> means everything.</summary>
    public required IReadOnlyDictionary<string, JsonElement?> Feeds { get; init; }

    /// <summary>A place, <c>EPOCH-SEQ</c> or a bare seq. If null, only new entries are sent.</summary>
    public string? After { get; init; }

    /// <summary>Whether to send the current state first.</summary>
    public bool Snapshot { get; init; }

    /// <summary>How long the server holds changes back, to send them together: up to a second. Zero for not at all.</summary>
    public TimeSpan Coalesce { get; init; }

    /// <summary>Cuts the contents of messages to so many characters, and leaves out longer payloads: 1-10,000. See
    /// <see cref="Protocol.Message.Truncated"/>.</summary>
    public int? Excerpt { get; init; }

    /// <summary>Whether messages come with <see cref="Protocol.Message.Deliveries"/>, as of when they are sent.</summary>
    public bool IncludeDeliveries { get; init; }

    /// <summary>Requests these feeds without filters.</summary>
    public static FeedRequest Of(params ReadOnlySpan<string> feeds)
    {
        var all = new Dictionary<string, JsonElement?>();
        foreach (var feed in feeds)
            all[feed] = null;
        return new FeedRequest { Feeds = all };
    }
}
