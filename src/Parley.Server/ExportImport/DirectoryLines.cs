using Parley.Server.Wire;

namespace Parley.Server.ExportImport;

/// <summary>The highest numbers ever assigned, including those of items that were deleted, because numbers are never reused. 0 if there are
/// none.</summary>
internal sealed record NumbersLine : ExportLine
{
    public required long Projects { get; init; }
    public required long Agents { get; init; }
}

internal sealed record ProjectLine : ExportLine
{
    public required int Number { get; init; }
    public required string ProjectId { get; init; }
    public required string Name { get; init; }
    public required long CreatedAt { get; init; }
    public required RawJson Settings { get; init; }
    public RawJson? Pause { get; init; }
    public required long Epoch { get; init; }
    public required long LastSeq { get; init; }

    /// <summary>The log's clock, which never goes backward.</summary>
    public required long LastStamp { get; init; }

    public required long Sent { get; init; }
    public required long Delivered { get; init; }
    public required long Acknowledged { get; init; }
    public required long Dead { get; init; }
    public required long Expired { get; init; }
}

/// <summary>An agent. Includes deleted agents, because the log refers to them.</summary>
internal sealed record AgentLine : ExportLine
{
    public required int Number { get; init; }
    public required int Project { get; init; }
    public required string AgentId { get; init; }
    public required string Name { get; init; }
    public required string Type { get; init; }
    public string? Role { get; init; }
    public string? Specialization { get; init; }
    public required RawJson Capabilities { get; init; }
    public RawJson? Metadata { get; init; }
    public required RawJson Topics { get; init; }
    public required bool Paused { get; init; }
    public RawJson? Pause { get; init; }
    public required long JoinedSeq { get; init; }
    public required long CreatedAt { get; init; }
    public long? LastSeen { get; init; }
    public long? DeletedAt { get; init; }
}

/// <summary>A token without its secret.</summary>
internal sealed record TokenLine : ExportLine
{
    public required string TokenId { get; init; }
    public required string TokenKind { get; init; }

    /// <summary>SHA-256 of the secret, in base64.</summary>
    public required byte[] Hash { get; init; }

    public string? ProjectId { get; init; }
    public string? AgentId { get; init; }
    public required long CreatedAt { get; init; }
    public long? ExpiresAt { get; init; }
    public long? LastUsedAt { get; init; }
    public long? RevokedAt { get; init; }
}

/// <summary>A ticket that was opened. It opens nothing by itself: the key that signs tickets is not exported, and is the same only if
/// <c>secret_key</c> is set.</summary>
internal sealed record TicketLine : ExportLine
{
    public required string Ticket { get; init; }
    public required string TokenId { get; init; }
    public required long OpenedAt { get; init; }
}

/// <summary>How far an agent has read on the relay.</summary>
internal sealed record RelayPlaceLine : ExportLine
{
    public required int Agent { get; init; }
    public required long Seq { get; init; }
}

/// <summary>How far a webhook has read its project's log, and the results of its deliveries.</summary>
internal sealed record WebhookPlaceLine : ExportLine
{
    public required int Project { get; init; }

    /// <summary>The seq of the entry that created the webhook.</summary>
    public required long Webhook { get; init; }

    public required long Seq { get; init; }
    public required long Missed { get; init; }
    public required int Failures { get; init; }
    public long? LastAttemptAt { get; init; }
    public long? LastSuccessAt { get; init; }
    public int? LastStatus { get; init; }
    public long? NextAttemptAt { get; init; }
    public string? LastError { get; init; }
}

/// <summary>What was sent of a message budget.</summary>
internal sealed record BudgetCountLine : ExportLine
{
    public required int Project { get; init; }

    /// <summary>The seq of the entry that created the budget.</summary>
    public required long Budget { get; init; }

    /// <summary>How often counting was started again.</summary>
    public required int Round { get; init; }

    public required long Messages { get; init; }
    public required long Bytes { get; init; }
}

/// <summary>The first start, and how long the server has been ready since then.</summary>
internal sealed record AvailabilityLine : ExportLine
{
    public required long FirstStart { get; init; }
    public required long ReadyMs { get; init; }
}
