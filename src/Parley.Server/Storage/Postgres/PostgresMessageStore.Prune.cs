using Parley.Protocol;
using Parley.Server.Entities;
using Parley.Server.Mailboxes;
using Parley.Server.Storage.Sql;

namespace Parley.Server.Storage.Postgres;

/// <summary>Retention: removes the oldest entries of a log, with everything that belongs to them.</summary>
internal sealed partial class PostgresMessageStore
{
    public async ValueTask<bool> PruneAsync(int project, long olderThan, CancellationToken cancellationToken)
    {
        const int most = 500;
        var ended = new List<(int Agent, long Delivery)>();
        return await Writer.WriteAsync(
            async transaction =>
            {
                ended.Clear();
                await transaction.LockAsync(project);
                var places = await PlacesBeforeAsync(transaction, project, olderThan, most);
                if (places.Length == 0)
                    return false;
                await PostgresCountStore.SettleBetweenAsync(transaction, project, places[0], places[^1]);
                await PruneDeliveriesAsync(transaction, places, ended);
                PruneEntities(transaction, places);
                transaction.Defer("DELETE FROM log WHERE place = ANY ($1)", places);
                return places.Length == most;
            },
            cancellationToken,
            committed: _ => ended.ForEach(end => Held.End(end.Agent, end.Delivery)),
            weight: most);
    }

    private static async ValueTask<long[]> PlacesBeforeAsync(PostgresTransaction transaction, int project, long olderThan, int most)
    {
        var places = new List<long>(most);
        await using var rows = await transaction.ReadAsync(
            LogSql.Oldest, LogKey.First(project), LogKey.Last(project), most);
        while (await rows.ReadAsync() && rows.GetInt64(1) < olderThan)
            places.Add(rows.GetInt64(0));
        return [.. places];
    }

    /// <param name="ended">Receives what connections of this node no longer hold once this is committed. Other nodes find out when they check their
    /// leases.</param>
    private async ValueTask PruneDeliveriesAsync(PostgresTransaction transaction, long[] places, List<(int Agent, long Delivery)> ended)
    {
        // Deliveries go with their message, both those that wait and those that somebody holds, so nothing is left that could be acknowledged or
        // given out again.
        var now = transaction.Now;
        foreach (var found in await OfMessagesAsync(transaction, "d.state + 0 IN (0, 1, 2, 4)", places))
        {
            if (found.State == DeliveryState.Dead)
            {
                transaction.Mailbox(found.Mailbox).Dead--;
                continue;
            }

            LeaveQueue(transaction, found);
            Note(transaction, found, DeliveryRules.Prune(found.Facts), now);
            if (found.State == DeliveryState.Leased)
                ended.Add((found.Mailbox, found.Delivery));
        }

        transaction.Defer(
            """
            DELETE FROM deliveries d USING log l
            WHERE l.place = ANY ($1) AND l.kind = 1 AND d.delivery >= l.first_delivery AND d.delivery < l.first_delivery + l.deliveries
            """,
            places);
        transaction.Defer("DELETE FROM reactions WHERE place = ANY ($1)", places);
    }

    /// <summary>An entity that is over is removed with the entry of its end. One that is not over stays, however old it is.</summary>
    private static void PruneEntities(PostgresTransaction transaction, long[] places) => transaction.Defer(
        $"""
        WITH gone AS (
            DELETE FROM entities e USING log l
            WHERE l.place = ANY ($1) AND l.kind >= {EntityKind.First} AND e.place = l.subject AND e.changed = l.place AND e.is_over = 1
            RETURNING e.place)
        DELETE FROM entity_marks m USING gone WHERE m.place = gone.place
        """,
        places);
}
