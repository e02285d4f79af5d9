namespace Parley.Protocol;

/// <summary>A project's statistics.</summary>
public sealed record Stats
{
    public MessageStats Messages { get; init; } = new();

    /// <summary>From send to acknowledgment, over the last 5 minutes.</summary>
    public LatencyStats LatencyMs { get; init; } = new();

    public MailboxStats Mailboxes { get; init; } = new();
    public AgentStats Agents { get; init; } = new();
    public int Connections { get; init; }
    public long UptimeSeconds { get; init; }

    /// <summary>The fraction of time since the first start that the server was ready, 0-1.</summary>
    public double Availability { get; init; }

    public required string Version { get; init; }
}

public sealed record MessageStats
{
    public long Sent { get; init; }
    public long Delivered { get; init; }
    public long Acknowledged { get; init; }
    public long Dead { get; init; }
    public long Expired { get; init; }

    /// <summary>Sends a second over the last 60 s.</summary>
    public double PerSecond { get; init; }
}

public sealed record LatencyStats
{
    public double? P50 { get; init; }
    public double? P95 { get; init; }
    public double? P99 { get; init; }
}

public sealed record MailboxStats
{
    public long Queued { get; init; }
    public long InFlight { get; init; }
}

public sealed record AgentStats
{
    public int Total { get; init; }
    public int Online { get; init; }
    public int Busy { get; init; }
}

/// <summary>Whether the server can serve requests, and its version.</summary>
public sealed record Health
{
    /// <summary><c>ok</c>, <c>degraded</c> (the server works, but a background job is failing), or <c>unavailable</c>. For the last two,
    /// <c>reason</c> says why.</summary>
    public required string Status { get; init; }

    public required string Version { get; init; }
    public string? Reason { get; init; }
}
