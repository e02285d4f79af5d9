using System.Text.Json;
using System.Text.Json.Serialization;

namespace Parley.Protocol;

/// <summary>One entry of a project's shared memory: a value under a key.</summary>
public sealed record MemoryEntry
{
    public required string MemoryId { get; init; }

    /// <summary>1-512 characters, without control characters. May include <c>/</c>.</summary>
    public required string Key { get; init; }

    /// <summary>Any JSON, up to 256 KiB.</summary>
    public JsonElement Value { get; init; }

    /// <summary>How many bytes the value has as JSON.</summary>
    public int Bytes { get; init; }

    /// <summary>The agent that created it; null for a person.</summary>
    public string? CreatedBy { get; init; }

    /// <summary>The agent that changed it last; null for a person.</summary>
    public string? UpdatedBy { get; init; }

    /// <summary>When it expires; null means never.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>Which agents may read and write it; null means all agents in the project.</summary>
    public MemoryAccess? AccessControl { get; init; }

    public DateTimeOffset CreatedAt { get; init; }
    public DateTimeOffset UpdatedAt { get; init; }

    /// <summary>Increases with every change, even if the key was deleted and set again. Send it as <c>if_version</c> to make a change only if nobody
    /// else has changed the entry since.</summary>
    public long Version { get; init; }
}

/// <summary>Which agents may read an entry, and which may write it. Each list can contain agent ids, <c>role:ROLE</c>, <c>squad:SQUAD</c>, and
/// <c>*</c> for all. An agent that may not read an entry cannot write it either, and cannot tell that it exists.</summary>
public sealed record MemoryAccess
{
    /// <summary>Null means all agents in the project; empty means none.</summary>
    public IReadOnlyList<string>? Read { get; init; }

    /// <summary>Null means all agents that may read it; empty means none.</summary>
    public IReadOnlyList<string>? Write { get; init; }
}

/// <summary>A page of entries: all, or one level of the keys.</summary>
public sealed record MemoryPage
{
    public IReadOnlyList<MemoryEntry> Items { get => field ?? []; init; }

    /// <summary>Of one level: what the keys below it begin with, in order of the keys, with <see cref="Items"/> in between. Absent if no level was asked
    /// for.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<MemoryPrefix>? Prefixes { get; init; }

    /// <summary>Pass it as <c>?after=</c> to get the next page; null means the end.</summary>
    public string? Next { get; init; }
}

/// <summary>Keys that begin in the same way.</summary>
public sealed record MemoryPrefix
{
    /// <summary>Up to and including the delimiter.</summary>
    public required string Prefix { get; init; }

    /// <summary>How many entries have such a key, counted up to 10,000.</summary>
    public int Count { get; init; }
}

/// <summary>An entry as it was at one version.</summary>
public sealed record MemoryVersion
{
    public long Version { get; init; }
    public JsonElement Value { get; init; }

    /// <summary>The agent that wrote it; null for a person.</summary>
    public string? UpdatedBy { get; init; }

    public DateTimeOffset UpdatedAt { get; init; }
}

/// <summary>The value to store under a key.</summary>
public sealed record MemoryRequest
{
    /// <summary>Absent if the path has it.</summary>
    public string? Key { get; init; }

    /// <summary>Any JSON, including null.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public JsonElement Value { get; init; }

    /// <summary>Only if the entry has this version; 0 means only if there is no entry. If absent, any version.</summary>
    public long? IfVersion { get; init; }

    /// <summary>Seconds until the entry expires, 1 to 315,360,000 (ten years). If absent, it does not expire.</summary>
    public double? TtlSeconds { get; init; }

    /// <summary>Who may read and write it from now on. If absent, this does not change.</summary>
    public MemoryAccess? AccessControl { get; init; }
}

/// <summary>A change to part of a value: either <see cref="Patch"/> or <see cref="Add"/>.</summary>
public sealed record MemoryPatch
{
    /// <summary>Absent if the path has it.</summary>
    public string? Key { get; init; }

    /// <summary>A JSON merge patch (RFC 7396): its fields replace those of the value, and null removes a field. If there is no entry, it starts from
    /// <c>{}</c>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public JsonElement Patch { get; init; }

    /// <summary>A number to add to the value, which must be a number. If there is no entry, it starts from 0.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public JsonElement Add { get; init; }

    /// <summary>Only if the entry has this version; 0 means only if there is no entry. If absent, any version.</summary>
    public long? IfVersion { get; init; }
}

/// <summary>The entry to get.</summary>
public sealed record MemoryKey
{
    public string? Key { get; init; }
}

/// <summary>The entry to delete.</summary>
public sealed record MemoryDeletion
{
    public string? Key { get; init; }

    /// <summary>Only if the entry has this version. If absent, any version.</summary>
    public long? IfVersion { get; init; }
}

public static partial class FrameEvents
{
    public const string MemorySet = "memory:set";
    public const string MemoryGet = "memory:get";
    public const string MemoryDelete = "memory:delete";
    public const string MemoryPatch = "memory:patch";
    public const string MemoryUpdated = "memory:updated";
    public const string MemoryRemoved = "memory:removed";
}
