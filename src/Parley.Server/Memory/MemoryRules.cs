using System.Text.Json;
using Parley.Protocol;
using Parley.Server.Entities;
using Parley.Server.Wire;

namespace Parley.Server.Memory;

/// <summary>What may be said of an entry of the memory, and what becomes of it.</summary>
internal static class MemoryRules
{
    /// <summary>Types of its entries in the log.</summary>
    internal const string UpdatedType = "memory_updated", RemovedType = "memory_removed";

    internal const int LongestKey = 512, LargestValue = 256 * 1024;

    private const string Noun = "memory entry";

    internal static ApiProblem? CheckKey(string? key) => CheckKey(new Validation(), key).Problem;

    internal static ApiProblem? Check(string? key, long? version) => CheckVersion(CheckKey(new Validation(), key), version).Problem;

    internal static ApiProblem? Check(string? key, JsonElement value, long? version)
    {
        var problem = CheckVersion(CheckKey(new Validation(), key), version)
            .Check(value.ValueKind != JsonValueKind.Undefined, "value", "is missing")
            .Problem;
        // What is stored counts, not the spaces with which it came.
        return problem is null && JsonSerializer.SerializeToUtf8Bytes(value, WireJson.Lenient.JsonElement).Length > LargestValue
            ? Problems.TooLarge("The value", LargestValue)
            : problem;
    }

    /// <param name="version">That it must have; 0: it must not be there; null: whatever is there.</param>
    internal static Decision<MemoryEntry> Set(Entity<MemoryEntry>? present, string key, JsonElement value, long? version, string? by)
    {
        if (version is not null && version != (present?.Version ?? 0))
            return Decision<MemoryEntry>.Refuse(Problems.VersionMismatch(Noun, key, present?.Version ?? 0));
        var entry = present?.Value ?? new MemoryEntry { MemoryId = "", Key = key, CreatedBy = by };
        return Decision<MemoryEntry>.Put(entry with { Value = value, UpdatedBy = by }, UpdatedType);
    }

    /// <inheritdoc cref="Set"/>
    internal static Decision<MemoryEntry> Delete(Entity<MemoryEntry>? present, string key, long? version)
    {
        if (present is null)
            return Decision<MemoryEntry>.Refuse(NotFound(key));
        return version is not null && version != present.Version
            ? Decision<MemoryEntry>.Refuse(Problems.VersionMismatch(Noun, key, present.Version))
            : Decision<MemoryEntry>.Remove(RemovedType);
    }

    internal static ApiProblem NotFound(string key) => Problems.NotFound(Noun, key);

    private static Validation CheckKey(Validation validation, string? key) => validation
        .Required("key", key)
        .Check(key is not "", "key", "is empty")
        .Check(key is null || !key.Any(char.IsControl), "key", "holds a control character")
        // Clients take them out of a path before they send it.
        .Check(key is null || !key.Split('/').Any(part => part is "." or ".."), "key", "holds a part '.' or '..', which no path can say")
        .Length("key", key, LongestKey);

    private static Validation CheckVersion(Validation validation, long? version) =>
        validation.Check(version is null or >= 0, "if_version", "must be a version, or 0 for an entry that is not there");
}
