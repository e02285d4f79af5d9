using Npgsql;
using Parley.Protocol;
using Parley.Server.Log;
using Parley.Server.Mailboxes;
using Parley.Server.Storage.Sql;

namespace Parley.Server.Storage.Postgres;

/// <summary>How a transaction looks up deliveries.</summary>
internal sealed partial class PostgresMessageStore
{
    /// <summary>A delivery whose project is locked.</summary>
    internal readonly record struct Found(
        long Delivery, long Place, int Mailbox, DeliveryFacts Facts, Priority Priority, long Rank, long QueuedAt)
    {
        internal DeliveryState State => Facts.State;
    }

    private static async ValueTask<Found?> FindAsync(PostgresTransaction transaction, Settle settle)
    {
        var place = LogKey.Of(settle.Project, settle.Seq);
        if (settle.Delivery != 0)
        {
            return (await FindAllAsync(transaction, DeliverySql.Own, settle.Delivery, place, settle.Agent)).Select(found => (Found?)found).FirstOrDefault();
        }

        if (!await IsMessageAsync(transaction, place, settle.MessageId))
            return null;
        return (await FindAllAsync(transaction, DeliverySql.OwnOfMessage, place, settle.Agent)).Select(found => (Found?)found).FirstOrDefault();
    }

    /// <summary>The seq leads to the entry; the rest of the id must match as well.</summary>
    private static async ValueTask<bool> IsMessageAsync(PostgresTransaction transaction, long place, Guid id)
    {
        await using var row = await transaction.ReadAsync("SELECT stamp, id_bits FROM log WHERE place = $1 AND kind = 1", place);
        return await row.ReadAsync() && EntryId.Create(row.GetInt64(0), LogKey.Seq(place), (ulong)row.GetInt64(1)) == id;
    }

    private static async ValueTask<List<Found>> FindAllAsync(PostgresTransaction transaction, string from, params object?[] values)
    {
        var all = new List<Found>();
        await using var row = await transaction.ReadAsync($"SELECT {DeliverySql.Columns} {from}", values);
        while (await row.ReadAsync())
        {
            var facts = new DeliveryFacts(
                (DeliveryState)row.GetInt16(3), row.GetInt16(4), row.GetInt64(5), Int64(row, 6), Int64(row, 7), Int64(row, 8), row.GetInt32(12));
            all.Add(new Found(row.GetInt64(0), row.GetInt64(1), row.GetInt32(2), facts, (Priority)row.GetInt16(9), row.GetInt64(10), row.GetInt64(11)));
        }

        return all;
    }

    private static long[] Numbered(IEnumerable<Found> deliveries) => [.. deliveries.Select(found => found.Delivery)];

    private static long? Int64(NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetInt64(column);
}
