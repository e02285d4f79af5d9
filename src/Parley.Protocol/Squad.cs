namespace Parley.Protocol;

/// <summary>A named group of agents with roles.</summary>
public sealed record Squad
{
    public required string SquadId { get; init; }
    public required string Name { get; init; }
    public IReadOnlyList<SquadMember> Members { get; init; } = [];
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>Null if it is not paused. While it is, deliveries to its members wait, and the server assigns them no tasks.</summary>
    public Pause? Pause { get; init; }
}

public sealed record SquadMember
{
    public string? AgentId { get; init; }

    /// <summary>If absent, the agent's own role. The same goes for the specialization.</summary>
    public string? Role { get; init; }

    public string? Specialization { get; init; }
}

public sealed record SquadRequest
{
    /// <summary>1-64 characters from <c>A-Z a-z 0-9 . _ -</c>; derived from the name if absent.</summary>
    public string? SquadId { get; init; }

    public string? Name { get; init; }
    public IReadOnlyList<SquadMember>? Members { get; init; }
}
