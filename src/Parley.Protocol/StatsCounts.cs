namespace Parley.Protocol;

/// <summary>Counts for one message type over a time span.</summary>
public sealed record TypeCount
{
    public required string MessageType { get; init; }
    public long Messages { get; init; }

    /// <summary>One for each recipient.</summary>
    public long Deliveries { get; init; }

    public long Acknowledged { get; init; }
    public long Dead { get; init; }
    public long Expired { get; init; }

    /// <summary>The mean time from queued to acknowledged, for deliveries that were acknowledged in the time span.</summary>
    public double? AckMs { get; init; }
}

/// <summary>Counts for one agent over a time span.</summary>
public sealed record AgentCount
{
    /// <summary>Null for people and the server itself.</summary>
    public string? AgentId { get; init; }

    public long Sent { get; init; }
    public long Received { get; init; }
    public long Acknowledged { get; init; }

    /// <summary>The mean time from queued to acknowledged, for deliveries that the agent acknowledged in the time span.</summary>
    public double? AckMs { get; init; }

    /// <summary>When it first sent or acknowledged something in the time span.</summary>
    public DateTimeOffset? FirstAt { get; init; }

    /// <summary>When it last sent or acknowledged something in the time span.</summary>
    public DateTimeOffset? LastAt { get; init; }

    /// <summary>How many messages it sent and received in each of 12 equal parts of the time span, oldest first.</summary>
    public IReadOnlyList<long> Bars { get => field ?? None; init; }

    /// <summary>How many <see cref="Bars"/> there are.</summary>
    public const int MostBars = 12;

    private static readonly long[] None = new long[MostBars];
}

/// <summary>Counts for messages from one agent to another over a time span.</summary>
public sealed record PairCount
{
    /// <summary>Null for people and the server itself.</summary>
    public string? From { get; init; }

    public string? To { get; init; }
    public long Count { get; init; }
    public IReadOnlyDictionary<string, long> ByType { get; init; } = new Dictionary<string, long>();
    public long Acknowledged { get; init; }
    public double? AckMs { get; init; }
    public DateTimeOffset? LastAt { get; init; }
}

/// <summary>One bucket of a timeline.</summary>
public sealed record TimelinePoint
{
    /// <summary>When the bucket begins.</summary>
    public DateTimeOffset At { get; init; }

    public IReadOnlyDictionary<string, long> ByType { get; init; } = new Dictionary<string, long>();
    public long Sent { get; init; }
    public long Acknowledged { get; init; }
    public long Dead { get; init; }
    public long Expired { get; init; }
    public double? AckMs { get; init; }
}

/// <summary>Counts for one execution.</summary>
public sealed record ExecutionCount
{
    public required string ExecutionId { get; init; }
    public long Messages { get; init; }
    public IReadOnlyDictionary<string, long> ByType { get; init; } = new Dictionary<string, long>();
    public DateTimeOffset? FirstAt { get; init; }
    public DateTimeOffset? LastAt { get; init; }
}

/// <summary>All counts for a time span.</summary>
public sealed record StatsExport
{
    public DateTimeOffset Since { get; init; }
    public DateTimeOffset Until { get; init; }
    public IReadOnlyList<TypeCount> Messages { get; init; } = [];
    public IReadOnlyList<AgentCount> Agents { get; init; } = [];
    public IReadOnlyList<PairCount> Pairs { get; init; } = [];
    public IReadOnlyList<TimelinePoint> Timeline { get; init; } = [];
}

/// <summary>One figure for how well a project is doing, and what it is made of.</summary>
public sealed record ProjectHealth
{
    /// <summary>0 to 100: the sum of the points of all parts.</summary>
    public int Score { get; init; }

    public IReadOnlyList<HealthPart> Parts { get; init; } = [];
}

/// <summary>One part of a project's health.</summary>
public sealed record HealthPart
{
    /// <summary><c>lost</c>: the share of the last hour's deliveries that died or expired. <c>ack_ms</c>: the mean time until messages were acknowledged
    /// in the last hour. <c>delivery_ms</c>: the time within which 95% of messages reached a connection, over the last 5 minutes. <c>absent</c>: the share
    /// of agents with waiting messages that are offline. <c>unavailable</c>: the share of time in which the server was not ready.</summary>
    public required string Name { get; init; }

    public double Value { get; init; }

    /// <summary>From this value on, the part has no points.</summary>
    public double Limit { get; init; }

    public int Points { get; init; }
    public int MaxPoints { get; init; }
}
