using Npgsql;
using Parley.Server.Log;
using Parley.Server.Mailboxes;

namespace Parley.Server.Storage.Postgres;

/// <summary>Removes deliveries from the queue that nobody took in time.</summary>
internal sealed partial class PostgresMessageStore
{
    /// <summary>Where the scan of the queues continues.</summary>
    private (int Mailbox, long Rank, long Place) _expiryPlace = (0, long.MinValue, 0);

    /// <summary>Scans the queues without a lock, one limited part at a time. The lane only removes what has expired.</summary>
    public async ValueTask<int> ExpireAsync(CancellationToken cancellationToken)
    {
        var over = await _database.ReadAsync(FindExpiredAsync, cancellationToken);
        if (over.Count == 0)
            return 0;
        return await WriteAsync(
            async transaction =>
            {
                await transaction.LockAsync([.. over.Select(found => LogKey.Project(found.Place)).Distinct()]);
                return await ExpireAsync(transaction, [.. over.Select(found => found.Delivery)]);
            },
            cancellationToken,
            weight: over.Count);
    }

    private async Task<List<(long Delivery, long Place)>> FindExpiredAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        const int most = 5_000;
        var over = new List<(long, long)>();
        var place = _expiryPlace;
        await using var command = new NpgsqlCommand(
            """
            SELECT mailbox, rank, place, delivery, expires_at <= $4
            FROM deliveries WHERE state = 1 AND (mailbox, rank, place) > ($1, $2, $3) ORDER BY mailbox, rank, place LIMIT $5
            """,
            connection);
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = place.Mailbox });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = place.Rank });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = place.Place });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = Writer.Now });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = most });
        var looked = 0;
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        while (await rows.ReadAsync(cancellationToken))
        {
            looked++;
            place = (rows.GetInt32(0), rows.GetInt64(1), rows.GetInt64(2));
            if (!rows.IsDBNull(4) && rows.GetBoolean(4) && over.Count < MaxRescued)
                over.Add((rows.GetInt64(3), place.Place));
        }

        // If the scan is complete, start over. If it found the most it may return, scan this part again first.
        if (looked < most)
            _expiryPlace = (0, long.MinValue, 0);
        else if (over.Count < MaxRescued)
            _expiryPlace = place;
        return over;
    }

    /// <summary>Expires those of the deliveries that are past their time and that nobody holds. Locks their projects if they are not locked
    /// yet.</summary>
    /// <returns>How many were expired.</returns>
    internal async Task<int> ExpireAsync(PostgresTransaction transaction, long[] deliveries)
    {
        var now = transaction.Now;
        const string over = "FROM deliveries d WHERE d.delivery = ANY ($1) AND d.state + 0 IN (0, 1) AND d.expires_at <= $2";
        var found = await FindAllAsync(transaction, over, deliveries, now);
        if (found.Count == 0)
            return 0;
        if (!transaction.HasLocks)
            await transaction.LockAsync([.. found.Select(one => LogKey.Project(one.Place)).Distinct()]);
        found = await FindAllAsync(transaction, over + " ORDER BY d.place, d.delivery", deliveries, now);
        found.RemoveAll(one => !transaction.HasLocked(LogKey.Project(one.Place)) || !DeliveryRules.Expire(one.Facts, now).Happens);
        await transaction.RunAsync("UPDATE deliveries SET state = 5, ended_at = $2, due_at = NULL WHERE delivery = ANY ($1)", Numbered(found), now);
        foreach (var one in found)
        {
            LeaveQueue(transaction, one);
            transaction.Cursor(LogKey.Project(one.Place)).Expired++;
        }

        await AppendEndsAsync(transaction, EntryKind.Expiry, Numbered(found), null);
        return found.Count;
    }
}
