using Parley.Server.Log;
using Parley.Server.Mailboxes;
using Parley.Server.Projects;
using Parley.Server.Rest;

namespace Parley.Server.History;

/// <summary>Lists messages by the stages of their deliveries, which no index of messages knows: it looks at the messages that match everything else, a
/// limited number of them for each page.</summary>
internal sealed class StageScan(IMessageHistory history, MessageTallies tallies, ProjectState project, Reader? reader, FilterValues stages)
{
    private const int PartSize = 250;

    /// <summary>How many messages a page looks at: some tens of milliseconds. If that is not enough for a full page, the next one continues there.</summary>
    internal const int MostLooked = 5_000;

    /// <returns>The messages, and the seq that the next page comes after; null at the end.</returns>
    internal async ValueTask<(IReadOnlyList<LogEntry> Found, long? Next)> ListAsync(HistoryQuery search, int limit, CancellationToken cancellationToken)
    {
        if (!stages.IsGiven)
        {
            var all = await history.ListAsync(search with { Max = limit + 1 }, cancellationToken);
            return ([.. all.Take(limit)], MessagePage.Last(all, limit, entry => entry)?.Seq);
        }

        var found = new List<LogEntry>();
        long looked = 0, bytes = 0;
        await foreach (var (message, isMatch) in ScanAsync(search, cancellationToken))
        {
            if (isMatch)
            {
                found.Add(message);
                bytes += message.Json.Length;
            }

            if (++looked >= MostLooked || found.Count == limit || bytes >= MessagePage.Bytes)
                return (found, message.Seq);
        }

        return (found, null);
    }

    internal async ValueTask<MessageCount> CountAsync(HistoryQuery search, int most, CancellationToken cancellationToken)
    {
        int looked = 0, count = 0;
        await foreach (var (_, isMatch) in ScanAsync(search, cancellationToken))
        {
            if (looked++ == most)
                return new MessageCount(count, IsAll: false);
            count += isMatch ? 1 : 0;
        }

        return new MessageCount(count, IsAll: true);
    }

    private async IAsyncEnumerable<(LogEntry Message, bool IsMatch)> ScanAsync(
        HistoryQuery search, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        while (await history.ListAsync(search with { Max = PartSize }, cancellationToken) is { Count: > 0 } part)
        {
            var found = await tallies.OfAsync(project.Number, reader, part, cancellationToken);
            foreach (var message in part)
            {
                var tally = found.GetValueOrDefault(message.Seq) ?? MessageTallies.None;
                yield return (message, stages.Values.Any(stage => DeliveryStages.At(tally, stage) > 0) != stages.LeavesOut);
            }

            search = search.OldestFirst ? search with { After = part[^1].Seq } : search with { Before = part[^1].Seq };
        }
    }
}
