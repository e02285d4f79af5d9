using Parley.Server.Log;
using Parley.Server.Projects;

namespace Parley.Server.Playback;

/// <summary>Pages of a project's log, oldest first.</summary>
internal sealed class LogPages(ILogStore log, IThreadAccess access, LogKinds kinds)
{
    /// <summary>The most log entries that one page reads, about, and the most bytes that it returns.</summary>
    private const int MostLookedAt = 10_000, MostBytes = 4 << 20;

    internal LogWalk Walk(ProjectState project, Reader? reader, LogFilter filter, long after, long until) =>
        new(log, new EntryAccess(project.Number, access, reader), kinds, project.Number, filter, after, Math.Min(until, project.Log.Head));

    /// <returns>The entries, and how far the page has read. A page may be short or even empty without being the last one.</returns>
    internal async ValueTask<LogPart> ReadAsync(
        ProjectState project, Reader? reader, LogFilter filter, (long After, long Until) range, int limit, CancellationToken cancellationToken)
    {
        var walk = Walk(project, reader, filter, range.After, range.Until);
        var found = new List<LogEntry>();
        var bytes = 0L;
        while (!walk.IsDone && walk.LookedAt < MostLookedAt)
        {
            foreach (var entry in await walk.NextAsync(cancellationToken))
            {
                if (found.Count == limit || (found.Count > 0 && bytes + entry.Json.Length > MostBytes))
                    return new LogPart(found, found[^1].Seq, IsLast: false);
                found.Add(entry);
                bytes += entry.Json.Length;
            }
        }

        return new LogPart(found, walk.Cursor, walk.IsDone);
    }
}

/// <param name="LookedTo">Everything up to here was read.</param>
internal readonly record struct LogPart(IReadOnlyList<LogEntry> Found, long LookedTo, bool IsLast);
