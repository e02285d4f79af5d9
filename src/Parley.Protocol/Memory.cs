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

    public DateTimeOffset CreatedAt { get; init; }
    public DateTimeOffset UpdatedAt { get; init; }

    /// <summary>Increases with every change, even if the key was deleted and set again. Send it as <c>if_version</c> to change only what you
    /// have read.</summary>
    public long Version { get; init; }
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
}
