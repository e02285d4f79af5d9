using Npgsql;
using Parley.Server.Storage.Sql;
using Parley.Server.Webhooks;

namespace Parley.Server.Storage.Postgres;

/// <summary>Places of webhooks in PostgreSQL.</summary>
internal sealed class PostgresWebhookStore(PostgresDatabase database) : IWebhookStore
{
    public ValueTask<IReadOnlyList<WebhookPlace>> ListAsync(int project, CancellationToken cancellationToken) =>
        database.ReadAsync<IReadOnlyList<WebhookPlace>>(
            async (connection, cancel) => await connection.Ask(WebhookSql.List, LogKey.First(project), LogKey.Last(project)).ListAsync(Read, cancel), cancellationToken);

    public ValueTask<WebhookPlace?> FindAsync(int project, long made, CancellationToken cancellationToken) =>
        database.ReadAsync((connection, cancel) => connection.Ask(WebhookSql.Find, LogKey.Of(project, made)).FindAsync(Read, cancel), cancellationToken);

    public async ValueTask SaveAsync(int project, IReadOnlyList<WebhookPlace> places, CancellationToken cancellationToken) =>
        await database.Writer.WriteAsync(
            transaction =>
            {
                foreach (var place in places)
                {
                    transaction.Defer(
                        WebhookSql.Save,
                        LogKey.Of(project, place.Made), place.Seq, place.Missed, place.Failures, place.LastAttemptAt, place.LastSuccessAt, place.LastStatus,
                        place.NextAttemptAt, place.LastError);
                }

                return Task.FromResult(true);
            },
            cancellationToken);

    public async ValueTask ResetAsync(int project, long made, CancellationToken cancellationToken) =>
        await database.Writer.WriteAsync(transaction => transaction.RunAsync(WebhookSql.Reset, LogKey.Of(project, made)), cancellationToken);

    public async ValueTask ForgetAsync(int project, long made, CancellationToken cancellationToken) =>
        await database.Writer.WriteAsync(transaction => transaction.RunAsync(WebhookSql.Forget, LogKey.Of(project, made)), cancellationToken);

    private static WebhookPlace Read(NpgsqlDataReader row) => new(
        LogKey.Seq(row.GetInt64(0)), row.GetInt64(1), row.GetInt64(2), row.GetInt32(3), row.Int64OrNull(4), row.Int64OrNull(5),
        row.IsDBNull(6) ? null : row.GetInt32(6), row.Int64OrNull(7), row.TextOrNull(8));
}
