using System.Collections.Concurrent;
using System.Globalization;
using Npgsql;
using Parley.Server.Statistics;
using Parley.Server.Storage.Sql;

namespace Parley.Server.Storage.Postgres;

/// <summary>Counters in PostgreSQL, outside the writing lane.</summary>
/// <remarks>Several nodes may count at the same time. The row in <c>counted</c> is locked while a part is counted, so each continues where the other
/// stopped.</remarks>
internal sealed class PostgresCountStore(PostgresDatabase database) : ICountStore
{
    /// <summary>Where the next check of open deliveries continues.</summary>
    private readonly ConcurrentDictionary<int, long> _lookedTo = new();

    public ValueTask<bool> CatchUpAsync(int project, CancellationToken cancellationToken) => database.WriteBesideAsync(
        async (connection, cancel) =>
        {
            await connection.Ask(CountSql.Begin, project).RunAsync(cancel);
            if (await connection.Ask($"{CountSql.Place} FOR UPDATE", project).ValueAsync<long>(cancel) is not { } after)
                return false;
            var from = LogKey.Of(project, after);
            var end = (await AskAsync(connection, CountSql.PartEnd, 0, cancel, from, LogKey.Last(project), CountSql.PartSize))[0].Numbers;
            var (to, isPart) = (end[0], end[1] != 0);
            var part = new CountPart();
            await using var batch = new NpgsqlBatch(connection);
            if (to > from)
                await ReadAsync(connection, project, from, to, part, batch, cancel);
            await SettleAsync(connection, project, part, batch, isPart ? CountSql.OpenSizeInBacklog : CountSql.OpenSize, cancel);
            if (to > from)
                Then(batch, CountSql.Advance, project, LogKey.Seq(to), after);
            Add(Into(batch), project, part);
            if (batch.BatchCommands.Count > 0)
                await batch.ExecuteNonQueryAsync(cancel);
            return isPart;
        },
        cancellationToken);

    public ValueTask<IReadOnlyList<CountRow>> AskAsync(
        int project, CountQuestion question, IReadOnlyList<CountRange> ranges, CancellationToken cancellationToken, int? agent = null) =>
        database.ReadAsync<IReadOnlyList<CountRow>>(
            async (connection, cancel) =>
            {
                var values = new List<object?> { project };
                foreach (var range in ranges)
                    values.AddRange([range.Span, range.From, range.To]);
                if (agent is { } number)
                    values.Add((long)number);
                return await AskAsync(connection, CountSql.Text(question, ranges.Count, agent is not null), CountSql.Texts(question), cancel, [.. values]);
            },
            cancellationToken);

    /// <summary>Counts the acknowledgments of messages that are about to be pruned.</summary>
    internal static async ValueTask SettleBetweenAsync(PostgresTransaction transaction, int project, long first, long last)
    {
        if ((await OpenBetweenAsync()).Count == 0)
            return;
        // A node that is counting holds this row. After that, what it counted is no longer open.
        await (await transaction.ReadAsync($"{CountSql.Place} FOR UPDATE", project)).DisposeAsync();
        var open = await OpenBetweenAsync();
        var part = new CountPart();
        part.AddAcknowledged(open);
        foreach (var over in open)
            transaction.Defer(CountSql.RemoveOpen, project, over.Numbers[0]);
        Add((sql, values) => transaction.Defer(sql, values), project, part);

        async ValueTask<List<CountRow>> OpenBetweenAsync()
        {
            await using var rows = await transaction.ReadAsync(CountSql.OpenBetween, project, first, last);
            var read = new List<CountRow>();
            while (await rows.ReadAsync())
                read.Add(Row(rows, 1));
            return read;
        }
    }

    private static async Task ReadAsync(
        NpgsqlConnection connection, int project, long from, long to, CountPart part, NpgsqlBatch batch, CancellationToken cancel)
    {
        part.AddMessages(await AskAsync(connection, CountSql.Sent, 1, cancel, from, to));
        part.AddMessages(await AskAsync(connection, CountSql.Ends, 1, cancel, from, to));
        part.AddReceived(await AskAsync(connection, CountSql.Received, 1, cancel, from, to));
        foreach (var delivery in part.AddSettled(await AskAsync(connection, CountSql.Acknowledged, 1, cancel, from, to)))
            Then(batch, CountSql.AddOpen, project, delivery);
        foreach (var row in await AskAsync(connection, CountSql.SentInExecutions, 1, cancel, from, to))
            Then(batch, CountSql.AddExecution, project, row.Numbers[0], row.Texts[0]!, row.Numbers[1], row.Numbers[2], row.Numbers[3]);
        foreach (var (kind, name, messages, first, last) in RoutingTally.Of(await AskAsync(connection, CountSql.Routed, 1, cancel, from, to)))
            Then(batch, CountSql.AddRouting, project, kind, name, messages, first, last);
    }

    private async Task SettleAsync(NpgsqlConnection connection, int project, CountPart part, NpgsqlBatch batch, int size, CancellationToken cancel)
    {
        var open = await AskAsync(connection, CountSql.Open, 1, cancel, project, _lookedTo.GetValueOrDefault(project), size);
        _lookedTo[project] = open.Count < size ? 0 : open[^1].Numbers[0];
        part.AddAcknowledged(open);
        foreach (var over in open.Where(CountPart.IsOver))
            Then(batch, CountSql.RemoveOpen, project, over.Numbers[0]);
    }

    private static void Add(Action<string, object[]> then, int project, CountPart part)
    {
        foreach (var (key, n) in part.Messages)
            then(CountSql.AddMessages, [project, key.Span, key.At, (int)key.Sender, key.Type, n[0], n[1], n[2], n[3], n[4]]);
        foreach (var (key, n) in part.Deliveries)
            then(CountSql.AddDeliveries, [project, key.Span, key.At, (int)key.Sender, (int)key.Recipient, key.Type, n[0], n[1], n[2], n[3], n[4]]);
    }

    private static Action<string, object[]> Into(NpgsqlBatch batch) => (sql, values) => Then(batch, sql, values);

    private static void Then(NpgsqlBatch batch, string sql, params ReadOnlySpan<object> values)
    {
        var command = new NpgsqlBatchCommand(sql);
        foreach (var value in values)
            command.Parameters.Add(new NpgsqlParameter { Value = value });
        batch.BatchCommands.Add(command);
    }

    private static Task<List<CountRow>> AskAsync(NpgsqlConnection connection, string sql, int texts, CancellationToken cancel, params object?[] values) =>
        connection.Ask(sql, values).ListAsync(row => Row(row, texts), cancel);

    private static CountRow Row(NpgsqlDataReader row, int texts)
    {
        var read = new CountRow(new string?[texts], new long[row.FieldCount - texts]);
        for (var i = 0; i < texts; i++)
            read.Texts[i] = row.TextOrNull(i);
        for (var i = 0; i < read.Numbers.Length; i++)
            read.Numbers[i] = row.IsDBNull(texts + i) ? 0 : Convert.ToInt64(row.GetValue(texts + i), CultureInfo.InvariantCulture);
        return read;
    }
}
