namespace Parley.Protocol;

/// <summary>A pause of an agent, a squad, or a project. Until it ends, deliveries wait and the server assigns no tasks.</summary>
public sealed record Pause
{
    /// <summary>One line; null if none was given.</summary>
    public string? Reason { get; init; }

    /// <summary>The agent id of whoever paused it, or <c>token:ID</c> if the token belongs to no agent; null if unknown.</summary>
    public string? PausedBy { get; init; }

    public DateTimeOffset? PausedAt { get; init; }
}

/// <summary>A request to pause something.</summary>
public sealed record PauseRequest
{
    /// <summary>One line, up to 200 characters.</summary>
    public string? Reason { get; init; }
}
