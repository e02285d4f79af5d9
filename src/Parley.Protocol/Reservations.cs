namespace Parley.Protocol;

/// <summary>Paths of a repository that an agent keeps for itself for a while, so that no other works on the same files. It is an agreement: the
/// server does not see the files.</summary>
public sealed record Reservation
{
    public required string ReservationId { get; init; }

    /// <summary>The agent that has it; <c>human</c> for a person.</summary>
    public required string AgentId { get; init; }

    /// <summary>Globs, relative to the root of the repository, as git writes them with the magic word <c>glob</c>. A path without wildcards also stands
    /// for everything below it.</summary>
    // Generated deserializers set a property to null if the JSON leaves it out, no matter what its initializer is.
    public IReadOnlyList<string> Paths { get => field ?? []; init; }

    public ReservationMode Mode { get; init; }
    public ReservationStatus Status { get; init; }

    /// <summary>Why the paths are reserved; others see it.</summary>
    public string? Reason { get; init; }

    /// <summary>How long it is held, from when it starts or is renewed.</summary>
    public int TtlSeconds { get; init; }

    /// <summary>When it ends unless it is renewed; null while it waits, and when it has ended before.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>The agents that wanted something that it covers.</summary>
    public IReadOnlyList<string> WantedBy { get => field ?? []; init; }

    /// <summary>Of two reservations that clash, the one that holds the paths later has the higher fence. Whoever writes what is reserved can refuse a
    /// lower fence than the highest it has seen.</summary>
    public long Fence { get; init; }

    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it was released or expired.</summary>
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>Increases with every change.</summary>
    public long Version { get; init; }
}

public enum ReservationMode
{
    /// <summary>No other agent may hold any of the paths.</summary>
    Exclusive,

    /// <summary>Others may hold them too, if they share them as well.</summary>
    Shared,
}

public enum ReservationStatus
{
    /// <summary>The agent holds the paths.</summary>
    Active,

    /// <summary>Others hold some of the paths, or have waited for them for longer.</summary>
    Waiting,

    Released,
    Expired,
}

/// <summary>Paths to reserve: all of them or none.</summary>
public sealed record ReservationRequest
{
    /// <summary>1-50 globs of up to 512 characters.</summary>
    public IReadOnlyList<string>? Paths { get; init; }

    /// <summary>The agent that gets it. If absent, the caller. Only admins and operators may name another.</summary>
    public string? AgentId { get; init; }

    /// <summary>Exclusive if absent.</summary>
    public ReservationMode? Mode { get; init; }

    /// <summary>Seconds until it ends unless it is renewed: 1 to 86,400; 900 if absent.</summary>
    public int? TtlSeconds { get; init; }

    /// <summary>Why you reserve them, in one line of up to 200 characters; others see it.</summary>
    public string? Reason { get; init; }

    /// <summary>If true, a clash makes it wait for its turn. If absent, a clash is refused.</summary>
    public bool? Wait { get; init; }
}

/// <summary>Renews or releases a reservation.</summary>
public sealed record ReservationMove
{
    /// <summary>Absent if the path has it.</summary>
    public string? ReservationId { get; init; }

    /// <summary>For renewing it: seconds from now until it ends. If absent, as long as it was reserved for.</summary>
    public int? TtlSeconds { get; init; }

    /// <summary>If given, it must be the reservation's.</summary>
    public long? Fence { get; init; }
}

/// <summary>Files to check.</summary>
public sealed record ReservationCheck
{
    /// <summary>Up to 10,000 paths of files; nothing in them is a wildcard.</summary>
    public IReadOnlyList<string>? Files { get; init; }

    /// <summary>The agent that is about to change them; what it holds itself does not count. If absent, the caller.</summary>
    public string? AgentId { get; init; }
}

/// <summary>What keeps an agent from changing files.</summary>
public sealed record ReservationClashes
{
    /// <summary>Up to 100 clashes, the oldest reservation first.</summary>
    public IReadOnlyList<ReservationClash> Items { get => field ?? []; init; }
}

/// <summary>A reservation of another agent that covers a file.</summary>
public sealed record ReservationClash
{
    /// <summary>The first of the files that it covers.</summary>
    public required string File { get; init; }

    /// <summary>How many of the files it covers.</summary>
    public int Files { get; init; }

    public required Reservation Reservation { get; init; }
}

public static partial class FrameEvents
{
    public const string ReservationCreate = "reservation:create";
    public const string ReservationRenew = "reservation:renew";
    public const string ReservationRelease = "reservation:release";
}
