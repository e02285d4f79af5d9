using System.Globalization;
using Parley.Protocol;
using Parley.Server.Agents;
using Parley.Server.Log;
using Parley.Server.Mailboxes;
using Parley.Server.Messages;
using Parley.Server.Operations;
using Parley.Server.Projects;
using Parley.Server.Wire;

namespace Parley.Server.History;

/// <summary>Answers lists of messages.</summary>
internal sealed class MessageLists(IMessageHistory history, MessageTallies tallies, IndexCatchUp index, MessageAccess access)
{
    /// <summary>How many messages a count looks at: some tens of milliseconds.</summary>
    private const int MostCounted = 10_000;

    internal async ValueTask<Answer> ListAsync(ProjectState project, Reader? reader, MessageListQuery query, CancellationToken cancellationToken)
    {
        if (!(await SearchAsync(project, reader, query, cancellationToken)).TryGet(out var search, out var problem))
            return problem;
        // Words are found only in the index, so it catches up first.
        if (search?.Text is not null && await index.RunAsync(project.Number, cancellationToken) is { } behind)
            return behind;
        var (limit, count) = (query.List.Limit, await CountAsync(project, reader, query, search, cancellationToken));
        var scan = new StageScan(history, tallies, project, reader, query.States);
        if (search is not null && query.Around is { } around)
            return await ShowAsync(await AroundAsync(scan, search, around, limit, cancellationToken), next: null);

        if (search is null)
            return await ShowAsync([], next: null);
        var (found, next) = await scan.ListAsync(search, limit, cancellationToken);
        return await ShowAsync(found, next?.ToString(CultureInfo.InvariantCulture));

        async ValueTask<Answer> ShowAsync(IReadOnlyList<LogEntry> messages, string? next)
        {
            var stages = query.IncludesDeliveries ? await tallies.OfAsync(project.Number, reader, messages, cancellationToken) : null;
            return Answer.Raw(buffer => Write(buffer, messages, next, query.Excerpt, stages, count));
        }
    }

    /// <summary>How many messages match, on whichever page; null if nobody asked.</summary>
    private async ValueTask<MessageCount?> CountAsync(
        ProjectState project, Reader? reader, MessageListQuery query, HistoryQuery? search, CancellationToken cancellationToken)
    {
        if (!query.Counts || search is null)
            return query.Counts ? new MessageCount(0, IsAll: true) : null;
        var all = search with { Before = long.MaxValue, After = 0, OldestFirst = false };
        return query.States.IsGiven
            ? await new StageScan(history, tallies, project, reader, query.States).CountAsync(all, MostCounted, cancellationToken)
            : await history.CountAsync(all, MostCounted, cancellationToken);
    }

    /// <summary>Half a page before a place and half a page from it on. If one half is not full, the other has more.</summary>
    private async ValueTask<IReadOnlyList<LogEntry>> AroundAsync(StageScan scan, HistoryQuery search, long around, int limit, CancellationToken cancellationToken)
    {
        var (after, _) = await scan.ListAsync(search with { After = around - 1, OldestFirst = true }, limit, cancellationToken);
        var (before, _) = await scan.ListAsync(search with { Before = around }, limit, cancellationToken);
        var most = Math.Max(limit / 2, limit - after.Count);
        return [.. before.Take(most).Reverse(), .. after.Take(limit - Math.Min(most, before.Count))];
    }

    /// <summary><c>{"items": [...], "next": ...}</c>, and the count if there is one.</summary>
    private static void Write(
        FrameBuffer to, IEnumerable<LogEntry> messages, string? next, int? excerpt, IReadOnlyDictionary<long, DeliveryTally>? stages, MessageCount? count)
    {
        to.Raw("{\"items\":["u8);
        var first = true;
        foreach (var message in messages)
        {
            if (!first)
                to.Raw(","u8);
            first = false;
            ListedMessage.Write(to, message.Json, excerpt, stages is null ? null : stages.GetValueOrDefault(message.Seq) ?? MessageTallies.None);
        }

        to.Raw("],\"next\":"u8);
        if (next is null)
            to.Raw("null"u8);
        else
            to.Text(next);
        if (count is var (matches, isAll))
        {
            to.Raw(isAll ? ",\"total\":"u8 : ",\"total_at_least\":"u8);
            to.Number(matches);
        }

        to.Raw("}"u8);
    }

    /// <returns>Null if nothing can match.</returns>
    internal async ValueTask<Result<HistoryQuery?>> SearchAsync(
        ProjectState project, Reader? reader, MessageListQuery query, CancellationToken cancellationToken)
    {
        var problem = new Validation()
            .Uuid("thread", query.Thread.Taken ?? query.Thread.LeftOut).Uuid("execution", query.Execution.Taken ?? query.Execution.LeftOut)
            .Check(query.List.After is null || long.TryParse(query.List.After, NumberStyles.None, CultureInfo.InvariantCulture, out _), "after", "is not the `next` of a page")
            .Check(query.Text is null || query.Text.Any(char.IsLetterOrDigit), "q", "contains no word to search for")
            .Check(query.Before is null || query is { From: null, Around: null }, "before", "must be absent, because another place is given")
            .Check(query.From is null || query.Around is null, "from", "must be absent, because another place is given")
            .Check(query.Text is null || query.From is null, "from", "must be absent: a search finds the newest messages first")
            .Check(query is { Text: null, List.After: null } || query.Around is null, "around", "must be absent: it makes one page, without a search")
            .Problem;
        if (problem is not null)
            return problem;

        // Naming what the reader may not read is the same as naming nothing, whether it is to be listed or left out.
        var named = query.Thread.Taken ?? query.Thread.LeftOut;
        var thread = named is null ? null : await access.FindThreadAsync(project, Guid.Parse(named), reader, cancellationToken);
        if (named is not null && thread is null)
            return Problems.NotFound("thread", named);
        var run = query.Execution.Taken ?? query.Execution.LeftOut;
        var execution = run is null ? null : await access.FindEntryAsync(project, Guid.Parse(run), cancellationToken);
        if (run is not null && execution is not { Kind: EntryKind.Execution })
            return Problems.NotFound("execution", run);
        var place = query.List.After is { } next ? long.Parse(next, CultureInfo.InvariantCulture) : (long?)null;
        var wanted = new HistoryQuery(project.Number)
        {
            Before = query.From is null ? place ?? query.Before ?? long.MaxValue : long.MaxValue,
            After = query.From is { } from ? place ?? from - 1 : 0,
            OldestFirst = query.From is not null,
            Thread = query.Thread.LeavesOut ? null : thread,
            Execution = query.Execution.LeavesOut ? null : execution?.Seq,
            Except = new MessageExclusion { Thread = query.Thread.LeavesOut ? thread : null, Execution = query.Execution.LeavesOut ? execution?.Seq : null },
            Text = query.Text,
            Reader = reader,
        };
        return MessageSenders.Resolve(wanted, query, id => MessageSenders.NumberOf(project, id));
    }
}
