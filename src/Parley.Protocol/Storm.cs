namespace Parley.Protocol;

/// <summary>Agents that answered each other too often in a short time. Their further replies are held until an operator decides.</summary>
public sealed record Storm
{
    public required string StormId { get; init; }
    public StormStatus Status { get; init; }

    /// <summary>The agents whose replies in the thread are held.</summary>
    // Generated deserializers set a property to null if the JSON leaves it out, no matter what its initializer is.
    public IReadOnlyList<string> Agents { get => field ?? []; init; }

    public required string ThreadId { get; init; }

    /// <summary>When the first reply was held.</summary>
    public DateTimeOffset StartedAt { get; init; }

    /// <summary>When an operator released or cancelled it.</summary>
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>The operator that released or cancelled it, or the token, as <c>token:ID</c>, if it belongs to no agent.</summary>
    public string? DecidedBy { get; init; }

    /// <summary>How often the agents had answered each other when the first reply was held.</summary>
    public int Replies { get; init; }

    /// <summary>Within how many seconds.</summary>
    public int WindowSeconds { get; init; }

    /// <summary>How many of the last replies, up to 50, repeat what the same agent had said before.</summary>
    public int Repeated { get; init; }

    /// <summary>How many replies are held now.</summary>
    public int Held { get; init; }

    /// <summary>The first of the replies, or what they answer: what began it.</summary>
    public StormMessage? FirstMessage { get; init; }

    /// <summary>The last messages that the agents got, oldest first: up to 10.</summary>
    public IReadOnlyList<StormMessage> LastMessages { get => field ?? []; init; }

    /// <summary>The held replies, oldest first: up to 50. Null in lists, feeds, and events.</summary>
    public IReadOnlyList<StormMessage>? HeldMessages { get; init; }

    /// <summary>Replies of its agents to messages of its thread are held up to the message with this seq. What answers later ones, such as those of a
    /// person, is delivered.</summary>
    public long HoldsUpTo { get; init; }

    /// <summary>When the inbox <c>human</c> was told.</summary>
    public DateTimeOffset? ToldAt { get; init; }

    /// <summary>Increases with every change.</summary>
    public long Version { get; init; }
}

public enum StormStatus
{
    /// <summary>Replies are held, and an operator has to decide.</summary>
    Open,

    /// <summary>The held replies were delivered.</summary>
    Released,

    /// <summary>The held replies were withdrawn.</summary>
    Cancelled,
}

/// <summary>A message of a storm.</summary>
public sealed record StormMessage
{
    public required string MessageId { get; init; }
    public required string SenderId { get; init; }
    public DateTimeOffset Timestamp { get; init; }

    /// <summary>The first 200 characters of what it says. Null in lists, feeds, and events, and if the message was deleted.</summary>
    public string? Content { get; init; }
}

/// <summary>Releases a storm.</summary>
public sealed record StormRelease
{
    /// <summary>A message to all agents of the storm, in its thread. They get it before the held replies.</summary>
    public string? Message { get; init; }
}
