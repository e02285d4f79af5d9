using Parley.Protocol;
using Parley.Server.Log;
using Parley.Server.Mailboxes;
using Parley.Server.Storage.Sql;

namespace Parley.Server.Storage.Sqlite;

/// <summary>How the writer looks up deliveries.</summary>
internal sealed partial class SqliteMessageStore
{
    /// <summary>A delivery as the writer sees it: its row on disk, and the lease if a connection holds it.</summary>
    /// <param name="IsOver">It is held, but withdrawn on disk, because its message was deleted in the meantime.</param>
    private readonly record struct Found(
        long Delivery, long Place, int Mailbox, DeliveryFacts Facts, Priority Priority, long Rank, ConnectionLease? Held, long QueuedAt, bool IsOver)
    {
        internal DeliveryState State => Facts.State;
    }

    private static Found? Find(SqliteConnection connection, MailboxAccount account, in Settle settle)
    {
        var place = LogKey.Of(settle.Project, settle.Seq);
        if (settle.Delivery != 0)
        {
            return Read(
                connection.Prepare($"SELECT {DeliverySql.Columns} {DeliverySql.Own}").Bind(1, settle.Delivery).Bind(2, place).Bind(3, settle.Agent),
                account);
        }

        if (!IsMessage(connection, place, settle.MessageId))
            return null;
        return Read(connection.Prepare($"SELECT {DeliverySql.Columns} {DeliverySql.OwnOfMessage}").Bind(1, place).Bind(2, settle.Agent), account);
    }

    private Found? Find(SqliteConnection connection, long delivery)
    {
        var rows = connection.Prepare($"SELECT {DeliverySql.Columns} {DeliverySql.One}").Bind(1, delivery);
        if (!rows.Step())
            return null;
        var found = At(rows, _ledger.Of(connection, rows.Int32(2)));
        rows.Reset();
        return found;
    }

    /// <summary>The seq leads to the entry; the rest of the id must match as well.</summary>
    private static bool IsMessage(SqliteConnection connection, long place, Guid id)
    {
        var row = connection.Prepare("SELECT body FROM log WHERE place = ?1 AND kind = 1").Bind(1, place);
        var found = row.Step() && MessageJsonReader.Id(row.Blob(0)) == id;
        row.Reset();
        return found;
    }

    private static Found? Read(SqliteStatement rows, MailboxAccount account)
    {
        if (!rows.Step())
            return null;
        var found = At(rows, account);
        rows.Reset();
        return found;
    }

    /// <summary>The delivery of the statement's current row.</summary>
    private static Found At(SqliteStatement row, MailboxAccount account)
    {
        var delivery = row.Int64(0);
        if (account.Leases.TryGetValue(delivery, out var held) && held.IsEnding)
            held = null;
        var onDisk = (DeliveryState)row.Int32(3);
        var facts = new DeliveryFacts(
            held is null ? onDisk : DeliveryState.Leased, row.Int32(4), held?.Lease ?? row.Int64(5), held?.Until ?? row.NullableInt64(6), row.NullableInt64(7),
            row.NullableInt64(8), row.Int32(12));
        return new Found(
            delivery, row.Int64(1), row.Int32(2), facts, (Priority)row.Int32(9), row.Int64(10), held, row.Int64(11),
            IsOver: held is not null && onDisk == DeliveryState.Withdrawn);
    }
}
