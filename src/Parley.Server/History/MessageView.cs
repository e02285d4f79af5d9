using System.Runtime.CompilerServices;
using Parley.Protocol;
using Parley.Server.Log;
using Parley.Server.Wire;

namespace Parley.Server.History;

/// <summary>Messages for one subscription: the newest ones as they are, then what follows.</summary>
internal sealed class MessageView(IMessageHistory history, MessageTallies tallies, ProjectLog log, HistoryQuery query, MessageShow show) : FeedView
{
    private const int SnapshotSize = 100;

    private readonly HashSet<long> _shown = [];
    private IReadOnlyDictionary<long, DeliveryTally>? _stages;
    private long _upTo;

    internal override async IAsyncEnumerable<IReadOnlyList<byte[]>> SnapshotAsync(long place, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        _upTo = log.Head;
        var newest = await history.ListAsync(query with { Before = place + 1, Max = SnapshotSize }, cancellationToken);
        _shown.UnionWith(newest.Select(message => message.Seq));
        await LookUpAsync(newest, cancellationToken);
        // Oldest first, like the changes that follow.
        yield return [.. newest.Reverse().Select(Shown)];
    }

    internal override ValueTask PrepareAsync(IReadOnlyList<LogEntry> entries, CancellationToken cancellationToken) =>
        show.WithDeliveries
            ? LookUpAsync([.. entries.Where(entry => entry.Kind is EntryKind.Message or EntryKind.Release)], cancellationToken)
            : ValueTask.CompletedTask;

    internal override ValueTask<FeedChange?> ShowAsync(LogEntry entry, bool isHidden, CancellationToken cancellationToken)
    {
        // Released in the meantime, and already shown.
        if (entry.Kind == EntryKind.Release && entry.Seq <= _upTo && _shown.Contains(entry.Subject))
            return new(result: null);
        return new(entry.Kind == EntryKind.Deletion ? FeedChange.Delete(entry.Json) : FeedChange.Put(Shown(entry)));
    }

    private async ValueTask LookUpAsync(IReadOnlyList<LogEntry> messages, CancellationToken cancellationToken)
    {
        if (show.WithDeliveries)
            _stages = messages.Count > 0 ? await tallies.OfAsync(log.Project, query.Reader, messages, cancellationToken) : null;
    }

    private byte[] Shown(LogEntry message)
    {
        if (show == MessageShow.Whole)
            return message.Json;
        using var buffer = new FrameBuffer();
        var tally = show.WithDeliveries ? _stages?.GetValueOrDefault(MessageTallies.SeqOf(message)) ?? MessageTallies.None : null;
        ListedMessage.Write(buffer, message.Json, show.Excerpt, tally);
        return buffer.From(0).ToArray();
    }
}
