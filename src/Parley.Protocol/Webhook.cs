using System.Text.Json.Serialization;

namespace Parley.Protocol;

/// <summary>An address to which the server posts events as they happen.</summary>
public sealed record Webhook
{
    public required string WebhookId { get; init; }

    public required string Url { get; init; }

    /// <summary>The types of events that are posted, with wildcards. Empty: all.</summary>
    public IReadOnlyList<string> Types { get; init; } = [];

    public string? Description { get; init; }

    /// <summary>The secret that signs deliveries. Only in the answer that creates a webhook without one: shown this once.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Secret { get; init; }

    public WebhookStatus Status { get; init; }

    /// <summary>Why it is paused or ended, or why its last delivery failed; null: nothing is wrong.</summary>
    public string? Reason { get; init; }

    /// <summary>Deliveries that have failed since the last one that succeeded. Null in feeds and events, as all that follows up to the place.</summary>
    public int? Failures { get; init; }

    public DateTimeOffset? LastAttemptAt { get; init; }

    public DateTimeOffset? LastSuccessAt { get; init; }

    /// <summary>The HTTP status that the last attempt was answered with; null: there was no attempt, or no answer.</summary>
    public int? LastStatus { get; init; }

    /// <summary>When a delivery that failed is tried again; null: none waits for that.</summary>
    public DateTimeOffset? NextAttemptAt { get; init; }

    /// <summary>How many entries of the log retention has removed before this webhook came to them. Some may have been events for it.</summary>
    public long? Missed { get; init; }

    /// <summary>Up to here in the project's log, everything has been delivered or was not wanted: <c>EPOCH-SEQ</c>.</summary>
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

    /// <summary>Too many deliveries in a row failed; it goes on when it is resumed.</summary>
    Paused,

    /// <summary>The receiver answered 410: it wants nothing more.</summary>
    Ended,
}

/// <summary>A webhook to create, or what one is to be.</summary>
public sealed record WebhookRequest
{
    /// <summary><c>https://</c>, up to 2,000 characters, without a user or password.</summary>
    public string? Url { get; init; }

    /// <summary>The types of events to post, at most 100. In each, <c>*</c> stands for any letters of one word, and a last <c>&gt;</c> for the rest:
    /// <c>task_*</c>, <c>build.&gt;</c>. Absent: all events.</summary>
    public IReadOnlyList<string>? Types { get; init; }

    /// <summary>The secret that signs deliveries: 16-256 printable ASCII characters. Absent: at creation the server makes one and shows it once;
    /// at a change the present one stays.</summary>
    public string? Secret { get; init; }

    /// <summary>One line, up to 200 characters.</summary>
    public string? Description { get; init; }
}
