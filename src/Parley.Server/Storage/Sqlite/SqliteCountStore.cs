using System.Collections.Concurrent;
using Parley.Server.Statistics;
using Parley.Server.Storage.Sql;

namespace Parley.Server.Storage.Sqlite;

/// <summary>Counters in SQLite. Readers add up the counts, and the writer only stores a few sums, so senders hardly notice.</summary>
internal sealed class SqliteCountStore(SqliteDatabase database) : ICountStore
{
    /// <summary>How many deliveries one transaction of the writer settles.</summary>
    private const int SettledAtOnce = 250;

    /// <summary>Where the next check of open deliveries continues.</summary>
    private readonly ConcurrentDictionary<int, long> _lookedTo = new();

    public async ValueTask<bool> CatchUpAsync(int project, CancellationToken cancellationToken)
    {
        var after = await database.Readers.ReadAsync(connection => connection.Prepare(CountSql.Place).Bind(1, project).Scalar() ?? 0, cancellationToken);
        var read = await database.Readers.ReadAsync(connection => Read(connection, project, after), cancellationToken);
        if (read.UpTo > after)
            await database.Writer.WriteAsync(connection => Store(connection, project, after, read), cancellationToken);
        await SettleAsync(project, read.IsPart ? CountSql.OpenSizeInBacklog : CountSql.OpenSize, cancellationToken);
        return read.IsPart;
    }

    public ValueTask<IReadOnlyList<CountRow>> AskAsync(
        int project, CountQuestion question, IReadOnlyList<CountRange> ranges, CancellationToken cancellationToken, int? agent = null) =>
        database.Readers.ReadAsync<IReadOnlyList<CountRow>>(
            connection =>
            {
                var values = new List<long> { project };
                foreach (var range in ranges)
                    values.AddRange([range.Span, range.From, range.To]);
                if (agent is { } number)
                    values.Add(number);
                return Ask(connection, CountSql.Text(question, ranges.Count, agent is not null), CountSql.Texts(question), [.. values]);
            },
            cancellationToken);

    private static Counted Read(SqliteConnection connection, int project, long after)
    {
        var from = LogKey.Of(project, after);
        var end = Ask(connection, CountSql.PartEnd, 0, from, LogKey.Last(project), CountSql.PartSize)[0].Numbers;
        var to = end[0];
        var part = new CountPart();
        part.AddMessages(Ask(connection, CountSql.Sent, 1, from, to));
        part.AddMessages(Ask(connection, CountSql.Ends, 1, from, to));
        part.AddReceived(Ask(connection, CountSql.Received, 1, from, to));
        var open = part.AddSettled(Ask(connection, CountSql.Acknowledged, 1, from, to));
        return new Counted(LogKey.Seq(to), part, Ask(connection, CountSql.SentInExecutions, 1, from, to), open)
        {
            IsPart = end[1] != 0,
            Routing = Ask(connection, CountSql.Routed, 1, from, to),
        };
    }

    /// <summary>Counts the acknowledgments of messages that are about to be pruned.</summary>
    internal static void SettleBetween(SqliteConnection connection, int project, long first, long last) =>
        Settle(connection, project, Ask(connection, CountSql.OpenBetween, 1, project, first, last));

    /// <returns>False if somebody else has already counted this part.</returns>
    private static bool Store(SqliteConnection connection, int project, long after, Counted read)
    {
        connection.Prepare(CountSql.Begin).Bind(1, project).Run();
        if (connection.Prepare(CountSql.Advance).Bind(1, project).Bind(2, read.UpTo).Bind(3, after).Run() == 0)
            return false;
        Add(connection, project, read.Part);
        foreach (var row in read.Executions)
        {
            connection.Prepare(CountSql.AddExecution).Bind(1, project).Bind(2, row.Numbers[0]).Bind(3, row.Texts[0])
                .Bind(4, row.Numbers[1]).Bind(5, row.Numbers[2]).Bind(6, row.Numbers[3]).Run();
        }

        foreach (var (kind, name, messages, first, last) in RoutingTally.Of(read.Routing))
        {
            connection.Prepare(CountSql.AddRouting).Bind(1, project).Bind(2, kind).Bind(3, name).Bind(4, messages).Bind(5, first).Bind(6, last).Run();
        }

        foreach (var delivery in read.Open)
            connection.Prepare(CountSql.AddOpen).Bind(1, project).Bind(2, delivery).Run();
        return true;
    }

    /// <summary>Counts the acknowledgments of a limited number of open deliveries, starting where the last check ended.</summary>
    private async ValueTask SettleAsync(int project, int size, CancellationToken cancellationToken)
    {
        var after = _lookedTo.GetValueOrDefault(project);
        var open = await database.Readers.ReadAsync(connection => Ask(connection, CountSql.Open, 1, project, after, size), cancellationToken);
        _lookedTo[project] = open.Count < size ? 0 : open[^1].Numbers[0];
        foreach (var over in open.Where(CountPart.IsOver).Chunk(SettledAtOnce))
            await database.Writer.WriteAsync(connection => Settle(connection, project, over), cancellationToken);
    }

    private static int Settle(SqliteConnection connection, int project, IReadOnlyList<CountRow> over)
    {
        var part = new CountPart();
        // Whoever removes a row counts it.
        part.AddAcknowledged(over.Where(row => connection.Prepare(CountSql.RemoveOpen).Bind(1, project).Bind(2, row.Numbers[0]).Run() > 0));
        Add(connection, project, part);
        return over.Count;
    }

    private static void Add(SqliteConnection connection, int project, CountPart part)
    {
        foreach (var (key, n) in part.Messages)
        {
            connection.Prepare(CountSql.AddMessages).Bind(1, project).Bind(2, key.Span).Bind(3, key.At).Bind(4, key.Sender).Bind(5, key.Type)
                .Bind(6, n[0]).Bind(7, n[1]).Bind(8, n[2]).Bind(9, n[3]).Bind(10, n[4]).Run();
        }

        foreach (var (key, n) in part.Deliveries)
        {
            connection.Prepare(CountSql.AddDeliveries).Bind(1, project).Bind(2, key.Span).Bind(3, key.At).Bind(4, key.Sender).Bind(5, key.Recipient)
                .Bind(6, key.Type).Bind(7, n[0]).Bind(8, n[1]).Bind(9, n[2]).Bind(10, n[3]).Bind(11, n[4]).Run();
        }
    }

    private static List<CountRow> Ask(SqliteConnection connection, string sql, int texts, params ReadOnlySpan<long> values)
    {
        var rows = connection.Prepare(sql);
        for (var i = 0; i < values.Length; i++)
            rows.Bind(i + 1, values[i]);
        var answer = new List<CountRow>();
        while (rows.Step())
        {
            var row = new CountRow(new string?[texts], new long[rows.Columns - texts]);
            for (var i = 0; i < texts; i++)
                row.Texts[i] = rows.Text(i);
            for (var i = 0; i < row.Numbers.Length; i++)
                row.Numbers[i] = rows.Int64(texts + i);
            answer.Add(row);
        }

        return answer;
    }

    /// <param name="Open">Deliveries of the part that may still be acknowledged.</param>
    private sealed record Counted(long UpTo, CountPart Part, List<CountRow> Executions, IReadOnlyList<long> Open)
    {
        internal bool IsPart { get; init; }

        internal required List<CountRow> Routing { get; init; }
    }
}
