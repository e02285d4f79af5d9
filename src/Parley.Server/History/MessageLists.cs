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
internal sealed class MessageLists(IMessageHistory history, IDeliveryHistory deliveries, IndexCatchUp index, MessageAccess access)
{
    private static readonly DeliveryTally None = new();

    internal async ValueTask<Answer> ListAsync(ProjectState project, Reader? reader, MessageListQuery query, CancellationToken cancellationToken)
    {
        if (!(await SearchAsync(project, reader, query, cancellationToken)).TryGet(out var search, out var problem))
            return problem;
        // Words are found only in the index, so it catches up first.
        if (search?.Text is not null && await index.RunAsync(project.Number, cancellationToken) is { } behind)
            return behind;
        var limit = query.List.Limit;
        if (search is not null && query.Around is { } around)
            return await ShowAsync(await AroundAsync(search, around, limit, cancellationToken), next: null);

        var found = search is null ? [] : await history.ListAsync(search with { Max = limit + 1 }, cancellationToken);
        return await ShowAsync([.. found.Take(limit)], MessagePage.Last(found, limit, entry => entry)?.Seq.ToString(CultureInfo.InvariantCulture));

        async ValueTask<Answer> ShowAsync(IReadOnlyList<LogEntry> messages, string? next)
        {
            var tallies = query.IncludesDeliveries ? await TalliesAsync(project, reader, messages, cancellationToken) : null;
            return Answer.Raw(buffer => Write(buffer, messages, next, query.Excerpt, tallies));
        }
    }

    /// <summary>An agent sees all deliveries of what it sent, and of other messages only its own: the others are the sender's business.</summary>
    private async ValueTask<IReadOnlyDictionary<long, DeliveryTally>> TalliesAsync(
        ProjectState project, Reader? reader, IReadOnlyList<LogEntry> messages, CancellationToken cancellationToken)
    {
        if (reader is null)
            return await deliveries.TalliesAsync(project.Number, [.. messages.Select(message => message.Seq)], agent: null, cancellationToken);
        var sent = messages.ToLookup(message => message.Sender == reader.Agent, message => message.Seq);
        var own = await deliveries.TalliesAsync(project.Number, [.. sent[true]], agent: null, cancellationToken);
        var others = await deliveries.TalliesAsync(project.Number, [.. sent[false]], reader.Agent, cancellationToken);
        return own.Concat(others).ToDictionary();
    }

    /// <summary>Half a page before a place and half a page from it on. If one half is not full, the other has more.</summary>
    private async ValueTask<IReadOnlyList<LogEntry>> AroundAsync(HistoryQuery search, long around, int limit, CancellationToken cancellationToken)
    {
        var after = await history.ListAsync(search with { After = around - 1, OldestFirst = true, Max = limit }, cancellationToken);
        var before = await history.ListAsync(search with { Before = around, Max = limit }, cancellationToken);
        var most = Math.Max(limit / 2, limit - after.Count);
        return [.. before.Take(most).Reverse(), .. after.Take(limit - Math.Min(most, before.Count))];
    }

    /// <summary><c>{"items": [...], "next": ...}</c>.</summary>
    private static void Write(FrameBuffer to, IEnumerable<LogEntry> messages, string? next, int? excerpt, IReadOnlyDictionary<long, DeliveryTally>? tallies)
    {
        to.Raw("{\"items\":["u8);
        var first = true;
        foreach (var message in messages)
        {
            if (!first)
                to.Raw(","u8);
            first = false;
            ListedMessage.Write(to, message.Json, excerpt, tallies is null ? null : tallies.GetValueOrDefault(message.Seq) ?? None);
        }

        to.Raw("],\"next\":"u8);
        if (next is null)
            to.Raw("null"u8);
        else
            to.Text(next);
        to.Raw("}"u8);
    }

    /// <returns>Null if nothing can match.</returns>
    internal async ValueTask<Result<HistoryQuery?>> SearchAsync(
        ProjectState project, Reader? reader, MessageListQuery query, CancellationToken cancellationToken)
    {
        var problem = new Validation()
            .Uuid("thread", query.Thread).Uuid("execution", query.Execution)
            .Check(query.List.After is null || long.TryParse(query.List.After, NumberStyles.None, CultureInfo.InvariantCulture, out _), "after", "is not the `next` of a page")
            .Check(query.Text is null || query.Text.Any(char.IsLetterOrDigit), "q", "contains no word to search for")
            .Check(query.Before is null || query is { From: null, Around: null }, "before", "must be absent, because another place is given")
            .Check(query.From is null || query.Around is null, "from", "must be absent, because another place is given")
            .Check(query.Text is null || query.From is null, "from", "must be absent: a search finds the newest messages first")
            .Check(query is { Text: null, List.After: null } || query.Around is null, "around", "must be absent: it makes one page, without a search")
            .Problem;
        if (problem is not null)
            return problem;

        var (sender, recipient) = (MessageSenders.NumberOf(project, query.Sender), MessageSenders.NumberOf(project, query.Recipient));
        if (query.Sender is not null && sender is null || query.Recipient is not null && recipient is null)
            return (HistoryQuery?)null;
        var thread = query.Thread is { } named ? await access.FindThreadAsync(project, Guid.Parse(named), reader, cancellationToken) : null;
        if (query.Thread is not null && thread is null)
            return Problems.NotFound("thread", query.Thread);
        var execution = query.Execution is { } run ? await access.FindEntryAsync(project, Guid.Parse(run), cancellationToken) : null;
        if (query.Execution is not null && execution is not { Kind: EntryKind.Execution })
            return Problems.NotFound("execution", query.Execution!);
        var place = query.List.After is { } next ? long.Parse(next, CultureInfo.InvariantCulture) : (long?)null;
        return new HistoryQuery(project.Number)
        {
            Before = query.From is null ? place ?? query.Before ?? long.MaxValue : long.MaxValue,
            After = query.From is { } from ? place ?? from - 1 : 0,
            OldestFirst = query.From is not null,
            Types = query.Types.Count > 0 ? query.Types.ToHashSet(StringComparer.Ordinal) : null,
            Sender = sender,
            SenderId = MessageSenders.IdOf(sender, query.Sender),
            Recipient = recipient,
            Thread = thread,
            Execution = execution?.Seq,
            Task = query.Task,
            Priorities = query.Priorities.Count > 0 ? query.Priorities.Select(priority => (Priority)priority).ToHashSet() : null,
            Since = query.Since,
            Until = query.Until,
            Text = query.Text,
            Reader = reader,
        };
    }
}
