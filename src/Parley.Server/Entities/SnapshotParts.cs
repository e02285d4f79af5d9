using Parley.Server.Log;

namespace Parley.Server.Entities;

/// <summary>What the parts of a snapshot show, each as it was when it was read: by this, a change that a part shows already is known.</summary>
/// <remarks>Of each part it keeps where it ends and up to which seq it is sure to show everything; of single things only those that had
/// changed behind that. So a snapshot of a million things needs little memory, however long its client takes to read it.</remarks>
/// <param name="place">Things that were made behind it are in no part.</param>
internal sealed class SnapshotParts(long place)
{
    private readonly List<(EntityRow? Last, long UpTo)> _parts = [];
    private readonly Dictionary<long, long> _newer = [];
    private long _until;

    /// <param name="upTo">The seq up to which everything had happened when these were read.</param>
    /// <param name="isLast">No part follows.</param>
    internal void Add(IReadOnlyList<EntityRow> rows, long upTo, bool isLast)
    {
        _parts.Add((isLast ? null : rows[^1], upTo));
        _until = Math.Max(_until, upTo);
        foreach (var row in rows.Where(row => row.Changed > upTo))
        {
            _newer[row.Made] = row.Changed;
            _until = Math.Max(_until, row.Changed);
        }
    }

    /// <summary>Whether the snapshot shows what an entry tells of a thing, or what became of it later.</summary>
    /// <param name="isBehind">Whether the thing comes after this row in the order of the snapshot.</param>
    internal bool Show(LogEntry entry, Func<EntityRow, bool> isBehind)
    {
        if (_parts.Count == 0 || entry.Subject > place)
            return false;
        if (entry.Seq > _until)
        {
            // Entries come in order: nothing is asked any more.
            _parts.Clear();
            _newer.Clear();
            return false;
        }

        if (_newer.TryGetValue(entry.Subject, out var changed) && entry.Seq <= changed)
            return true;
        var (first, end) = (0, _parts.Count - 1);
        while (first < end)
        {
            var middle = (first + end) / 2;
            if (_parts[middle].Last is { } last && isBehind(last))
                first = middle + 1;
            else
                end = middle;
        }

        return entry.Seq <= _parts[first].UpTo;
    }
}
