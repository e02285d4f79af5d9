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

    /// <summary>The agent that created it; null for a person.</summary>
    public string? CreatedBy { get; init; }

    /// <summary>The agent that changed it last; null for a person.</summary>
    public string? UpdatedBy { get; init; }

    /// <summary>When it is removed by itself; null: never.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>Which agents may read it and write it; null: all of the project.</summary>
    public MemoryAccess? AccessControl { get; init; }

    public DateTimeOffset CreatedAt { get; init; }
    public DateTimeOffset UpdatedAt { get; init; }

    /// <summary>Increases with every change, even if the key was deleted and set again. Send it as <c>if_version</c> to change only what you
    /// have read.</summary>
    public long Version { get; init; }
}

/// <summary>Which agents may read an entry, and which may write it. Each list holds ids of agents, <c>role:ROLE</c>, <c>squad:SQUAD</c>, and
/// <c>*</c> for all. Who may not read an entry may not write it either, and does not learn that it exists.</summary>
public sealed record MemoryAccess
{
    /// <summary>Null: all agents of the project. Empty: none.</summary>
    public IReadOnlyList<string>? Read { get; init; }

    /// <summary>Null: all who may read it. Empty: none.</summary>
    public IReadOnlyList<string>? Write { get; init; }
}

/// <summary>What an entry was at one version.</summary>
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

    /// <summary>How long the entry lives, 1 to 315,360,000 (ten years); if absent, until somebody deletes it.</summary>
    public double? TtlSeconds { get; init; }

    /// <summary>Who may read and write it from now on; if absent, as before.</summary>
    public MemoryAccess? AccessControl { get; init; }
}

/// <summary>A change of a part of a value: exactly one of <see cref="Patch"/> and <see cref="Add"/>.</summary>
public sealed record MemoryPatch
{
    /// <summary>Absent if the path has it.</summary>
    public string? Key { get; init; }

    /// <summary>A JSON merge patch (RFC 7396): members replace those of the value, null removes one. What is not there counts as <c>{}</c>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public JsonElement Patch { get; init; }

    /// <summary>A number that is added to the value, which must be a number. What is not there counts as 0.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public JsonElement Add { get; init; }

    /// <summary>Only if the entry has this version; 0 means only if there is no entry. If absent, any version.</summary>
    public long? IfVersion { get; init; }
}

/// <summary>Which entry a frame asks for.</summary>
public sealed record MemoryKey
{
    public string? Key { get; init; }
}

/// <summary>Which entry a frame deletes.</summary>
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
