using Parley.Server.Log;

namespace Parley.Server.Playback;

/// <summary>Reads the entries of a log that one reader wants and may see, from a place on, in steps of limited cost.</summary>
/// <param name="until">The last seq to read.</param>
internal sealed class LogWalk(ILogStore log, EntryAccess access, LogKinds kinds, int project, LogFilter filter, long after, long until)
{
    /// <summary>How many entries, and how many bytes of them, one step reads of each part of the log.</summary>
    private const int StepSize = 500, StepBytes = 512 * 1024;

    /// <summary>Everything up to here has been read.</summary>
    internal long Cursor { get; private set; } = after;

    /// <summary>How many entries were read, including those that did not match.</summary>
    internal int LookedAt { get; private set; }

    internal bool IsDone => Cursor >= until;

    internal async ValueTask<IReadOnlyList<LogEntry>> NextAsync(CancellationToken cancellationToken)
    {
        var read = new SortedDictionary<long, LogEntry>();
        var reached = until;
        foreach (var query in filter.Queries)
        {
            var slice = await log.ReadAsync(project, Cursor, StepSize, StepBytes, query, cancellationToken);
            LookedAt += slice.Entries.Count;
            reached = Math.Min(reached, slice.LookedTo);
            foreach (var entry in slice.Entries)
                read[entry.Seq] = entry;
        }

        access.Forget();
        var found = new List<LogEntry>();
        foreach (var entry in read.Values.TakeWhile(entry => entry.Seq <= reached))
        {
            access.Follow(entry);
            if (filter.Takes(entry, kinds) && await access.MaySeeAsync(entry, cancellationToken))
                found.Add(entry);
        }

        Cursor = Math.Max(Cursor, reached);
        return found;
    }
}
