namespace Parley.Protocol;

/// <summary>Why something was refused (RFC 9457).</summary>
public sealed record Problem
{
    /// <summary>The stable address of a page about this error.</summary>
    public string? Type { get; init; }

    public string? Title { get; init; }
    public int Status { get; init; }
    public string? Detail { get; init; }

    /// <summary>Stable. The server explains each code at <c>/docs/errors</c>.</summary>
    public required string Code { get; init; }

    /// <summary>Whether the same request may succeed later.</summary>
    public bool Retryable { get; init; }

    /// <summary>Seconds to wait before trying again, if known.</summary>
    [System.Text.Json.Serialization.JsonIgnore(Condition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingNull)]
    public double? RetryAfter { get; init; }

    /// <summary>For bad input, the reasons by field.</summary>
    [System.Text.Json.Serialization.JsonIgnore(Condition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyDictionary<string, IReadOnlyList<string>>? Errors { get; init; }
}
