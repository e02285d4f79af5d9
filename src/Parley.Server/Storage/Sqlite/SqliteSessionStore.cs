using Parley.Server.Security;
using Parley.Server.SignIn;
using Parley.Server.Storage.Sql;

namespace Parley.Server.Storage.Sqlite;

/// <summary>The sessions of browsers in SQLite.</summary>
internal sealed class SqliteSessionStore(SqliteDatabase database) : ISessionStore
{
    public ValueTask<bool> TryAddAsync(Session session, CancellationToken cancellationToken) => database.Writer.WriteAsync(
        connection => connection.Prepare(SessionSql.Add)
            .Bind(1, session.SessionId)
            .BindBlob(2, session.Hash.ToArray())
            .Bind(3, session.TicketId)
            .Bind(4, session.TokenId)
            .Bind(5, session.TokenCreatedAt.ToUnixTimeMilliseconds())
            .Bind(6, session.CreatedAt.ToUnixTimeMilliseconds())
            .Bind(7, session.ExpiresAt.ToUnixTimeMilliseconds())
            .Bind(8, session.LastUsedAt.ToUnixTimeMilliseconds())
            .Run() > 0,
        cancellationToken);

    public ValueTask<Session?> FindAsync(TokenHash hash, CancellationToken cancellationToken) => database.Readers.ReadAsync(
        connection =>
        {
            var statement = connection.Prepare(SessionSql.Find).BindBlob(1, hash.ToArray());
            var found = statement.Step() ? Read(statement) : null;
            statement.Reset();
            return found;
        },
        cancellationToken);

    public async ValueTask EndAsync(string sessionId, DateTimeOffset at, CancellationToken cancellationToken) =>
        await database.Writer.WriteAsync(connection => connection.Prepare(SessionSql.End).Bind(1, sessionId).Bind(2, at.ToUnixTimeMilliseconds()).Run(), cancellationToken);

    public async ValueTask TouchAsync(IReadOnlyDictionary<string, DateTimeOffset> lastUsed, CancellationToken cancellationToken) =>
        await database.Writer.WriteAsync(
            connection =>
            {
                var statement = connection.Prepare("UPDATE sessions SET last_used_at = max(last_used_at, ?2) WHERE session_id = ?1");
                foreach (var (sessionId, at) in lastUsed)
                    statement.Bind(1, sessionId).Bind(2, at.ToUnixTimeMilliseconds()).Run();
                return lastUsed.Count;
            },
            cancellationToken,
            weight: lastUsed.Count);

    public async ValueTask PruneAsync(DateTimeOffset before, CancellationToken cancellationToken) =>
        await database.Writer.WriteAsync(connection => connection.Prepare(SessionSql.Prune).Bind(1, before.ToUnixTimeMilliseconds()).Run(), cancellationToken);

    private static Session Read(SqliteStatement row) => new()
    {
        SessionId = row.Text(0)!,
        Hash = new TokenHash(row.Blob(1)),
        TicketId = row.Text(2)!,
        TokenId = row.Text(3)!,
        TokenCreatedAt = DateTimeOffset.FromUnixTimeMilliseconds(row.Int64(4)),
        CreatedAt = DateTimeOffset.FromUnixTimeMilliseconds(row.Int64(5)),
        ExpiresAt = DateTimeOffset.FromUnixTimeMilliseconds(row.Int64(6)),
        LastUsedAt = DateTimeOffset.FromUnixTimeMilliseconds(row.Int64(7)),
        EndedAt = row.NullableInt64(8) is { } at ? DateTimeOffset.FromUnixTimeMilliseconds(at) : null,
    };
}
