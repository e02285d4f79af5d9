using System.Text.Json.Serialization;
using Parley.Protocol;
using Parley.Server.Log;
using Parley.Server.Wire;

namespace Parley.Server.ExportImport;

/// <summary>A log entry; messages are log entries. References to other entries are seqs in the same project.</summary>
internal sealed record EntryLine : ExportLine
{
    public required int Project { get; init; }
    public required long Seq { get; init; }
    public required EntryKind EntryKind { get; init; }
    public required long Stamp { get; init; }

    /// <summary>An agent's number; 0 for the server, or a person without a mailbox.</summary>
    public required int Sender { get; init; }

    /// <summary>The number of the agent that it is for, if there is only one.</summary>
    public int? Recipient { get; init; }

    /// <summary>Without <see cref="Withheld"/>.</summary>
    public required Audience Audience { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Withheld { get; init; }

    public string? Type { get; init; }

    /// <summary>The entry that opened its thread; absent for the entry itself.</summary>
    public long? Thread { get; init; }

    public long? Execution { get; init; }
    public long? ReplyTo { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int Hops { get; init; }

    public long? Subject { get; init; }
    public long? SupersededBy { get; init; }
    public long? ReleasedBy { get; init; }

    /// <summary>Its deliveries have numbers from FirstDelivery to FirstDelivery + Deliveries - 1.</summary>
    public long? FirstDelivery { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int Deliveries { get; init; }

    public string? Routing { get; init; }
    public string? Session { get; init; }
    public string? Task { get; init; }

    /// <summary>What readers get, byte for byte.</summary>
    public required RawJson Entry { get; init; }
}

/// <summary>One message for one agent. The lease of a connection ends with the move, so such a delivery is queued. A lease taken over REST
/// continues.</summary>
internal sealed record DeliveryLine : ExportLine
{
    public required long Delivery { get; init; }
    public required int Project { get; init; }
    public required long Seq { get; init; }

    /// <summary>The agent's number.</summary>
    public required int Mailbox { get; init; }

    public required DeliveryState State { get; init; }
    public required int Attempt { get; init; }
    public required int Priority { get; init; }

    /// <summary>The lowest rank is delivered first.</summary>
    public required long Rank { get; init; }

    public required long QueuedAt { get; init; }
    public long? ExpiresAt { get; init; }
    public long? DueAt { get; init; }

    /// <summary>The number of the newest lease, even if it has ended, so that later leases get other numbers.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public long Lease { get; init; }

    public long? LeaseUntil { get; init; }
    public long? DeliveredAt { get; init; }
    public long? SurfacedAt { get; init; }
    public long? AcknowledgedAt { get; init; }
    public long? RepliedAt { get; init; }

    /// <summary>When it died, expired, or was withdrawn.</summary>
    public long? EndedAt { get; init; }

    public string? Capability { get; init; }
    public string? Tried { get; init; }

    /// <summary>For a dead delivery: whether its sender has been told.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Told { get; init; }

    public string? LastError { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int Disconnects { get; init; }

    /// <summary>See <see cref="DeliveryTrail"/>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Trail { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public SurfaceEvidence? Evidence { get; init; }
}

internal sealed record ReactionLine : ExportLine
{
    public required int Project { get; init; }
    public required long Seq { get; init; }
    public required string Emoji { get; init; }

    /// <summary>The agent's id at that time.</summary>
    public required string Agent { get; init; }
}

/// <summary>An idempotency key, with what it was used for.</summary>
internal sealed record KeyLine : ExportLine
{
    public required int Project { get; init; }
    public required string Caller { get; init; }
    public required string Key { get; init; }
    public required long Fingerprint { get; init; }
    public required long At { get; init; }

    /// <summary>The message that it created.</summary>
    public long? Seq { get; init; }

    /// <summary>The answer to a creation, in base64.</summary>
    public byte[]? Answer { get; init; }
}

/// <summary>A versioned entity of any kind, with a JSON body.</summary>
internal sealed record EntityLine : ExportLine
{
    public required int Project { get; init; }

    /// <summary>The seq of the entry that created it.</summary>
    public required long Seq { get; init; }

    /// <summary>The number of its kind, which is also the kind of its entries.</summary>
    public required int EntityKind { get; init; }

    public string? Name { get; init; }
    public required long IdBits { get; init; }
    public required long MadeAt { get; init; }

    /// <summary>The seq of its newest entry.</summary>
    public required long Changed { get; init; }

    public required long ChangedAt { get; init; }

    /// <summary>An agent's number; 0 for no agent.</summary>
    public required int Maker { get; init; }

    public long? Due { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool IsOver { get; init; }

    /// <summary>Its search keys (marks), sorted.</summary>
    public required IReadOnlyList<string> Marks { get; init; }

    public required RawJson Body { get; init; }
}
