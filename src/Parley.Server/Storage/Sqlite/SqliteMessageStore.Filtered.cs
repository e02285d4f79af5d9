using Parley.Protocol;
using Parley.Server.Mailboxes;

namespace Parley.Server.Storage.Sqlite;

internal sealed partial class SqliteMessageStore
{
    /// <summary>The columns that a filter looks at. The message itself is not read.</summary>
    private const string QueueTerms =
        """
        SELECT d.delivery, d.priority, d.expires_at, l.type, l.sender
        FROM deliveries d INDEXED BY deliveries_queued JOIN log l ON l.place = d.place
        WHERE d.state = 1 AND d.handed = 0 AND d.mailbox = ?1
        ORDER BY d.rank, d.delivery
        """;

    private const string QueuedOne =
        """
        SELECT d.delivery, d.place, d.attempt, d.priority, d.queued_at, d.expires_at, d.rank, l.body
        FROM deliveries d JOIN log l ON l.place = d.place
        WHERE d.delivery = ?1 AND d.state = 1 AND d.handed = 0 AND d.mailbox = ?2
        """;

    /// <summary>A reader first finds what matches the filter, and only then is it claimed, so looking through a long queue does not delay
    /// writers.</summary>
    private async Task<IReadOnlyList<ClaimedDelivery>> ClaimFilteredAsync(ClaimOrder order)
    {
        // A round is lost if others claim everything that was found first. The number of rounds is limited: a waiting caller is woken again, and
        // looks again.
        for (var looks = 0; looks < ClaimOrder.MostLooks; looks++)
        {
            var candidates = await CandidatesAsync(order, CancellationToken.None);
            if (candidates.Count == 0)
                return [];
            var operation = new ClaimOperation(this, order, candidates);
            _writer.Enqueue(operation);
            if (await operation.Done is { Count: > 0 } claimed)
                return claimed;
        }

        return [];
    }

    private ValueTask<List<long>> CandidatesAsync(ClaimOrder order, CancellationToken cancellationToken) =>
        order.Filter.IsEverything
            ? _readers.ReadAsync(connection => LookThrough(connection, order), cancellationToken)
            : _readers.ReadLongAsync(connection => LookThrough(connection, order), cancellationToken);

    private List<long> LookThrough(SqliteConnection connection, ClaimOrder order)
    {
        var found = new List<long>();
        var now = Now;
        var rows = connection.Prepare(QueueTerms).Bind(1, order.Agent);
        while (found.Count < order.Max && rows.Step())
        {
            var delivery = rows.Int64(0);
            // What a connection holds is queued in the file.
            if (order.Filter.Takes(rows.Text(3)!, (Priority)rows.Int32(1), rows.Int32(4)) && !DeliveryRules.IsOver(rows.NullableInt64(2), now)
                && _ledger.HeldDeliveredAt(order.Agent, delivery) is null)
                found.Add(delivery);
        }

        rows.Reset();
        return found;
    }

    private static List<QueuedDelivery> Choose(SqliteConnection connection, ClaimOrder order, MailboxAccount account, IReadOnlyList<long> candidates, long now)
    {
        var (found, bytes) = (new List<QueuedDelivery>(), 0L);
        foreach (var delivery in candidates)
        {
            if (bytes >= order.Bytes)
                break;
            // It was claimed, settled, or expired since it was found.
            if (account.Leases.ContainsKey(delivery) || Read(connection, order.Agent, delivery, now) is not { } queued)
                continue;
            found.Add(queued);
            bytes += queued.Json.Length;
        }

        return found;
    }

    private static QueuedDelivery? Read(SqliteConnection connection, int mailbox, long delivery, long now)
    {
        var row = connection.Prepare(QueuedOne).Bind(1, delivery).Bind(2, mailbox);
        QueuedDelivery? found = row.Step() && !DeliveryRules.IsOver(row.NullableInt64(5), now)
            ? new QueuedDelivery(delivery, LogKey.Seq(row.Int64(1)), row.Int32(2), (Priority)row.Int32(3), row.Int64(4), row.Blob(7).ToArray())
            : null;
        row.Reset();
        return found;
    }

    private async ValueTask<IReadOnlyList<ClaimedDelivery>> PeekFilteredAsync(ClaimOrder order, CancellationToken cancellationToken)
    {
        var candidates = await CandidatesAsync(order, cancellationToken);
        return await _readers.ReadAsync<IReadOnlyList<ClaimedDelivery>>(connection => Show(connection, order, candidates), cancellationToken);
    }

    private List<ClaimedDelivery> Show(SqliteConnection connection, ClaimOrder order, IReadOnlyList<long> candidates)
    {
        var (found, bytes) = (new List<ClaimedDelivery>(), 0L);
        foreach (var delivery in candidates)
        {
            if (bytes >= order.Bytes)
                break;
            if (Read(connection, order.Agent, delivery, Now) is not { } queued)
                continue;
            found.Add(new ClaimedDelivery(delivery, queued.Seq, queued.Attempt, 0, 0, queued.Json));
            bytes += queued.Json.Length;
        }

        return found;
    }
}
