using Parley.Protocol;
using Parley.Server.Monitoring;
using Parley.Server.Storage.Sql;

namespace Parley.Server.Storage.Sqlite;

/// <summary>Counters in SQLite: those of projects, which the log's cursor writes in each transaction, and the server's availability.</summary>
internal sealed class SqliteStatsStore(SqliteDatabase database) : IStatsStore, IAvailabilityStore
{
    public ValueTask<MessageStats> TotalsAsync(int project, CancellationToken cancellationToken) =>
        database.Readers.ReadAsync(
            connection =>
            {
                var row = connection.Prepare(StatsSql.Totals).Bind(1, project);
                if (!row.Step())
                    return new MessageStats();
                var totals = new MessageStats
                {
                    Sent = row.Int64(0),
                    Delivered = row.Int64(1),
                    Acknowledged = row.Int64(2),
                    Dead = row.Int64(3),
                    Expired = row.Int64(4),
                };
                row.Reset();
                return totals;
            },
            cancellationToken);

    public ValueTask<IReadOnlyDictionary<int, long>> SentAsync(CancellationToken cancellationToken) =>
        database.Readers.ReadAsync<IReadOnlyDictionary<int, long>>(
            connection =>
            {
                var sent = new Dictionary<int, long>();
                var rows = connection.Prepare(StatsSql.Sent);
                while (rows.Step())
                    sent[rows.Int32(0)] = rows.Int64(1);
                return sent;
            },
            cancellationToken);

    public ValueTask<(DateTimeOffset FirstStart, TimeSpan Ready)> AddReadyAsync(TimeSpan time, DateTimeOffset now, CancellationToken cancellationToken) =>
        database.Writer.WriteAsync(
            connection =>
            {
                var row = connection.Prepare(StatsSql.AddReady).Bind(1, now.ToUnixTimeMilliseconds()).Bind(2, (long)time.TotalMilliseconds);
                _ = row.Step();
                var kept = (DateTimeOffset.FromUnixTimeMilliseconds(row.Int64(0)), TimeSpan.FromMilliseconds(row.Int64(1)));
                row.Reset();
                return kept;
            },
            cancellationToken);
}
