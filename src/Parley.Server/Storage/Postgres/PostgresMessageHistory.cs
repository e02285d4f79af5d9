using Npgsql;
using Parley.Protocol;
using Parley.Server.History;
using Parley.Server.Log;
using Parley.Server.Mailboxes;
using Parley.Server.Storage.Sql;

namespace Parley.Server.Storage.Postgres;

/// <summary>Answers questions about messages, from the index and, where that ends, from the newest part of the log. So a message that was confirmed a
/// moment ago is found no matter how far the index is behind.</summary>
internal sealed partial class PostgresMessageHistory(PostgresDatabase database) : IMessageHistory, IDeliveryHistory
{
    /// <summary>A few megabytes if they are large.</summary>
    private const int DeadLettersAtOnce = 16;

    public ValueTask<IReadOnlyList<LogEntry>> ListAsync(HistoryQuery query, CancellationToken cancellationToken) =>
        database.ReadAsync<IReadOnlyList<LogEntry>>(
            async (connection, cancellation) =>
                await new MessageSearch(connection, query, await ThreadParts.OpenAsync(connection, query.Project, cancellation)).FindAsync(cancellation),
            cancellationToken);

    public ValueTask<MessageCount> CountAsync(HistoryQuery query, int most, CancellationToken cancellationToken) =>
        database.ReadAsync(
            async (connection, cancellation) =>
            {
                var everywhere = query with { Before = long.MaxValue, After = 0, OldestFirst = false };
                return await new MessageSearch(connection, everywhere, await ThreadParts.OpenAsync(connection, query.Project, cancellation)).CountAsync(most, cancellation);
            },
            cancellationToken);

    public ValueTask<IReadOnlyList<LogEntry>> ThreadAsync(int project, long thread, long after, int max, CancellationToken cancellationToken) =>
        ReadAsync(
            // The first message has no thread other than its own place. Each half is a range of an index.
            $"""
            SELECT {PostgresLogRows.Columns} FROM (
                SELECT place FROM log WHERE place = $1 AND place > $2
                UNION ALL (SELECT place FROM log WHERE thread = $1 AND place > $2 AND kind = 1 ORDER BY place LIMIT $3)) t
            JOIN log l ON l.place = t.place WHERE l.kind = 1 ORDER BY l.place LIMIT $3
            """,
            [LogKey.Of(project, thread), LogKey.Of(project, after), max],
            cancellationToken);

    public ValueTask<bool> TakesPartAsync(int project, long thread, int agent, CancellationToken cancellationToken) =>
        database.ReadAsync(
            async (connection, cancellation) =>
            {
                var parts = await ThreadParts.OpenAsync(connection, project, cancellation);
                return (await parts.OfAsync(agent, [thread], cancellation)).Contains(thread);
            },
            cancellationToken);

    public ValueTask<bool> IsReleasedAsync(int project, long seq, CancellationToken cancellationToken) =>
        database.ReadAsync(
            async (connection, cancellation) =>
                await connection.Ask(HistorySql.ReleasedBy, LogKey.Of(project, seq)).ValueAsync<long>(cancellation) is not null,
            cancellationToken);

    public ValueTask<IReadOnlyList<LogEntry>> RepliesAsync(int project, long seq, CancellationToken cancellationToken) =>
        ReadAsync(
            $"SELECT {PostgresLogRows.Columns} FROM log l WHERE l.reply_to = $1 AND l.kind = 1 ORDER BY l.place LIMIT 500",
            [LogKey.Of(project, seq)],
            cancellationToken);

    public ValueTask<IReadOnlyList<ReplyLink>> ChainAsync(int project, long seq, long since, int max, CancellationToken cancellationToken) =>
        database.ReadAsync<IReadOnlyList<ReplyLink>>(
            async (connection, cancellation) => await connection.Ask(HistorySql.Chain, LogKey.Of(project, seq), since, max)
                .ListAsync(
                    row => new ReplyLink(LogKey.Seq(row.GetInt64(0)), row.GetInt64(1), row.GetInt32(2), row.GetInt32(3), LogKey.Seq(row.GetInt64(4))), cancellation),
            cancellationToken);

