using Parley.Server.Storage.Sql;
using Parley.Server.Webhooks;

namespace Parley.Server.Storage.Sqlite;

/// <summary>Places of webhooks in SQLite.</summary>
internal sealed class SqliteWebhookStore(SqliteDatabase database) : IWebhookStore
{
    public ValueTask<IReadOnlyList<WebhookPlace>> ListAsync(int project, CancellationToken cancellationToken) =>
        database.Readers.ReadAsync<IReadOnlyList<WebhookPlace>>(
            connection => All(connection.Prepare(WebhookSql.List).Bind(1, LogKey.First(project)).Bind(2, LogKey.Last(project))), cancellationToken);

    public ValueTask<WebhookPlace?> FindAsync(int project, long made, CancellationToken cancellationToken) =>
        database.Readers.ReadAsync(
            connection => All(connection.Prepare(WebhookSql.Find).Bind(1, LogKey.Of(project, made))) is [var only] ? only : null, cancellationToken);

    public async ValueTask SaveAsync(int project, IReadOnlyList<WebhookPlace> places, CancellationToken cancellationToken) =>
        await database.Writer.WriteAsync(
            connection =>
            {
                foreach (var place in places)
                {
                    connection.Prepare(WebhookSql.Save)
                        .Bind(1, LogKey.Of(project, place.Made)).Bind(2, place.Seq).Bind(3, place.Missed).Bind(4, place.Failures).Bind(5, place.LastAttemptAt)
                        .Bind(6, place.LastSuccessAt).Bind(7, place.LastStatus).Bind(8, place.NextAttemptAt).Bind(9, place.LastError)
                        .Run();
                }

                return true;
            },
            cancellationToken);

    public async ValueTask ResetAsync(int project, long made, CancellationToken cancellationToken) =>
        await database.Writer.WriteAsync(connection => connection.Prepare(WebhookSql.Reset).Bind(1, LogKey.Of(project, made)).Run(), cancellationToken);

    public async ValueTask ForgetAsync(int project, long made, CancellationToken cancellationToken) =>
        await database.Writer.WriteAsync(connection => connection.Prepare(WebhookSql.Forget).Bind(1, LogKey.Of(project, made)).Run(), cancellationToken);

    private static List<WebhookPlace> All(SqliteStatement rows)
    {
        var all = new List<WebhookPlace>();
        while (rows.Step())
        {
            all.Add(new WebhookPlace(
                LogKey.Seq(rows.Int64(0)), rows.Int64(1), rows.Int64(2), rows.Int32(3), rows.NullableInt64(4), rows.NullableInt64(5), (int?)rows.NullableInt64(6),
                rows.NullableInt64(7), rows.Text(8)));
        }

        return all;
    }
}
