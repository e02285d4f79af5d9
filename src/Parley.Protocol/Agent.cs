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

    /// <summary>If true, deliveries to the agent wait, and the server assigns it no tasks. Its squad or project may be paused too; this is about the agent
    /// alone.</summary>
    public bool Paused { get; init; }

    /// <summary>Who paused it, when, and why; null if it is not paused.</summary>
    public Pause? Pause { get; init; }

    public JsonElement? Metadata { get; init; }
    public DateTimeOffset CreatedAt { get; init; }
    public DateTimeOffset? LastSeen { get; init; }
    public MailboxCounts Mailbox { get; init; } = new();

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

/// <summary>How many of an agent's deliveries are waiting, leased, and dead.</summary>
public sealed record MailboxCounts
{
    public int Queued { get; init; }
    public int InFlight { get; init; }
    public int Dead { get; init; }
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
}

/// <summary>The topics an agent is subscribed to; <c>*</c> matches one word, <c>&gt;</c> at the end matches the rest.</summary>
public sealed record Subscriptions
{
    public IReadOnlyList<string>? Topics { get; init; }
}
