using System.Text.Json;
using Parley.Protocol;
using Parley.Server.Agents;
using Parley.Server.Entities;
using Parley.Server.Log;
using Parley.Server.Projects;
using Parley.Server.Wire;

namespace Parley.Server.Memory;

/// <summary>The shared memory as one caller sees it: entries that it may not read do not exist for it.</summary>
internal sealed partial class SharedMemory(EntityBoard<MemoryEntry> board, IEntityStore store, IReaderGroups groups, TimeProvider clock)
{
    /// <summary>A project's memory for one caller.</summary>
    /// <param name="Reader">Null for callers that can read everything.</param>
    internal sealed record View(ProjectState Project, Reader? Reader, int Sender, string? AgentId, CancellationToken Cancellation)
    {
        /// <summary>Called when a change is in the store's queue.</summary>
        internal Action? Queued { get; init; }

        internal static View Of(ProjectContext context) => new(
            context.Project, context.Caller.ReaderIn(context.Project), context.Caller.NumberIn(context.Project), context.Caller.AgentId, context.Cancellation)
        {
            Queued = context.Queued,
        };
    }

    internal DateTimeOffset? After(double? seconds) => seconds is { } life ? clock.GetUtcNow().AddSeconds(life) : null;

    internal async ValueTask<Entity<MemoryEntry>?> FindAsync(View view, MemoryTarget target)
    {
        var entry = target.Id is { } id
            ? await board.FindAsync(view.Project.Number, id, view.Cancellation)
            : await board.FindAsync(view.Project.Number, target.Key!, view.Cancellation);
        return entry is not null && IsThere(view, entry.Value) ? entry : null;
    }

    /// <summary>Entries that the caller may read, up to one more than a page has.</summary>
    internal async ValueTask<IReadOnlyList<Entity<MemoryEntry>>> ListAsync(View view, EntityQuery query)
    {
        var found = new List<Entity<MemoryEntry>>();
        while (true)
        {
            var part = await board.ListAsync(query, view.Cancellation);
            found.AddRange(part.Where(entry => IsThere(view, entry.Value)).Take(query.Max - found.Count));
            if (found.Count == query.Max || part.Count < query.Max)
                return found;
            // Pages are always full. Otherwise, a caller could tell how many entries it may not read.
            query = query.Prefix is null ? query with { Below = part[^1].Row.Made } : query with { AfterName = part[^1].Value.Key };
        }
    }

    /// <summary>The newest versions, newest first; null if there is no such entry.</summary>
    internal async ValueTask<IReadOnlyList<MemoryVersion>?> HistoryAsync(View view, string key)
    {
        if (await FindAsync(view, new MemoryTarget(key, null)) is not { } entry)
            return null;
        var told = await board.HistoryAsync(entry, MemoryRules.UpdatedType, MemoryRules.MostVersions, view.Cancellation);
        var versions = told.Where(past => MayRead(view, past)).Select(past => Version(JsonSerializer.Deserialize(past.Json, WireJson.Lenient.MemoryEntry)!)).ToList();
        // Retention removes log entries, but the current version still exists.
        if (versions.Count == 0 || versions[0].Version < entry.Version)
            versions.Insert(0, Version(entry.Value));
        return [.. versions.Take(MemoryRules.MostVersions)];
    }

    /// <summary>Changes or creates an entry that the caller may write.</summary>
    /// <param name="decide">Called with the entry that the caller can see, or with null.</param>
    internal async ValueTask<Result<Entity<MemoryEntry>?>> ChangeAsync(View view, MemoryTarget target, Func<Entity<MemoryEntry>?, string, Decision<MemoryEntry>> decide)
    {
        if (target.Id is { } id)
        {
            if (await FindAsync(view, target) is not { } found)
                return MemoryRules.NotFound($"{id}");
            target = target with { Key = found.Value.Key };
        }

        while (true)
        {
            var hasExpired = false;
            var result = await board.ChangeAsync(
                view.Project.Number, target.Key!, view.Sender,
                present =>
                {
                    hasExpired = present is not null && MemoryRules.HasExpired(present.Value, clock.GetUtcNow());
                    return hasExpired ? Decision<MemoryEntry>.Remove(MemoryRules.ExpiredType) : Refusal(view, target, present) ?? decide(present, target.Key!);
                },
                view.Cancellation,
                view.Queued);
            // The expired entry is gone now, so decide again without one.
            if (!hasExpired || result.Problem is not null)
                return result;
        }
    }

    private Decision<MemoryEntry>? Refusal(View view, MemoryTarget target, Entity<MemoryEntry>? present)
    {
        if (target.Id is { } id && present?.Row.Id != id)
            return Decision<MemoryEntry>.Refuse(MemoryRules.NotFound($"{id}"));
        if (present is null || view.Reader is null)
            return null;
        if (!IsAmong(view, present.Value.AccessControl?.Read))
            return Decision<MemoryEntry>.Refuse(MemoryRules.NotFound(target.Id is null ? target.Key! : $"{target.Id}"));
        return IsAmong(view, present.Value.AccessControl?.Write)
            ? null
            : Decision<MemoryEntry>.Refuse(Problems.Forbidden($"You may read the entry '{Problems.Shown(target.Key!)}', but you may not write it."));
    }

    private bool IsThere(View view, MemoryEntry entry) => !MemoryRules.HasExpired(entry, clock.GetUtcNow()) && IsAmong(view, entry.AccessControl?.Read);

    private bool MayRead(View view, LogEntry past) => view.Reader is null || groups.MayRead(past, view.Reader);

    private bool IsAmong(View view, IReadOnlyList<string>? who) => view.Reader is null || who is null || groups.IsAmong(view.Project.Number, view.Reader, who);

    private static MemoryVersion Version(MemoryEntry entry) =>
        new() { Version = entry.Version, Value = entry.Value, UpdatedBy = entry.UpdatedBy, UpdatedAt = entry.UpdatedAt };
}
