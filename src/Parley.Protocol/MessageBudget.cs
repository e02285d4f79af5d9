namespace Parley.Protocol;

/// <summary>How much may be sent by an agent, in a thread, or in an execution. When it is spent, sends by agents are refused
/// (<see cref="ErrorCodes.BudgetSpent"/>).</summary>
public sealed record MessageBudget
{
    /// <summary>What it is for.</summary>
    public BudgetKind Kind { get; init; }

    /// <summary>The agent, thread, or execution.</summary>
    public required string Id { get; init; }

    /// <summary>The most messages; null for any number.</summary>
    public long? Messages { get; init; }

    /// <summary>The most bytes of content, payload, and metadata, as they are stored; null for any number.</summary>
    public long? Bytes { get; init; }

    /// <summary>What was sent since counting started. In feeds and events, as it was at the change.</summary>
    // Generated deserializers set a property to null if the JSON leaves it out, no matter what its initializer is.
    public BudgetAmount Spent { get => field ?? new(); init; }

    /// <summary>What may still be sent. In feeds and events, as it was at the change.</summary>
    public BudgetRest Left { get => field ?? new(); init; }

    public BudgetStatus Status { get; init; }

    /// <summary>When counting started: when the budget was set for the first time, or last reset.</summary>
    public DateTimeOffset Since { get; init; }

    /// <summary>When 80 % of its current limits were spent; null until then.</summary>
    public DateTimeOffset? WarnedAt { get; init; }

    /// <summary>When it was spent, or did not suffice for a message; null until then.</summary>
    public DateTimeOffset? SpentAt { get; init; }

    /// <summary>How often counting was started again.</summary>
    public int Resets { get; init; }

    /// <summary>The operator that set it, or the token, as <c>token:ID</c>, if it belongs to no agent.</summary>
    public string? SetBy { get; init; }

    public DateTimeOffset UpdatedAt { get; init; }

    /// <summary>Increases with every change.</summary>
    public long Version { get; init; }
}

/// <summary>What a budget is for.</summary>
public enum BudgetKind
{
    /// <summary>What one agent sends.</summary>
    Agents,

    /// <summary>What is sent in one thread.</summary>
    Threads,

    /// <summary>What is sent in one execution.</summary>
    Executions,
}

public enum BudgetStatus
{
    /// <summary>Less than 80 % is spent.</summary>
    Open,

    /// <summary>At least 80 % is spent.</summary>
    Warned,

    /// <summary>It is spent, or did not suffice for a message.</summary>
    Spent,
}

/// <summary>A number of messages, and their bytes.</summary>
public sealed record BudgetAmount
{
    public long Messages { get; init; }
    public long Bytes { get; init; }
}

/// <summary>What is left of a budget; null where it has no limit.</summary>
public sealed record BudgetRest
{
    public long? Messages { get; init; }
    public long? Bytes { get; init; }
}

/// <summary>Sets a budget, with at least one limit. A limit that is left out does not apply.</summary>
public sealed record BudgetRequest
{
    /// <summary>The most messages, at least 1.</summary>
    public long? Messages { get; init; }

    /// <summary>The most bytes of content, payload, and metadata, at least 1.</summary>
    public long? Bytes { get; init; }

    /// <summary>Whether counting starts again at 0. Otherwise, what was spent stays spent.</summary>
    public bool? Reset { get; init; }
}
