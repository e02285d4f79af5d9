using Parley.Server.Idempotency;
using Parley.Server.Storage.Sql;

namespace Parley.Server.Storage.Postgres;

/// <summary>Idempotency keys of creations in PostgreSQL, in the same table as those of sends.</summary>
internal sealed class PostgresIdempotencyStore(PostgresDatabase database) : IIdempotencyStore
{
    public ValueTask<KeptAnswer?> FindAsync(CreationKey key, DateTimeOffset since, CancellationToken cancellationToken) =>
        database.ReadAsync(
            async (connection, cancellation) => await connection.Ask(
                    IdempotencySql.Find,
                    key.Project, key.Caller, key.Key, since.ToUnixTimeMilliseconds())
                .FindAsync(row => new KeptAnswer(row.GetInt64(0), row.IsDBNull(1) ? null : row.GetFieldValue<byte[]>(1)), cancellation),
            cancellationToken);

    public ValueTask<bool> ReserveAsync(CreationKey key, KeptAnswer pending, DateTimeOffset at, DateTimeOffset since, CancellationToken cancellationToken) =>
        database.Writer.WriteAsync(
            async transaction => await transaction.RunAsync(
                IdempotencySql.Reserve,
                key.Project, key.Caller, key.Key, pending.Fingerprint, at.ToUnixTimeMilliseconds(), pending.Answer, since.ToUnixTimeMilliseconds()) > 0,
            cancellationToken);

    public async ValueTask KeepAsync(CreationKey key, KeptAnswer answer, DateTimeOffset at, CancellationToken cancellationToken) =>
        await database.Writer.WriteAsync(
            async transaction =>
            {
                transaction.Defer(
                    IdempotencySql.Keep, key.Project, key.Caller, key.Key, answer.Fingerprint, at.ToUnixTimeMilliseconds(), answer.Answer);
                return true;
            },
            cancellationToken);

    public async ValueTask<CreationKey?> PruneAsync(DateTimeOffset before, CreationKey? after, int max, CancellationToken cancellationToken)
    {
        var from = after ?? new CreationKey(int.MinValue, "", "");
        var looked = await database.WriteBesideAsync(
            async (connection, cancellation) => await connection.Ask(
                    // The DELETE checks again whether a key was used in the meantime; then it is not old.
                    """
                    WITH looked AS (
                        SELECT project, caller, key FROM idempotency WHERE (project, caller, key) > ($1, $2, $3) ORDER BY project, caller, key LIMIT $4),
                    forgotten AS (
                        DELETE FROM idempotency i USING looked l
                        WHERE i.project = l.project AND i.caller = l.caller AND i.key = l.key AND i.at <= $5)
                    SELECT project, caller, key FROM looked ORDER BY project, caller, key
                    """,
                    from.Project, from.Caller, from.Key, max, before.ToUnixTimeMilliseconds())
                .ListAsync(row => new CreationKey(row.GetInt32(0), row.GetString(1), row.GetString(2)), cancellation),
            cancellationToken);
        return looked.Count == max ? looked[^1] : null;
    }
}
