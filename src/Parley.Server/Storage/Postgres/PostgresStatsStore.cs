using Parley.Protocol;
using Parley.Server.Monitoring;
using Parley.Server.Storage.Sql;

namespace Parley.Server.Storage.Postgres;

/// <summary>Counters in PostgreSQL: those of projects, which each transaction updates, and the server's availability.</summary>
internal sealed class PostgresStatsStore(PostgresDatabase database) : IStatsStore, IAvailabilityStore
{
    public async ValueTask<MessageStats> TotalsAsync(int project, CancellationToken cancellationToken) =>
        await database.ReadAsync(
            async (connection, cancellation) => await connection.Ask(StatsSql.Totals, project)
                .FindAsync(
                    row => new MessageStats
                    {
                        Sent = row.GetInt64(0),
                        Delivered = row.GetInt64(1),
                        Acknowledged = row.GetInt64(2),
                        Dead = row.GetInt64(3),
                        Expired = row.GetInt64(4),
                    },
                    cancellation),
            cancellationToken) ?? new MessageStats();

    public ValueTask<IReadOnlyDictionary<int, long>> SentAsync(CancellationToken cancellationToken) =>
        database.ReadAsync<IReadOnlyDictionary<int, long>>(
            static async (connection, cancellation) =>
                (await connection.Ask(StatsSql.Sent).ListAsync(row => (Number: row.GetInt32(0), Sent: row.GetInt64(1)), cancellation))
                .ToDictionary(row => row.Number, row => row.Sent),
            cancellationToken);

    public ValueTask<(DateTimeOffset FirstStart, TimeSpan Ready)> AddReadyAsync(TimeSpan time, DateTimeOffset now, CancellationToken cancellationToken) =>
        database.Writer.WriteAsync(
            async transaction =>
            {
                await using var row = await transaction.ReadAsync(StatsSql.AddReady, now, (long)time.TotalMilliseconds);
                _ = await row.ReadAsync(CancellationToken.None);
                return (row.Time(0), TimeSpan.FromMilliseconds(row.GetInt64(1)));
            },
            cancellationToken);
}
