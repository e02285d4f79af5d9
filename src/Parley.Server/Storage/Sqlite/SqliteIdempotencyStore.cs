using Parley.Server.Idempotency;
using Parley.Server.Storage.Sql;

namespace Parley.Server.Storage.Sqlite;

/// <summary>Idempotency keys of creations in SQLite, in the same table as those of sends.</summary>
internal sealed class SqliteIdempotencyStore(SqliteDatabase database) : IIdempotencyStore
{
    public ValueTask<KeptAnswer?> FindAsync(CreationKey key, DateTimeOffset since, CancellationToken cancellationToken) =>
        database.Readers.ReadAsync(
            connection =>
            {
                var row = connection.Prepare(IdempotencySql.Find)
                    .Bind(1, key.Project).Bind(2, key.Caller).Bind(3, key.Key).Bind(4, since.ToUnixTimeMilliseconds());
                if (!row.Step())
                    return null;
                var kept = new KeptAnswer(row.Int64(0), row.IsNull(1) ? null : row.Blob(1).ToArray());
                row.Reset();
                return kept;
            },
            cancellationToken);

    public ValueTask<bool> ReserveAsync(CreationKey key, KeptAnswer pending, DateTimeOffset at, DateTimeOffset since, CancellationToken cancellationToken) =>
        database.Writer.WriteAsync(
            connection => Bind(connection.Prepare(IdempotencySql.Reserve), key, pending, at).Bind(7, since.ToUnixTimeMilliseconds()).Run() > 0,
            cancellationToken);

    public async ValueTask KeepAsync(CreationKey key, KeptAnswer answer, DateTimeOffset at, CancellationToken cancellationToken) =>
        await database.Writer.WriteAsync(
            connection => Bind(connection.Prepare(IdempotencySql.Keep), key, answer, at).Run(), cancellationToken);

    private static SqliteStatement Bind(SqliteStatement statement, CreationKey key, KeptAnswer answer, DateTimeOffset at) => statement
        .Bind(1, key.Project).Bind(2, key.Caller).Bind(3, key.Key).Bind(4, answer.Fingerprint).Bind(5, at.ToUnixTimeMilliseconds()).BindBlob(6, answer.Answer);

    public async ValueTask<CreationKey?> PruneAsync(DateTimeOffset before, CreationKey? after, int max, CancellationToken cancellationToken)
    {
        var (old, last) = await database.Readers.ReadAsync(connection => Look(connection, before, after, max), cancellationToken);
        if (old.Count > 0)
        {
            await database.Writer.WriteAsync(
                connection =>
                {
                    foreach (var key in old)
                    {
                        // The key may have been used again since it was read; then it is not old.
                        connection.Prepare("DELETE FROM idempotency WHERE project = ?1 AND caller = ?2 AND key = ?3 AND at <= ?4")
                            .Bind(1, key.Project).Bind(2, key.Caller).Bind(3, key.Key).Bind(4, before.ToUnixTimeMilliseconds()).Run();
                    }

                    return old.Count;
                },
                cancellationToken,
                weight: old.Count);
        }

        return last;
    }

    private static (List<CreationKey> Old, CreationKey? Last) Look(SqliteConnection connection, DateTimeOffset before, CreationKey? after, int max)
    {
        var from = after ?? new CreationKey(int.MinValue, "", "");
        var rows = connection.Prepare(
                "SELECT project, caller, key, at FROM idempotency WHERE (project, caller, key) > (?1, ?2, ?3) ORDER BY project, caller, key LIMIT ?4")
            .Bind(1, from.Project).Bind(2, from.Caller).Bind(3, from.Key).Bind(4, max);
        var old = new List<CreationKey>();
        var looked = 0;
        CreationKey last = default;
        for (; rows.Step(); looked++)
        {
            last = new CreationKey(rows.Int32(0), rows.Text(1)!, rows.Text(2)!);
            if (rows.Int64(3) <= before.ToUnixTimeMilliseconds())
                old.Add(last);
        }

        return (old, looked == max ? last : null);
    }
}
