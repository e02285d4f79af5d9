using Parley.Protocol;
using Parley.Server.Log;
using Parley.Server.Projects;
using Parley.Server.Statistics;

namespace Parley.Server.Playback;

/// <summary>Counts what happened over time: for a project from its counters and the index of marks, for an execution from its part of the log.</summary>
internal sealed class LogHistograms(Counts counts, IPlaybackStore store, LogPages pages)
{
    /// <summary>The most log entries that one answer about an execution reads, about.</summary>
    private const int MostLookedAt = 20_000;

    /// <param name="bucket">Seconds: at least a minute.</param>
    internal async ValueTask<LogHistogram> OfProjectAsync(ProjectState project, TimeRange range, int bucket, CancellationToken cancellationToken)
    {
        var points = await counts.TimelineAsync(project, range, bucket, cancellationToken);
        if (points.Count == 0)
            return new LogHistogram();
        var (from, to) = (points[0].At, points[^1].At.AddSeconds(bucket));
        var marks = (await store.MarksAsync(project.Number, from.ToUnixTimeMilliseconds(), to.ToUnixTimeMilliseconds(), bucket * 1_000L, cancellationToken))
            .ToDictionary(mark => mark.At);
        return new LogHistogram { Items = [.. points.Select(point => Bucket(point, marks.GetValueOrDefault(point.At.ToUnixTimeMilliseconds())))] };
    }

    private static LogBucket Bucket(TimelinePoint point, MarkCount mark) =>
        new() { At = point.At, Messages = point.Sent, Questions = mark.Questions, Failures = mark.Failures };

    /// <param name="reader">Only what it may see.</param>
    /// <param name="bucket">Seconds.</param>
    /// <param name="after">Only entries after this seq, for the next part.</param>
    internal async ValueTask<LogHistogram> OfAsync(
        ProjectState project, LogFilter filter, Reader? reader, TimeRange range, int bucket, long after, CancellationToken cancellationToken)
    {
        var (since, until) = (range.Since.ToUnixTimeMilliseconds(), range.Until.ToUnixTimeMilliseconds());
        var buckets = new SortedDictionary<long, LogBucket>();
        for (var at = Down(since); at <= until; at += bucket * 1_000L)
            buckets[at] = new LogBucket { At = DateTimeOffset.FromUnixTimeMilliseconds(at) };

        var first = await store.SeqAtAsync(project.Number, since - 1, cancellationToken);
        var last = await store.SeqAtAsync(project.Number, until, cancellationToken);
        var walk = pages.Walk(project, reader, filter, Math.Max(first, after), last);
        while (!walk.IsDone && walk.LookedAt < MostLookedAt)
        {
            foreach (var entry in await walk.NextAsync(cancellationToken))
            {
                var at = Down(entry.Stamp);
                var count = buckets[at];
                buckets[at] = count with
                {
                    Messages = count.Messages + (entry.Kind == EntryKind.Message ? 1 : 0),
                    Questions = count.Questions + (LogMark.IsQuestion(entry) ? 1 : 0),
                    Failures = count.Failures + (LogMark.IsFailure(entry) ? 1 : 0),
                };
            }
        }

        return new LogHistogram { Items = [.. buckets.Values], Next = walk.IsDone ? null : project.Log.Place(walk.Cursor).ToString() };

        long Down(long stamp) => stamp - (stamp % (bucket * 1_000L));
    }
}
