namespace Parley.Protocol;

/// <summary>A conversation in a list: who took part and how long it is.</summary>
public record ThreadSummary
{
    public required string ConversationThreadId { get; init; }

    /// <summary>The first message's content, shortened to 120 characters.</summary>
    public string? Title { get; init; }

    public IReadOnlyList<string> Participants { get; init; } = [];
    public int Messages { get; init; }
    public DateTimeOffset StartedAt { get; init; }
    public DateTimeOffset LastAt { get; init; }
    public long LastSeq { get; init; }
}

/// <summary>A conversation: its messages in order, a page at a time.</summary>
public sealed record ThreadView : ThreadSummary
{
    public IReadOnlyList<Message> Items { get; init; } = [];
    public string? Next { get; init; }
}

/// <summary>Whether what you have read of a thread is still current.</summary>
public sealed record ThreadCurrent
{
    public required string ConversationThreadId { get; init; }
    public long Since { get; init; }

    /// <summary>True when nothing is newer and nothing was superseded.</summary>
    public bool IsCurrent { get; init; }

    public IReadOnlyList<Message> Newer { get; init; } = [];

    /// <summary>Ids of the thread's messages up to <see cref="Since"/> that a later message superseded.</summary>
    public IReadOnlyList<string> Superseded { get; init; } = [];
}
