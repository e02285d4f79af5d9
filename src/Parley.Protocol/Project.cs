namespace Parley.Protocol;

/// <summary>The wall: nothing crosses it. Settings that are null take the server's.</summary>
public sealed record Project
{
    public required string ProjectId { get; init; }
    public required string Name { get; init; }
    public DateTimeOffset CreatedAt { get; init; }
    public ProjectSettings Settings { get; init; } = new();
}

/// <summary>A project's own settings, over the server's; the defaults stand in the reference of settings.</summary>
public sealed record ProjectSettings
{
    public int? MailboxLimit { get; init; }
    public int? MessageTtlSeconds { get; init; }
    public double? RetryDelaySeconds { get; init; }
    public int? MaxAttempts { get; init; }

    /// <summary>0 keeps messages for ever.</summary>
    public int? RetentionDays { get; init; }

    /// <summary>0 lifts the limit.</summary>
    public double? RateLimitPerSecond { get; init; }

    public int? RateLimitBurst { get; init; }

    /// <summary>0: priority alone decides.</summary>
    public int? PriorityAgingSeconds { get; init; }

    public int? LoopLimit { get; init; }
}

public sealed record ProjectRequest
{
    /// <summary>1-64 of <c>A-Z a-z 0-9 . _ -</c>; made from the name if absent.</summary>
    public string? ProjectId { get; init; }

    public string? Name { get; init; }
    public ProjectSettings? Settings { get; init; }
}
