using System.Text.Json;

namespace Parley.Protocol;

/// <summary>A part of a project's log, oldest first.</summary>
public sealed record LogPage
{
    public IReadOnlyList<LogRecord> Items { get; init; } = [];

    /// <summary>Where the next page begins: pass it as <c>after</c>. Null at the end. A page may be empty and still have one.</summary>
    public string? Next { get; init; }

    /// <summary>How far the log has been read, also where nothing matched: a subscription after this place continues without a gap.</summary>
    public required string Place { get; init; }

    /// <summary>The oldest seq that is still kept. Retention removes what is older.</summary>
    public long FirstSeq { get; init; }
}

/// <summary>One entry of the log.</summary>
public sealed record LogRecord
{
    public long Seq { get; init; }

    /// <summary>Its place, <c>EPOCH-SEQ</c>.</summary>
    public required string Place { get; init; }

    /// <summary>What <see cref="Item"/> is: the name of its feed (<c>messages</c>, <c>tasks</c>, <c>agents</c>), or <c>reactions</c> or
    /// <c>audit</c>.</summary>
    public required string Kind { get; init; }

    /// <summary>Whether the item was written or removed. Of a removed one, the item is what it was before; of a deleted message, its
    /// tombstone.</summary>
    public ChangeOp Op { get; init; }

    /// <summary>When it happened.</summary>
    public DateTimeOffset At { get; init; }

    /// <summary>The event that this is published as, such as <c>task_assigned</c>; null if it is published as none.</summary>
    public string? EventType { get; init; }

    /// <summary>The item as it was then.</summary>
    public JsonElement Item { get; init; }
}

/// <summary>Where a project's log was at a time.</summary>
public sealed record LogPlace
{
    /// <summary><c>EPOCH-SEQ</c>.</summary>
    public required string Place { get; init; }

    public long Seq { get; init; }
}

/// <summary>What happened over time, in buckets of the same length.</summary>
public sealed record LogHistogram
{
    public IReadOnlyList<LogBucket> Items { get; init; } = [];

    /// <summary>Not null if only a part of the log was counted: pass it as <c>after</c>, and add up the buckets with the same <c>at</c>.</summary>
    public string? Next { get; init; }
}

/// <summary>One bucket of a histogram.</summary>
public sealed record LogBucket
{
    /// <summary>When the bucket begins.</summary>
    public DateTimeOffset At { get; init; }

    public long Messages { get; init; }

    /// <summary>Questions that were asked.</summary>
    public long Questions { get; init; }

    /// <summary>Deliveries that died, tasks that failed, and steps of workflows that failed for good.</summary>
    public long Failures { get; init; }
}
