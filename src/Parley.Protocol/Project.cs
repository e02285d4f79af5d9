namespace Parley.Protocol;

/// <summary>A project; nothing crosses from one to another. Null settings take the server's value.</summary>
public sealed record Project
{
    public required string ProjectId { get; init; }
    public required string Name { get; init; }
    public DateTimeOffset CreatedAt { get; init; }
    public ProjectSettings Settings { get; init; } = new();

    /// <summary>Null if it is not paused. While it is, deliveries to all its agents wait, and the server assigns no tasks.</summary>
    public Pause? Pause { get; init; }
}

/// <summary>A project's own settings, which override the server's. The settings reference lists the defaults.</summary>
public sealed record ProjectSettings
{
    public int? MailboxLimit { get; init; }
    public int? MessageTtlSeconds { get; init; }
    public double? RetryDelaySeconds { get; init; }
    public int? MaxAttempts { get; init; }

    /// <summary>0 removes the limit.</summary>
    public int? MaxDisconnects { get; init; }

    /// <summary>0 keeps messages forever.</summary>
    public int? RetentionDays { get; init; }

    /// <summary>0 removes the limit.</summary>
    public double? RateLimitPerSecond { get; init; }

    public int? RateLimitBurst { get; init; }

    /// <summary>At 0, priority alone decides.</summary>
    public int? PriorityAgingSeconds { get; init; }

    /// <summary>How often agents may answer each other within 60 s, without a person or a task's change in between, before further replies are held;
    /// 0 removes the limit.</summary>
    public int? LoopLimit { get; init; }

    /// <summary>Whether capital and small letters are the same in the paths of reservations.</summary>
    public bool? ReservationsIgnoreCase { get; init; }

    /// <summary>Where a model summarizes conversations: the URL of a chat completions endpoint in the form of OpenAI's, such as
    /// <c>https://api.openai.com/v1/chat/completions</c>. Null: no model is asked.</summary>
    public string? SummaryUrl { get; init; }

    /// <summary>The name of the model; required with <see cref="SummaryUrl"/>.</summary>
    public string? SummaryModel { get; init; }

    /// <summary>The key that is sent to <see cref="SummaryUrl"/> as a bearer token, up to 1,000 printable ASCII characters without spaces. Never shown:
    /// answers have null. If absent from a change, the key stays, unless the URL leads to another server. Empty removes it.</summary>
    public string? SummaryKey { get; init; }
}

public sealed record ProjectRequest
{
    /// <summary>1-64 characters from <c>A-Z a-z 0-9 . _ -</c>; derived from the name if absent.</summary>
    public string? ProjectId { get; init; }

    public string? Name { get; init; }
    public ProjectSettings? Settings { get; init; }
}
