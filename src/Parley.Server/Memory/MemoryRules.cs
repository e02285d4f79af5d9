using System.Text.Json;
using Parley.Protocol;
using Parley.Server.Entities;
using Parley.Server.Wire;

namespace Parley.Server.Memory;

/// <summary>The rules for changes to a memory entry.</summary>
internal static class MemoryRules
{
    /// <summary>The types of its log entries.</summary>
    /// <summary>The mark of entries that not all agents may read.</summary>
    internal const string Restricted = "restricted";

    internal const string UpdatedType = "memory_updated", RemovedType = "memory_removed", ExpiredType = "memory_expired";

    internal const int MostVersions = 20;

    private const string Noun = "memory entry";

    /// <summary>Whether it has expired. If so, it counts as absent, even if it is still in the store.</summary>
    internal static bool HasExpired(MemoryEntry entry, DateTimeOffset now) => entry.ExpiresAt <= now;

    /// <summary>What a set requests.</summary>
    /// <param name="Version">The version that the entry must have; 0 if there must be no entry; null for any.</param>
    /// <param name="Access">Null to keep the current access control.</param>
    internal sealed record Setting(string Key, JsonElement Value, long? Version, DateTimeOffset? ExpiresAt, MemoryAccess? Access, string? By);

    internal static Decision<MemoryEntry> Set(Entity<MemoryEntry>? present, Setting asked)
    {
        if (Mismatch(present, asked.Key, asked.Version) is { } refusal)
            return refusal;
        var entry = present?.Value ?? new MemoryEntry { MemoryId = "", Key = asked.Key, CreatedBy = asked.By };
        return Put(entry with { ExpiresAt = asked.ExpiresAt, AccessControl = asked.Access ?? entry.AccessControl }, asked.Value, asked.By);
    }

    /// <summary>Changes part of a value. Its expiration and access control do not change.</summary>
    internal static Decision<MemoryEntry> Change(Entity<MemoryEntry>? present, string key, MemoryPatch patch, long? version, string? by)
    {
        if (Mismatch(present, key, version) is { } refusal)
            return refusal;
        var before = present?.Value.Value ?? default;
        var after = patch.Patch.ValueKind != JsonValueKind.Undefined ? MemoryValues.Merge(before, patch.Patch) : MemoryValues.Add(before, patch.Add);
        if (after is not { } value)
            return Decision<MemoryEntry>.Refuse(Problems.Conflict($"The value of '{Problems.Shown(key)}' is not a number, or the sum is too large."));
        return MemoryInput.IsTooLarge(value)
            ? Decision<MemoryEntry>.Refuse(Problems.TooLarge("The value", MemoryInput.LargestValue))
            : Put(present?.Value ?? new MemoryEntry { MemoryId = "", Key = key, CreatedBy = by }, value, by);
    }

    /// <inheritdoc cref="Setting"/>
    internal static Decision<MemoryEntry> Delete(Entity<MemoryEntry>? present, string key, long? version)
    {
        if (present is null)
            return Decision<MemoryEntry>.Refuse(NotFound(key));
        return Mismatch(present, key, version) ?? Decision<MemoryEntry>.Remove(RemovedType);
    }

    internal static ApiProblem NotFound(string keyOrId) => Problems.NotFound(Noun, keyOrId);

    private static Decision<MemoryEntry> Put(MemoryEntry entry, JsonElement value, string? by) =>
        Decision<MemoryEntry>.Put(entry with { Value = value, Bytes = MemoryInput.BytesOf(value), UpdatedBy = by }, UpdatedType);

    private static Decision<MemoryEntry>? Mismatch(Entity<MemoryEntry>? present, string key, long? version) => version is not null && version != (present?.Version ?? 0)
        ? Decision<MemoryEntry>.Refuse(Problems.VersionMismatch(Noun, key, present?.Version ?? 0))
        : null;

    /// <summary>Which agents may read an entry; null for all.</summary>
    internal static IReadOnlyList<string>? ReadersOf(MemoryEntry entry) =>
        entry.AccessControl?.Read is { } who && !who.Contains(MemoryInput.Everybody) ? who : null;
}
