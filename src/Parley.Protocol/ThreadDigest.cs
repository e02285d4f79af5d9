namespace Parley.Protocol;

/// <summary>A conversation in short: who wants what from whom, what was settled, and where it stands.</summary>
public sealed record ThreadDigest
{
    public required string ConversationThreadId { get; init; }

    /// <summary>The beginning of the first message.</summary>
    public string? Title { get; init; }

    /// <summary>How many messages the conversation has.</summary>
    public int Messages { get; init; }

    /// <summary>How many of them, the newest, the digest covers.</summary>
    public int Covered { get; init; }

    public DateTimeOffset StartedAt { get; init; }
    public DateTimeOffset LastAt { get; init; }
    public long LastSeq { get; init; }

    /// <summary>Whoever wrote, with the most messages first.</summary>
    public IReadOnlyList<DigestParticipant> Participants { get; init; } = [];

    /// <summary>Requests that nobody has answered, the oldest first; at most 50, the newest.</summary>
    public IReadOnlyList<DigestRequest> Open { get; init; } = [];

    /// <summary>Requests that were answered, in the order of the answers; at most 20, the newest.</summary>
    public IReadOnlyList<DigestRequest> Settled { get; init; } = [];

    /// <summary>The newest message.</summary>
    public DigestMessage? Last { get; init; }

    /// <summary>All of this as text for people and models. Every message is named by its id.</summary>
    public string Text { get; init; } = "";

    /// <summary>What the project's own model makes of it, in up to 4,000 characters; null if the project has no model, or the model did not
    /// answer.</summary>
    public string? Summary { get; init; }

    /// <summary>The seq of the newest message that the summary covers.</summary>
    public long? SummaryLastSeq { get; init; }

    /// <summary>Why there is no summary, or none that covers the newest messages; null if nothing is wrong.</summary>
    public string? SummaryError { get; init; }
}

/// <summary>What a project's own model made of a conversation.</summary>
public sealed record ModelSummary
{
    public required string ConversationThreadId { get; init; }

    /// <summary>The model that made it.</summary>
    public required string Model { get; init; }

    /// <summary>Feeds leave it out: only <see cref="ThreadDigest.Summary"/> has it.</summary>
    [System.Text.Json.Serialization.JsonIgnore(Condition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingNull)]
    public string? Text { get; init; }

    /// <summary>The seqs of the oldest and the newest message that it covers.</summary>
    public long FirstSeq { get; init; }

    /// <inheritdoc cref="FirstSeq"/>
    public long LastSeq { get; init; }

    /// <summary>How many of those messages were deleted or superseded at that time.</summary>
    public int Gone { get; init; }

    public DateTimeOffset MadeAt { get; init; }

    /// <summary>Increases with every change.</summary>
    public long Version { get; init; }
}

public sealed record DigestParticipant
{
    public required string AgentId { get; init; }
    public int Messages { get; init; }
}

/// <summary>A message in short.</summary>
public record DigestMessage
{
    public required string MessageId { get; init; }
    public required string From { get; init; }
    public IReadOnlyList<string> To { get; init; } = [];
    public required string MessageType { get; init; }

    /// <summary>The beginning of the content, up to 200 characters on one line.</summary>
    public string? Content { get; init; }

    public DateTimeOffset Timestamp { get; init; }
}

/// <summary>A message that asks for a reply, and the newest reply.</summary>
public sealed record DigestRequest : DigestMessage
{
    /// <summary>Who has promised to answer, but has not yet.</summary>
    public IReadOnlyList<string> Accepted { get; init; } = [];

    /// <summary>Null while it is open.</summary>
    public DigestMessage? Answer { get; init; }

    /// <summary>Whether the answer reports success or an error; null if it does not say.</summary>
    public Outcome? Outcome { get; init; }
}