    public ValueTask<IReadOnlyList<(long Seq, Guid Id)>> SupersededAsync(int project, long thread, long upTo, CancellationToken cancellationToken) =>
        database.ReadAsync<IReadOnlyList<(long, Guid)>>(
            async (connection, cancellation) =>
                await connection.Ask($"SELECT {PostgresLogRows.Columns} {HistorySql.Superseded}", LogKey.Of(project, thread), LogKey.Of(project, upTo))
                    .ListAsync(row => PostgresLogRows.Read(row) is var entry ? (entry.Seq, MessageJsonReader.Id(entry.Json)) : default, cancellation),
            cancellationToken);

    public ValueTask<IReadOnlyList<DeliveryRow>> DeliveriesAsync(int project, long seq, CancellationToken cancellationToken) =>
        database.ReadAsync<IReadOnlyList<DeliveryRow>>(
            async (connection, cancellation) =>
                await connection.Ask(HistorySql.Deliveries, LogKey.Of(project, seq)).ListAsync(ReadDelivery, cancellation),
            cancellationToken);

    public ValueTask<IReadOnlyDictionary<long, DeliveryTally>> TalliesAsync(
        int project, IReadOnlyCollection<long> seqs, int? agent, CancellationToken cancellationToken) =>
        database.ReadAsync<IReadOnlyDictionary<long, DeliveryTally>>(
            async (connection, cancellation) =>
            {
                var counts = await connection.Ask(
                        $"""
                        SELECT d.place, d.state, d.queued_at >= $3, d.surfaced_at IS NOT NULL, d.replied_at IS NOT NULL, count(*)::int
                        FROM unnest($1::bigint[]) AS s (value) {DeliverySql.OfMessages} AND ($2::int IS NULL OR d.mailbox = $2)
                        GROUP BY 1, 2, 3, 4, 5
                        """,
                        Places(project, seqs), agent, StormEnd.OfAny)
                    .ListAsync(
                        row => (Seq: LogKey.Seq(row.GetInt64(0)), State: (DeliveryState)row.GetInt16(1), IsHeld: row.GetBoolean(2), IsSurfaced: row.GetBoolean(3),
                            IsReplied: row.GetBoolean(4), Count: row.GetInt32(5)),
                        cancellation);
                var tallies = new Dictionary<long, DeliveryTally>();
                foreach (var (seq, state, isHeld, isSurfaced, isReplied, count) in counts)
                    tallies[seq] = DeliveryStage.Add(tallies.GetValueOrDefault(seq), state, isHeld, isSurfaced, isReplied, count);
                return tallies;
            },
            cancellationToken);

    public ValueTask<TraceRow?> TraceAsync(int project, long seq, CancellationToken cancellationToken) =>
        database.ReadAsync(
            async (connection, cancellation) =>
            {
                var row = await connection.Ask(HistorySql.Trace, LogKey.Of(project, seq))
                    .FindAsync(row => Tuple.Create(row.TextOrNull(0), row.TextOrNull(1), row.Int64OrNull(2)), cancellation);
                if (row is not var (routing, session, superseding))
                    return null;
                return new TraceRow(routing, session, superseding is { } place ? await PostgresLogRows.FindAsync(connection, place, cancellation) : null);
            },
            cancellationToken);

    public ValueTask<IReadOnlyList<(string Emoji, string Agent)>> ReactionsAsync(int project, long seq, CancellationToken cancellationToken) =>
        database.ReadAsync<IReadOnlyList<(string, string)>>(
            async (connection, cancellation) => await connection.Ask(HistorySql.Reactions, LogKey.Of(project, seq))
                .ListAsync(row => (row.GetString(0), row.GetString(1)), cancellation),
            cancellationToken);

