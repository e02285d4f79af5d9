using System.Text.Json.Serialization;

namespace Parley.Protocol;

/// <summary>An address that the server posts events to as they happen.</summary>
public sealed record Webhook
{
    public required string WebhookId { get; init; }

    public required string Url { get; init; }

    /// <summary>The types of events to post, with wildcards. Empty means all.</summary>
    public IReadOnlyList<string> Types { get; init; } = [];

    public string? Description { get; init; }

    /// <summary>The secret that signs deliveries. Only in the answer that creates a webhook without one; it is shown only this once.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Secret { get; init; }

    public WebhookStatus Status { get; init; }

    /// <summary>Why it is paused or ended, or why its last delivery failed; null if nothing is wrong.</summary>
    public string? Reason { get; init; }

    /// <summary>The number of failed deliveries since the last successful one. Null in feeds and events, like the fields after it through
    /// <c>place</c>.</summary>
    public int? Failures { get; init; }

    public DateTimeOffset? LastAttemptAt { get; init; }

    public DateTimeOffset? LastSuccessAt { get; init; }

    /// <summary>The HTTP status of the answer to the last attempt; null if there was no attempt or no answer.</summary>
    public int? LastStatus { get; init; }

    /// <summary>When a failed delivery is tried again; null if none is waiting for a retry.</summary>
    public DateTimeOffset? NextAttemptAt { get; init; }

    /// <summary>How many log entries retention removed before this webhook reached them. Some may have been events that it should have
    /// delivered.</summary>
    public long? Missed { get; init; }

    /// <summary>The place in the project's log, <c>EPOCH-SEQ</c>, up to which everything was delivered or did not match.</summary>
    public string? Place { get; init; }

    /// <summary>Who created it: an agent of type <c>human</c>, or null.</summary>
    public string? CreatedBy { get; init; }

    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>Increases with every change.</summary>
    public long Version { get; init; }
}

public enum WebhookStatus
{
    Active,

    /// <summary>Too many deliveries in a row failed. It continues when it is resumed.</summary>
    Paused,

    /// <summary>The receiver answered 410: it wants no more events.</summary>
    Ended,
}

/// <summary>A webhook to create, or its new settings.</summary>
public sealed record WebhookRequest
{
    /// <summary><c>https://</c>, up to 2,000 characters, without a user name or password.</summary>
    public string? Url { get; init; }

    /// <summary>The types of events to post, at most 100. In each, <c>*</c> matches any characters within a word, and <c>&gt;</c> at the end matches
    /// one or more words: <c>task_*</c>, <c>build.&gt;</c>. If absent, all events.</summary>
    public IReadOnlyList<string>? Types { get; init; }

    /// <summary>The secret that signs deliveries: 16-256 printable ASCII characters. If absent, the server creates one and shows it once, or keeps
    /// the current one when the webhook is changed.</summary>
    public string? Secret { get; init; }

    /// <summary>One line, up to 200 characters.</summary>
    public string? Description { get; init; }
}
