using Parley.Server.Log;
using Parley.Server.Mailboxes;
using Parley.Server.Messages;
using Parley.Server.Storage.Sql;

namespace Parley.Server.Storage.Sqlite;

/// <summary>What storms hold, and how it is released or withdrawn.</summary>
internal sealed partial class SqliteMessageStore
{
    public ValueTask<IReadOnlyList<HeldCount>> HeldCountsAsync(CancellationToken cancellationToken) => _readers.ReadAsync<IReadOnlyList<HeldCount>>(
        connection =>
        {
            var counts = new List<HeldCount>();
            var rows = connection.Prepare(DeliverySql.HeldCounts).Bind(1, StormEnd.OfAny);
            while (rows.Step())
                counts.Add(new HeldCount(rows.Int32(0), StormEnd.StormOf(rows.Int64(1)), rows.Int32(2)));
            return counts;
        },
        cancellationToken);

    public ValueTask<int> HeldCountAsync(int project, long storm, CancellationToken cancellationToken) => _readers.ReadAsync(
        connection => (int)BindHeld(connection.Prepare(DeliverySql.HeldCount), project, storm).Scalar()!.Value, cancellationToken);

    public ValueTask<IReadOnlyList<HeldMessage>> HeldAsync(int project, long storm, int max, CancellationToken cancellationToken) =>
        _readers.ReadAsync<IReadOnlyList<HeldMessage>>(
            connection =>
            {
                var held = new List<HeldMessage>();
                var rows = BindHeld(connection.Prepare(DeliverySql.HeldMessages), project, storm).Bind(4, max);
                while (rows.Step())
                    held.Add(new HeldMessage(LogKey.Seq(rows.Int64(0)), rows.Int32(1)));
                return held;
            },
            cancellationToken);

    public ValueTask<int> ReleaseHeldAsync(int project, long storm, CancellationToken cancellationToken) => WriteAsync(
        connection =>
        {
            if (_log.TryCursor(connection, project) is not { } cursor)
                return 0;
            var now = _log.Now(cursor);
            var held = FindHeld(connection, project, storm, upTo: null);
            foreach (var found in held)
                Release(connection, cursor, found, DeliveryRules.Release(found.Facts, now), now);
            return held.Count;
        },
        cancellationToken,
        weight: MaxRescued);

    public ValueTask<int> WithdrawHeldAsync(int project, long storm, long upTo, CancellationToken cancellationToken) => WriteAsync(
        connection =>
        {
            var now = Now;
            var held = FindHeld(connection, project, storm, upTo);
            foreach (var found in held)
            {
                WriteWithdrawn(connection, found.Delivery, now, DeliveryReasons.StormCancelled);
                Note(found, DeliveryRules.Cancel(found.Facts), now);
            }

            return held.Count;
        },
        cancellationToken,
        weight: MaxRescued);

    private void Release(SqliteConnection connection, ProjectCursor cursor, in Found found, in DeliveryChange change, long now)
    {
        var aging = SettingsOf(cursor.Project)?.PriorityAging ?? TimeSpan.Zero;
        var rank = DeliveryRules.Rank(now, found.Priority, aging);
        connection.Prepare("UPDATE deliveries SET state = 1, due_at = NULL, queued_at = ?2, rank = ?3, expires_at = ?4 WHERE delivery = ?1")
            .Bind(1, found.Delivery).Bind(2, now).Bind(3, rank).Bind(4, change.Delivery.ExpiresAt).Run();
        _ledger.Of(connection, found.Mailbox).Queue(found.Priority, rank, found.Delivery);
        _toWake.Add(found.Mailbox);
        WriteReleased(connection, found.Place, change.Delivery.ExpiresAt);
        ReleaseWithheld(connection, cursor, found.Place, now);
        Note(found, change, now);
    }

    /// <summary>A released message has its first hop and its new end.</summary>
    private static void WriteReleased(SqliteConnection connection, long place, long? expiresAt)
    {
        var message = SqliteLogRows.Find(connection, place)!;
        var parts = MessageParts.Of(message.Json, message.Seq, message.Stamp);
        var (id, thread) = MessageJsonReader.Ids(message.Json);
        var released = MessageJson.Whole(MessageJson.FirstHop(parts.Body!), id, message.Seq, thread, message.Stamp, expiresAt);
        connection.Prepare("UPDATE log SET body = ?2, hops = 0 WHERE place = ?1").Bind(1, place).BindBlob(2, released).Run();
    }

    private List<Found> FindHeld(SqliteConnection connection, int project, long storm, long? upTo)
    {
        var held = new List<Found>();
        var rows = BindHeld(connection.Prepare($"SELECT {DeliverySql.Columns} {DeliverySql.Held} ORDER BY d.place, d.delivery LIMIT ?4"), project, storm, upTo).Bind(4, MaxRescued);
        while (rows.Step())
            held.Add(At(rows, _ledger.Of(connection, rows.Int32(2))));
        return held;
    }

    private static SqliteStatement BindHeld(SqliteStatement statement, int project, long storm, long? upTo = null) => statement
        .Bind(1, StormEnd.Of(storm)).Bind(2, LogKey.First(project)).Bind(3, upTo is { } seq ? LogKey.Of(project, seq) : LogKey.Last(project));
}