    public ValueTask<IReadOnlyList<DeadLetterRow>> DeadLettersAsync(
        DeadLetterSelection which, long before, int max, CancellationToken cancellationToken) =>
        database.ReadAsync<IReadOnlyList<DeadLetterRow>>(
            async (connection, cancellation) =>
            {
                var dead = await connection.Ask(
                        $"SELECT {HistorySql.DeliveryColumns}, {HistorySql.DiedAt}, d.trail {PostgresMessageStore.Dead} AND d.delivery < $7 ORDER BY d.delivery DESC LIMIT $8",
                        [.. PostgresMessageStore.DeadValues(which), before, max])
                    .ListAsync(row => (Delivery: ReadDelivery(row), DiedAt: row.GetInt64(13), Trail: row.TextOrNull(14)), cancellation);
                var found = new List<DeadLetterRow>(dead.Count);
                var bytes = 0L;
                foreach (var part in dead.Chunk(DeadLettersAtOnce))
                {
                    var messages = await EntriesAsync(connection, [.. part.Select(one => LogKey.Of(which.Project, one.Delivery.Seq)).Distinct()], cancellation);
                    // Retention removed one between the two queries.
                    foreach (var (delivery, diedAt, trail) in part.Where(one => messages.ContainsKey(one.Delivery.Seq)))
                    {
                        if (bytes >= MessagePage.Bytes)
                            return found;
                        found.Add(new DeadLetterRow(delivery, messages[delivery.Seq], diedAt, trail));
                        bytes += messages[delivery.Seq].Json.Length;
                    }
                }

                return found;
            },
            cancellationToken);

    public ValueTask<IReadOnlyList<DeadLetterTally>> DeadLetterGroupsAsync(DeadLetterSelection which, int max, CancellationToken cancellationToken) =>
        database.ReadAsync<IReadOnlyList<DeadLetterTally>>(
            async (connection, cancellation) =>
                await connection.Ask(HistorySql.DeadGroups(PostgresMessageStore.Dead), [.. PostgresMessageStore.DeadValues(which), max])
                    .ListAsync(
                        row => new DeadLetterTally(
                            row.GetInt32(0), (DeathReason)row.GetInt32(1), (int)row.GetInt64(2), row.GetInt64(3), row.GetInt64(4), row.TextOrNull(5)),
                        cancellation),
            cancellationToken);

    private ValueTask<IReadOnlyList<LogEntry>> ReadAsync(string sql, object[] values, CancellationToken cancellationToken) =>
        database.ReadAsync<IReadOnlyList<LogEntry>>(
            async (connection, cancellation) =>
                (await connection.Ask(sql, values).ListAsync(PostgresLogRows.Read, entry => entry.Json.Length, MessagePage.Bytes, cancellation)).Rows,
            cancellationToken);

    /// <summary>Entries of one project by their seqs.</summary>
    private static async Task<Dictionary<long, LogEntry>> EntriesAsync(NpgsqlConnection connection, long[] places, CancellationToken cancellationToken)
    {
        var entries = await connection.Ask($"SELECT {PostgresLogRows.Columns} FROM log l WHERE l.place = ANY($1)", [places])
            .ListAsync(PostgresLogRows.Read, cancellationToken);
        return entries.ToDictionary(entry => entry.Seq);
    }

    private static DeliveryRow ReadDelivery(NpgsqlDataReader row) => new(
        row.GetInt64(0), LogKey.Seq(row.GetInt64(1)), row.GetInt32(2), (DeliveryState)row.GetInt16(3), row.GetInt16(4), row.GetInt64(5),
        row.Int64OrNull(6), row.Int64OrNull(7), row.Int64OrNull(8), row.Int64OrNull(9), row.TextOrNull(10), row.GetInt32(11), row.IsDBNull(12) ? null : (SurfaceEvidence)row.GetInt16(12));
}
