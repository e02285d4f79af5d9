using System.Text.Json;

namespace Parley.Protocol;

/// <summary>Anyone with a mailbox: a model, a script, or a person.</summary>
public sealed record Agent
{
    public required string AgentId { get; init; }
    public required string ProjectId { get; init; }
    public required string Name { get; init; }

    /// <summary><c>llm</c>, <c>script</c>, <c>bot</c>, <c>human</c>, or the owner's own word.</summary>
    public required string Type { get; init; }

    public string? Role { get; init; }
    public string? Specialization { get; init; }
    public IReadOnlyList<string> Capabilities { get; init; } = [];
    public AgentStatus Status { get; init; }
    public AgentActivity Activity { get; init; }
    public DateTimeOffset? ActivitySince { get; init; }

    /// <summary>The harness whose hooks have called; null if none has, or its session has ended. On the node that they call.</summary>
    public AgentHarness? Harness { get; init; }

    /// <summary>How it can be woken when it is idle; null if it cannot, or a connection or its own calls get its mail. On the node that its wakers call.</summary>
    public WakeWay? Wake { get; init; }

    /// <summary>What the agent says it is doing; null if it does not say.</summary>
    public string? Note { get; init; }

    /// <summary>When it first said so.</summary>
    public DateTimeOffset? NoteAt { get; init; }

    /// <summary>Set if it is working but has been silent for far longer than usual; null if not, and in events.</summary>
    public AgentStall? Stalled { get; init; }

    /// <summary>If true, deliveries to the agent wait, and the server assigns it no tasks. Its squad or project may be paused too; this is about the agent
    /// alone.</summary>
    public bool Paused { get; init; }

    /// <summary>Who paused it, when, and why; null if it is not paused.</summary>
    public Pause? Pause { get; init; }

    public JsonElement? Metadata { get; init; }
    public DateTimeOffset CreatedAt { get; init; }
    public DateTimeOffset? LastSeen { get; init; }
    public MailboxCounts Mailbox { get; init; } = new();

    /// <summary>The last message that it sent. Absent if there is none, in events, and for agents, which may not read each other's messages.</summary>
    [System.Text.Json.Serialization.JsonIgnore(Condition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingNull)]
    public LastMessage? LastMessage { get; init; }

    /// <summary>The agent's own token; only in the answer to its first registration.</summary>
    [System.Text.Json.Serialization.JsonIgnore(Condition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingNull)]
    public string? Token { get; init; }
}

public enum AgentStatus
{
    Offline,
    Online,
    Busy,
    Error,
}

public enum AgentActivity
{
    Unknown,
    Idle,
    Working,
    BlockedOnHuman,
    Blocked,
}

/// <summary>The program that runs an agent's model, as far as its hooks tell.</summary>
public sealed record AgentHarness
{
    /// <summary><c>claude</c>, <c>codex</c>, <c>copilot</c>, <c>gemini</c>, or <c>opencode</c>.</summary>
    public required string Name { get; init; }

    /// <summary>The harness's own id of the session.</summary>
    public required string SessionId { get; init; }
}

/// <summary>How many of an agent's deliveries are waiting, leased, and dead.</summary>
public sealed record MailboxCounts
{
    public int Queued { get; init; }
    public int InFlight { get; init; }
    public int Dead { get; init; }

    /// <summary>Since when the oldest of the next 200 waiting deliveries has been waiting; null if none is waiting, and in events.</summary>
    public DateTimeOffset? OldestAt { get; init; }
}

/// <summary>How deep an agent's mailbox is, on the <c>mailboxes</c> feed.</summary>
public sealed record MailboxDepth
{
    public required string AgentId { get; init; }
    public int Queued { get; init; }
    public int InFlight { get; init; }
    public int Dead { get; init; }

    /// <summary>Since when the oldest of the next 200 waiting deliveries has been waiting; null if none is waiting.</summary>
    public DateTimeOffset? OldestAt { get; init; }
}

/// <summary>Silence of an agent that is working. Signs of work are messages it sends, settlements, claims, and reports of its status.</summary>
public sealed record AgentStall
{
    /// <summary>When it last gave a sign.</summary>
    public required DateTimeOffset Since { get; init; }

    /// <summary>The median time between its last 51 signs, in seconds; null if it has given only one.</summary>
    public required double? UsualSeconds { get; init; }
}

/// <summary>The last message of an agent.</summary>
public sealed record LastMessage
{
    public required string MessageId { get; init; }
    public required long Seq { get; init; }

    /// <summary>The address as given: a string, or an array of strings.</summary>
    [System.Text.Json.Serialization.JsonConverter(typeof(AddressesConverter))]
    public required IReadOnlyList<string> To { get; init; }

    public required string MessageType { get; init; }

    /// <summary>The first 200 characters of its content; null if it has none.</summary>
    public required string? Excerpt { get; init; }

    public required DateTimeOffset At { get; init; }
}

/// <summary>A registration, or with <c>PUT agents/{agent_id}</c> a change to an agent. For an existing agent, absent fields do not change.</summary>
public sealed record RegisterRequest
{
    /// <summary>1-255 characters from <c>A-Z a-z 0-9 . _ -</c>; derived from the name if absent.</summary>
    public string? AgentId { get; init; }

    public string? Name { get; init; }

    /// <summary><c>llm</c> if absent.</summary>
    public string? Type { get; init; }

    public string? Role { get; init; }
    public string? Specialization { get; init; }
    public IReadOnlyList<string>? Capabilities { get; init; }
    public JsonElement? Metadata { get; init; }
}

public sealed record StatusRequest
{
    public AgentStatus? Status { get; init; }
    public AgentActivity? Activity { get; init; }

    /// <summary>What the agent is doing, in one line of up to 200 characters; empty to remove it. If absent, the note stays until the activity changes or the
    /// agent goes offline.</summary>
    public string? Note { get; init; }
}

/// <summary>The topics an agent is subscribed to; <c>*</c> matches one word, <c>&gt;</c> at the end matches the rest.</summary>
public sealed record Subscriptions
{
    public IReadOnlyList<string>? Topics { get; init; }
}
