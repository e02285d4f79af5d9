using System.Text;
using Parley.Protocol;
using Parley.Server.Entities;

namespace Parley.Server.Memory;

/// <summary>The keys of the shared memory, one level at a time.</summary>
internal sealed partial class SharedMemory
{
    private const int PartSize = 100, MostOverdue = 1_000;

    /// <summary>One level of the keys: its entries, and what the keys below it begin with. Nothing counts what the caller may not read.</summary>
    /// <param name="level">With room for one more than a page has.</param>
    internal async ValueTask<MemoryPage> LevelAsync(View view, EntityLevel level, int limit)
    {
        var found = new List<(string Name, MemoryEntry? Entry, int Count)>();
        var isEnd = false;
        if (view.Reader is not null)
            level = level with { Uncounted = MemoryRules.Restricted };
        while (found.Count <= limit && !isEnd)
        {
            var rows = await store.LevelAsync(level, view.Cancellation);
            isEnd = rows.Count < level.Max;
            var others = rows.Count == 0 ? [] : await OthersAsync(view, level, level.Behind(rows[^1].Name));
            foreach (var row in rows)
            {
                if (row.Row is { } stored)
                {
                    if (board.Read(stored).Value is var entry && IsThere(view, entry))
                        found.Add((row.Name, entry, 0));
                }
                else if (Math.Min(row.Count!.Value + others.GetValueOrDefault(row.Name), level.MostCounted) is > 0 and var count)
                {
                    found.Add((row.Name, null, count));
                }
            }

            if (rows.Count > 0)
                level = level with { After = rows[^1].Name };
        }

        var page = found.Take(limit).ToList();
        return new MemoryPage
        {
            Items = [.. page.Select(one => one.Entry).OfType<MemoryEntry>()],
            Prefixes = [.. page.Where(one => one.Entry is null).Select(one => new MemoryPrefix { Prefix = one.Name, Count = one.Count })],
            Next = found.Count > limit ? page[^1].Name : null,
        };
    }

    /// <summary>By how many the counts of the beginnings differ for a caller: fewer, because entries have expired that the store still has; and more,
    /// because the store leaves out all entries with access control, and the caller may read some of them.</summary>
    /// <param name="end">The first key that does not matter any more.</param>
    private async ValueTask<Dictionary<string, int>> OthersAsync(View view, EntityLevel level, string end)
    {
        var others = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var row in await store.DueAsync(level.Kind, clock.GetUtcNow(), after: null, MostOverdue, view.Cancellation))
        {
            if (row.Project == level.Project && row.Name!.StartsWith(level.Prefix, StringComparison.Ordinal) && (view.Reader is null || !IsRestricted(board.Read(row).Value)))
                Add(row.Name, -1);
        }

        if (view.Reader is null)
            return others;
        var query = new EntityQuery(level.Project, level.Kind, PartSize) { Prefix = level.Prefix, Marks = [MemoryRules.Restricted], AfterName = level.After };
        while (true)
        {
            var part = await board.ListAsync(query, view.Cancellation);
            foreach (var entry in part.Where(entry => IsThere(view, entry.Value)))
                Add(entry.Value.Key, 1);
            if (part.Count < PartSize || IsBehind(part[^1].Value.Key, end))
                return others;
            query = query with { AfterName = part[^1].Value.Key };
        }

        void Add(string key, int by)
        {
            if (level.BeginningOf(key) is { } beginning)
                others[beginning] = others.GetValueOrDefault(beginning) + by;
        }
    }

    /// <summary>As databases compare: by bytes.</summary>
    private static bool IsBehind(string key, string end) => Encoding.UTF8.GetBytes(key).AsSpan().SequenceCompareTo(Encoding.UTF8.GetBytes(end)) >= 0;

    private static bool IsRestricted(MemoryEntry entry) => MemoryRules.ReadersOf(entry) is not null;
}
