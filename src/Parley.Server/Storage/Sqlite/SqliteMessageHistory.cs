using Microsoft.Extensions.Logging;
using Parley.Protocol;
using Parley.Server.History;
using Parley.Server.Log;
using Parley.Server.Mailboxes;
using Parley.Server.Storage.Sql;

namespace Parley.Server.Storage.Sqlite;

/// <summary>Answers questions about messages, from the index and, where that ends, from the newest part of the log. So a message that was confirmed a
/// moment ago is found no matter how far the index is behind.</summary>
internal sealed partial class SqliteMessageHistory(
    SqliteDatabase database, SqliteIndexDatabase index, MailboxLedger ledger, StoreTrouble trouble, ILogger<SqliteMessageHistory> logger)
    : IMessageHistory, IDeliveryHistory, IDisposable
{
    private readonly SqliteReaders _readers = new(database.Path, count: 2, trouble, logger, index);

    public void Dispose() => _readers.Dispose();

    public ValueTask<IReadOnlyList<LogEntry>> ListAsync(HistoryQuery query, CancellationToken cancellationToken) =>
        _readers.ReadAsync<IReadOnlyList<LogEntry>>(connection => List(connection, query), cancellationToken);

    public ValueTask<MessageCount> CountAsync(HistoryQuery query, int most, CancellationToken cancellationToken) =>
        _readers.ReadAsync(connection => Count(connection, query, most), cancellationToken);

    public ValueTask<IReadOnlyList<LogEntry>> ThreadAsync(int project, long thread, long after, int max, CancellationToken cancellationToken) =>
        _readers.ReadAsync<IReadOnlyList<LogEntry>>(
            connection => Entries(connection, connection.Prepare(
                    $"""
                    SELECT {SqliteLogRows.Columns} FROM log l
                    WHERE l.kind = 1 AND ((l.place = ?1 AND l.place > ?2) OR (l.thread = ?1 AND l.place > ?2)) ORDER BY l.place LIMIT ?3
                    """)
                .Bind(1, LogKey.Of(project, thread)).Bind(2, LogKey.Of(project, after)).Bind(3, max)),
            cancellationToken);

    public ValueTask<bool> TakesPartAsync(int project, long thread, int agent, CancellationToken cancellationToken) =>
        _readers.ReadAsync(connection => TakesPart(connection, project, thread, agent), cancellationToken);

    public ValueTask<bool> IsReleasedAsync(int project, long seq, CancellationToken cancellationToken) =>
        _readers.ReadAsync(
            connection => connection.Prepare(HistorySql.ReleasedBy).Bind(1, LogKey.Of(project, seq)).Scalar() is not null,
            cancellationToken);

    public ValueTask<IReadOnlyList<LogEntry>> RepliesAsync(int project, long seq, CancellationToken cancellationToken) =>
        _readers.ReadAsync<IReadOnlyList<LogEntry>>(
            connection => Entries(connection, connection.Prepare(
                    $"SELECT {SqliteLogRows.Columns} FROM log l INDEXED BY log_reply WHERE l.reply_to = ?1 AND l.kind = 1 ORDER BY l.place LIMIT 500")
                .Bind(1, LogKey.Of(project, seq))),
            cancellationToken);

    public ValueTask<IReadOnlyList<ReplyLink>> ChainAsync(int project, long seq, long since, int max, CancellationToken cancellationToken) =>
        _readers.ReadAsync<IReadOnlyList<ReplyLink>>(
            connection =>
            {
                var chain = new List<ReplyLink>();
                var rows = connection.Prepare(HistorySql.Chain).Bind(1, LogKey.Of(project, seq)).Bind(2, since).Bind(3, max);
                while (rows.Step())
                    chain.Add(new ReplyLink(LogKey.Seq(rows.Int64(0)), rows.Int64(1), rows.Int32(2), rows.Int32(3), LogKey.Seq(rows.Int64(4))));
                return chain;
            },
            cancellationToken);

    public ValueTask<IReadOnlyList<(long Seq, Guid Id)>> SupersededAsync(int project, long thread, long upTo, CancellationToken cancellationToken) =>
        _readers.ReadAsync<IReadOnlyList<(long, Guid)>>(
            connection =>
            {
                // One after another, because only the ids are needed.
                var superseded = new List<(long, Guid)>();
                var rows = connection.Prepare($"SELECT {SqliteLogRows.Columns} {HistorySql.Superseded}")
                    .Bind(1, LogKey.Of(project, thread)).Bind(2, LogKey.Of(project, upTo));
                while (rows.Step())
                {
                    var entry = SqliteLogRows.Read(connection, rows);
                    superseded.Add((entry.Seq, MessageJsonReader.Id(entry.Json)));
                }

                return superseded;
            },
            cancellationToken);

    public ValueTask<IReadOnlyList<DeliveryRow>> DeliveriesAsync(int project, long seq, CancellationToken cancellationToken) =>
        _readers.ReadAsync<IReadOnlyList<DeliveryRow>>(
            connection =>
            {
                var deliveries = new List<DeliveryRow>();
                var rows = connection.Prepare(HistorySql.Deliveries).Bind(1, LogKey.Of(project, seq));
                while (rows.Step())
                    deliveries.Add(ReadDelivery(rows));
                return deliveries;
            },
            cancellationToken);

    public ValueTask<IReadOnlyDictionary<long, DeliveryTally>> TalliesAsync(
        int project, IReadOnlyCollection<long> seqs, int? agent, CancellationToken cancellationToken) =>
        _readers.ReadAsync<IReadOnlyDictionary<long, DeliveryTally>>(
            connection =>
            {
                // One at a time, because the leases of connections are not on disk.
                var tallies = new Dictionary<long, DeliveryTally>();
                var rows = connection.Prepare(
                        $"SELECT {HistorySql.DeliveryColumns} FROM json_each(?1) s {DeliverySql.OfMessages} AND (?2 IS NULL OR d.mailbox = ?2)")
                    .Bind(1, Places(project, seqs)).Bind(2, agent);
                while (rows.Step())
                {
                    var row = ReadDelivery(rows);
                    tallies[row.Seq] = DeliveryStage.Add(
                        tallies.GetValueOrDefault(row.Seq), row.State, StormEnd.Is(row.QueuedAt), row.SurfacedAt is not null, row.RepliedAt is not null, count: 1);
                }

                return tallies;
            },
            cancellationToken);

    public ValueTask<TraceRow?> TraceAsync(int project, long seq, CancellationToken cancellationToken) =>
        _readers.ReadAsync(
            connection =>
            {
                var row = connection.Prepare(HistorySql.Trace).Bind(1, LogKey.Of(project, seq));
                if (!row.Step())
                    return null;
                var (routing, session, superseding) = (row.Text(0), row.Text(1), row.NullableInt64(2));
                row.Reset();
                return new TraceRow(routing, session, superseding is { } place ? SqliteLogRows.Find(connection, place) : null);
            },
            cancellationToken);

    public ValueTask<IReadOnlyList<(string Emoji, string Agent)>> ReactionsAsync(int project, long seq, CancellationToken cancellationToken) =>
        _readers.ReadAsync<IReadOnlyList<(string, string)>>(
            connection =>
            {
                var reactions = new List<(string, string)>();
                var rows = connection.Prepare(HistorySql.Reactions).Bind(1, LogKey.Of(project, seq));
                while (rows.Step())
                    reactions.Add((rows.Text(0)!, rows.Text(1)!));
                return reactions;
            },
            cancellationToken);

    public ValueTask<IReadOnlyList<DeadLetterRow>> DeadLettersAsync(
        DeadLetterSelection which, long before, int max, CancellationToken cancellationToken) =>
        _readers.ReadAsync<IReadOnlyList<DeadLetterRow>>(
            connection =>
            {
                var dead = new List<DeadLetterRow>();
                var rows = SqliteMessageStore.BindDead(
                        connection.Prepare(
                            $"SELECT {HistorySql.DeliveryColumns}, {HistorySql.DiedAt}, d.trail {SqliteMessageStore.Dead} AND d.delivery < ?7 ORDER BY d.delivery DESC LIMIT ?8"),
                        which)
                    .Bind(7, before).Bind(8, max);
                for (var bytes = 0L; bytes < MessagePage.Bytes && rows.Step(); bytes += dead[^1].Message.Json.Length)
                    dead.Add(new DeadLetterRow(ReadDelivery(rows), SqliteLogRows.Find(connection, rows.Int64(1))!, rows.Int64(13), rows.Text(14)));
                rows.Reset();
                return dead;
            },
            cancellationToken);

    public ValueTask<IReadOnlyList<DeadLetterTally>> DeadLetterGroupsAsync(DeadLetterSelection which, int max, CancellationToken cancellationToken) =>
        _readers.ReadAsync<IReadOnlyList<DeadLetterTally>>(
            connection =>
            {
                var groups = new List<DeadLetterTally>();
                var rows = SqliteMessageStore.BindDead(connection.Prepare(HistorySql.DeadGroups(SqliteMessageStore.Dead)), which).Bind(7, max);
                while (rows.Step())
                    groups.Add(new DeadLetterTally(rows.Int32(0), (DeathReason)rows.Int32(1), rows.Int32(2), rows.Int64(3), rows.Int64(4), rows.Text(5)));
                return groups;
            },
            cancellationToken);

    /// <summary>Reads a delivery's row, and adds the lease that a connection holds, which is not on disk.</summary>
    private DeliveryRow ReadDelivery(SqliteStatement rows)
    {
        var (delivery, mailbox, state) = (rows.Int64(0), rows.Int32(2), (DeliveryState)rows.Int32(3));
        var held = state is DeliveryState.Queued or DeliveryState.Withdrawn ? ledger.HeldDeliveredAt(mailbox, delivery) : null;
        return new DeliveryRow(
            delivery, LogKey.Seq(rows.Int64(1)), mailbox, held is null ? state : DeliveryState.Leased, rows.Int32(4), rows.NullableInt64(5),
            held ?? rows.NullableInt64(6), rows.NullableInt64(7), rows.NullableInt64(8), rows.NullableInt64(9), rows.Text(10), rows.Int32(11), rows.IsNull(12) ? null : (SurfaceEvidence)rows.Int32(12));
    }

    private static List<LogEntry> Entries(SqliteConnection connection, SqliteStatement rows)
    {
        var entries = new List<LogEntry>();
        for (var bytes = 0L; bytes < MessagePage.Bytes && rows.Step(); bytes += entries[^1].Json.Length)
            entries.Add(SqliteLogRows.Read(connection, rows));
        rows.Reset();
        return entries;
    }
}
