using Parley.Server.Log;

namespace Parley.Server.Entities;

/// <summary>Records what the parts of a snapshot show, each as of the time when it was read, to know whether a part already shows a change.</summary>
/// <remarks>For each part, it stores where the part ends and the seq up to which the part certainly shows everything. Individual entities are stored
/// only if they had changed after that. So a snapshot of a million entities needs little memory, however long its client takes to read it.</remarks>
/// <param name="place">Entities that were created after it are in no part.</param>
internal sealed class SnapshotParts(long place)
{
    private readonly List<(EntityRow? Last, long UpTo)> _parts = [];
    private readonly Dictionary<long, long> _newer = [];
    private long _until;

    /// <param name="upTo">The last seq that was known before these were read.</param>
    /// <param name="isLast">Whether this is the last part.</param>
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

    /// <summary>Whether the snapshot already shows the change in an entry, or a later state of the entity.</summary>
    /// <param name="isBehind">Whether the entity comes after this row in the snapshot's order.</param>
    internal bool Show(LogEntry entry, Func<EntityRow, bool> isBehind)
    {
        if (_parts.Count == 0 || entry.Subject > place)
            return false;
        if (entry.Seq > _until)
        {
            // Entries come in order, so this is not needed anymore.
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
