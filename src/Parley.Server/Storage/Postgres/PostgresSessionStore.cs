using Npgsql;
using Parley.Server.Security;
using Parley.Server.SignIn;
using Parley.Server.Storage.Sql;

namespace Parley.Server.Storage.Postgres;

/// <summary>The sessions of browsers in PostgreSQL.</summary>
internal sealed class PostgresSessionStore(PostgresDatabase database) : ISessionStore
{
    public ValueTask<bool> TryAddAsync(Session session, CancellationToken cancellationToken) => database.Writer.WriteAsync(
        async transaction => await transaction.RunAsync(
            SessionSql.Add, session.SessionId, session.Hash.ToArray(), session.TicketId, session.TokenId, session.TokenCreatedAt, session.CreatedAt,
            session.ExpiresAt, session.LastUsedAt) > 0,
        cancellationToken);

    public ValueTask<Session?> FindAsync(TokenHash hash, CancellationToken cancellationToken) => database.ReadAsync(
        async (connection, cancellation) => await connection.Ask(SessionSql.Find, [hash.ToArray()]).FindAsync(Read, cancellation), cancellationToken);

    public async ValueTask EndAsync(string sessionId, DateTimeOffset at, CancellationToken cancellationToken) =>
        await database.Writer.WriteAsync(
            async transaction =>
            {
                transaction.Defer(SessionSql.End, sessionId, at);
                return true;
            },
            cancellationToken);

    public async ValueTask TouchAsync(IReadOnlyDictionary<string, DateTimeOffset> lastUsed, CancellationToken cancellationToken) =>
        await database.Writer.WriteAsync(
            async transaction =>
            {
                transaction.Defer(
                    "UPDATE sessions s SET last_used_at = greatest(s.last_used_at, u.at) FROM unnest($1, $2) AS u (session_id, at) WHERE s.session_id = u.session_id",
                    lastUsed.Keys.ToArray(), lastUsed.Values.ToArray());
                return true;
            },
            cancellationToken,
            weight: lastUsed.Count);

    public async ValueTask PruneAsync(DateTimeOffset before, CancellationToken cancellationToken) =>
        await database.Writer.WriteAsync(
            async transaction =>
            {
                transaction.Defer(SessionSql.Prune, before);
                return true;
            },
            cancellationToken);

    private static Session Read(NpgsqlDataReader row) => new()
    {
        SessionId = row.GetString(0),
        Hash = new TokenHash(row.GetFieldValue<byte[]>(1)),
        TicketId = row.GetString(2),
        TokenId = row.GetString(3),
        TokenCreatedAt = row.Time(4),
        CreatedAt = row.Time(5),
        ExpiresAt = row.Time(6),
        LastUsedAt = row.Time(7),
        EndedAt = row.TimeOrNull(8),
    };
}
