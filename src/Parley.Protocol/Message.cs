using System.Text.Json;
using System.Text.Json.Serialization;

namespace Parley.Protocol;

/// <summary>A message as every reader sees it. Immutable once stored; a deleted message keeps its place but loses its content.</summary>
public sealed record Message
{
    /// <summary>A UUIDv7 created by the server.</summary>
    public required string MessageId { get; init; }

    /// <summary>The message's place in its project's log; starts at 1.</summary>
    public required long Seq { get; init; }

    public required string ProjectId { get; init; }
    public required string SenderId { get; init; }
    public string? SenderRole { get; init; }
    public string? SenderName { get; init; }
    public string? SenderSpecialization { get; init; }

    /// <summary>The only recipient; null if the message went to several. The same goes for the other <c>recipient_*</c> fields.</summary>
    public string? RecipientId { get; init; }

    public string? RecipientRole { get; init; }
    public string? RecipientName { get; init; }
    public string? RecipientSpecialization { get; init; }

    /// <summary>The address as given: a string, or an array of strings.</summary>
    [JsonConverter(typeof(AddressesConverter))]
    public required IReadOnlyList<string> To { get; init; }

    public required string MessageType { get; init; }
    public string? Content { get; init; }
    public JsonElement? Payload { get; init; }
    public Priority Priority { get; init; } = Priority.Normal;
    public Intent Intent { get; init; }
    public Surface Surface { get; init; }
    public Authority Authority { get; init; }

    /// <summary>Number of replies since a person or a new piece of work started the exchange; counted by the server.</summary>
    public int Hops { get; init; }

    public required string ConversationThreadId { get; init; }
    public string? ReplyTo { get; init; }
    public Outcome? Outcome { get; init; }
    public string? Supersedes { get; init; }
    public string? TaskId { get; init; }
    public string? ExecutionId { get; init; }
    public JsonElement? Metadata { get; init; }

    /// <summary>The filters of a broadcast, as requested; absent otherwise.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Narrowing? Narrowed { get; init; }

    /// <summary>True on the tombstone that a deleted message leaves; absent otherwise.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Deleted { get; init; }

    /// <summary>True if a list was asked for excerpts, and content or payload had to be cut; absent otherwise.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Truncated { get; init; }

    /// <summary>If it is truncated, how many bytes content and payload have as they are stored; absent otherwise.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? ContentBytes { get; init; }

    /// <summary>How far its deliveries are, if a list was asked to include that; absent otherwise. An agent that received the message sees only its own
    /// delivery.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DeliveryTally? Deliveries { get; init; }

    /// <summary>Emoji and the agents that reacted with each; absent on streams and if there are none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyDictionary<string, IReadOnlyList<string>>? Reactions { get; init; }

    public required DateTimeOffset Timestamp { get; init; }
    public DateTimeOffset? ExpiresAt { get; init; }
}

/// <summary>How urgent a message is, sent as its number: 1 low, 2 normal, 3 high, 4 critical.</summary>
[JsonConverter(typeof(JsonNumberEnumConverter<Priority>))]
public enum Priority
{
    Low = 1,
    Normal = 2,
    High = 3,
    Critical = 4,
}

/// <summary>What the sender expects from the recipient.</summary>
public enum Intent
{
    /// <summary>Nothing in particular.</summary>
    Inform,

    /// <summary>A reply.</summary>
    Request,

    /// <summary>Neither a reply nor a wake-up.</summary>
    Ack,
}

/// <summary>When the recipient's harness should show the message to the model.</summary>
public enum Surface
{
    Interrupt,
    NextBoundary,
    WhenIdle,
    Pull,
}

/// <summary>Whose authority a message carries; set by the server, never by the sender.</summary>
public enum Authority
{
    Agent,
    Operator,
    External,
    System,
}

/// <summary>Whether a reply reports success or an error.</summary>
public enum Outcome
{
    Success,
    Error,
}

/// <summary>Which agents in the project a broadcast goes to. An agent must match all fields that are set.</summary>
public sealed record Narrowing
{
    public string? Capability { get; init; }
    public string? Role { get; init; }
    public string? Type { get; init; }
    public string? Squad { get; init; }
    public AgentStatus? Status { get; init; }
}
