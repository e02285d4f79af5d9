using Parley.Server.Log;
using Parley.Server.Projects;

namespace Parley.Server.Events;

/// <summary>Past events, newest first, a page at a time.</summary>
internal sealed class EventPages(ILogStore log, EventCatalog events, IReaderGroups groups)
{
    private const int PartSize = 100;

    /// <summary>The most log entries that one page searches, and the most bytes that it returns.</summary>
    private const int MostLookedAt = 5_000, MostBytes = 4 << 20;

    /// <summary>The event with this id; null if there is none, or the reader may not read it.</summary>
    internal async ValueTask<byte[]?> FindAsync(ProjectState project, string eventId, Reader? reader, CancellationToken cancellationToken)
    {
        var seq = Guid.TryParseExact(eventId, "D", out var id) ? EntryId.SeqOf(id) : 0;
        if (seq == 0 || seq > project.Log.Head || (project.Log.Find(seq) ?? await log.FindAsync(project.Number, seq, cancellationToken)) is not { } entry
            || !events.IsEvent(entry, EventTypes.All) || !(reader is null || groups.MayRead(entry, reader)))
        {
            return null;
        }

        // The seq alone is not enough: the rest of the id must match too.
        var shown = events.Show(entry, project.Id);
        return EventJson.IdOf(shown) == id ? shown : null;
    }

    /// <returns>The events, and where the next page begins; null if there is none. A page may be short or even empty without being the last
    /// one.</returns>
    internal async ValueTask<(IReadOnlyList<LogEntry> Found, long? Next)> ReadAsync(
        EventQuery query, EventTypes wanted, Reader? reader, CancellationToken cancellationToken)
    {
        var found = new List<LogEntry>();
        var (lookedAt, bytes) = (0, 0L);
        var below = query.Below;
        while (true)
        {
            var part = await log.EventsAsync(query with { Below = below, Max = PartSize }, cancellationToken);
            foreach (var entry in part)
            {
                if (!events.IsEvent(entry, wanted) || !(reader is null || groups.MayRead(entry, reader)))
                    continue;
                if (found.Count == query.Max || (found.Count > 0 && bytes + entry.Json.Length > MostBytes))
                    return (found, found[^1].Seq);
                found.Add(entry);
                bytes += entry.Json.Length;
            }

            if (part.Count < PartSize)
                return (found, null);
            below = part[^1].Seq;
            if ((lookedAt += part.Count) >= MostLookedAt)
                return (found, below);
        }
    }
}
