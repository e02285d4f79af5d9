using System.Runtime.CompilerServices;
using System.Text;
using Parley.Server.Log;

namespace Parley.Server.Entities;

/// <summary>The feed of a kind for one subscription: the entities that match, and then each change. An entity that no longer matches, or that the
/// reader may no longer read, is sent as deleted.</summary>
internal sealed class EntityView<T>(
    EntityKind<T> kind, EntityFilter filter, ProjectLog log, IEntityStore store, IReaderGroups groups, TimeProvider clock, Reader? reader) : FeedView
    where T : class
{
    private const int PartSize = 100;

    /// <summary>Whether an entity can leave the feed before it ends. If none can, the server does not have to know what the client has.</summary>
    private readonly bool _follows = filter.IsPassing || (reader is not null && kind.Readers is not null);

    private readonly Holdings<long> _held = new();
    private SnapshotParts _shown = new(0);

    internal override async IAsyncEnumerable<IReadOnlyList<byte[]>> SnapshotAsync(long place, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        _held.Clear();
        _shown = new SnapshotParts(place);
        var query = new EntityQuery(log.Project, kind.Number, PartSize) { Prefix = filter.Prefix, Marks = filter.Marks };
        if (filter.Prefix is null)
            query = query with { Below = place + 1 };
        while (true)
        {
            // Read before the rows, so that they show at least everything up to here.
            var upTo = log.Head;
            var rows = await store.ListAsync(query, cancellationToken);
            var isLast = rows.Count < PartSize;
            _shown.Add(rows, upTo, isLast);
            var items = new List<byte[]>(rows.Count);
            foreach (var row in rows.Where(row => row.Made <= place && !IsOverdue(row)))
            {
                var json = EntityJson.Shown(kind.Fields, row);
                if (!MayRead(json))
                    continue;
                items.Add(json);
                Note(row.Made, has: true);
            }

            if (items.Count > 0)
                yield return items;
            if (isLast)
                yield break;
            query = filter.Prefix is null ? query with { Below = rows[^1].Made } : query with { AfterName = rows[^1].Name };
        }
    }

    internal override async ValueTask<FeedChange?> ShowAsync(LogEntry entry, bool isHidden, CancellationToken cancellationToken)
    {
        var thing = entry.Subject;
        if (_shown.Show(entry, row => IsBehind(entry, row)))
            return null;
        var isEnd = kind.IsEnd(entry);
        // The entry of an end shows the entity as it was before.
        var matches = !isHidden && kind.HasMarks(entry, filter.Marks);
        var mayHave = !_follows || (entry.Seq != thing && _held.MayHave(thing));
        Note(thing, matches && !isEnd);
        if (matches)
            return !isEnd ? FeedChange.Put(entry.Json) : mayHave ? FeedChange.Delete(entry.Json) : null;
        // If an entity does not match when it ends, it stopped matching earlier, and was sent as deleted then.
        if (!mayHave || (isEnd && !isHidden))
            return null;
        if (!isHidden)
            return FeedChange.Delete(entry.Json);
        return _held.IsSure || await WasReadableAsync(entry, cancellationToken) ? FeedChange.Delete(EntityJson.NameOnly(kind, entry.Json)) : null;
    }

    private void Note(long thing, bool has)
    {
        if (_follows)
            _held.Set(thing, has);
    }

    /// <summary>Its time is over: no list shows it anymore, although the store still has it.</summary>
    private bool IsOverdue(EntityRow row) => kind.ExpiredType is not null && row.Due is { } due && due <= clock.GetUtcNow().ToUnixTimeMilliseconds();

    private bool MayRead(byte[] json) =>
        reader is null || (kind.Readers?.Invoke(kind.Read(json)) is { } who ? groups.IsAmong(log.Project, reader, who) : kind.Audience == Audience.Project);

    /// <summary>Whether the reader could read the entity as of its previous log entry. A reader that never could must not learn that it
    /// exists.</summary>
    private async ValueTask<bool> WasReadableAsync(LogEntry entry, CancellationToken cancellationToken) =>
        kind.UpdatedType is { } type && await store.HistoryAsync(entry.Project, entry.Subject, type, below: entry.Seq, max: 1, cancellationToken) is [var before] &&
        groups.MayRead(before, reader!);

    private bool IsBehind(LogEntry entry, EntityRow row)
    {
        if (filter.Prefix is null)
            return entry.Subject < row.Made;
        // As databases compare: by bytes.
        return EntityJson.TextOf(entry.Json, kind.PrefixField!) is { } name &&
            Encoding.UTF8.GetBytes(name).AsSpan().SequenceCompareTo(Encoding.UTF8.GetBytes(row.Name!)) > 0;
    }
}
