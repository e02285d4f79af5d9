using Parley.Protocol;
using Parley.Server.Security;
using Parley.Server.Storage.Sql;

namespace Parley.Server.Storage.Sqlite;

/// <summary>Tokens, opened tickets, and signing keys in SQLite.</summary>
internal sealed class SqliteTokenStore(SqliteDatabase database) : ITokenStore
{
    public ValueTask<IReadOnlyList<StoredToken>> LoadAsync(CancellationToken cancellationToken) => database.Readers.ReadAsync<IReadOnlyList<StoredToken>>(
        static connection =>
        {
            var tokens = new List<StoredToken>();
            var statement = connection.Prepare(TokenSql.Load);
            while (statement.Step())
                tokens.Add(ReadToken(statement));
            return tokens;
        },
        cancellationToken);

    public async ValueTask AddAsync(StoredToken token, IReadOnlyList<string> revoked, DateTimeOffset at, CancellationToken cancellationToken) =>
        await database.Writer.WriteAsync(
            connection =>
            {
                Revoke(connection, revoked, at);
                DeleteTickets(connection, token.TokenId);
                return connection.Prepare($"INSERT OR REPLACE INTO tokens ({TokenSql.Columns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, NULL)")
                    .Bind(1, token.TokenId)
                    .Bind(2, token.Kind.ToString().ToLowerInvariant())
                    .BindBlob(3, token.Hash.ToArray())
                    .Bind(4, token.ProjectId)
                    .Bind(5, token.AgentId)
                    .Bind(6, token.CreatedAt.ToUnixTimeMilliseconds())
                    .Bind(7, token.ExpiresAt?.ToUnixTimeMilliseconds())
                    .Bind(8, token.LastUsedAt?.ToUnixTimeMilliseconds())
                    .Run();
            },
            cancellationToken);

    public async ValueTask RevokeAsync(IReadOnlyList<string> tokenIds, DateTimeOffset at, CancellationToken cancellationToken) =>
        await database.Writer.WriteAsync(connection => Revoke(connection, tokenIds, at), cancellationToken, weight: tokenIds.Count);

    public async ValueTask TouchAsync(IReadOnlyDictionary<string, DateTimeOffset> lastUsed, CancellationToken cancellationToken) =>
        await database.Writer.WriteAsync(
            connection =>
            {
                var statement = connection.Prepare("UPDATE tokens SET last_used_at = ? WHERE token_id = ?");
                foreach (var (tokenId, at) in lastUsed)
                    statement.Bind(1, at.ToUnixTimeMilliseconds()).Bind(2, tokenId).Run();
                return lastUsed.Count;
            },
            cancellationToken,
            weight: lastUsed.Count);

    public ValueTask<bool> WasUsedAsync(IReadOnlyList<string> tokenIds, CancellationToken cancellationToken) => database.Readers.ReadAsync(
        connection => tokenIds.Any(tokenId =>
        {
            var statement = connection.Prepare("SELECT 1 FROM tokens WHERE token_id = ? AND last_used_at IS NOT NULL").Bind(1, tokenId);
            var found = statement.Step();
            statement.Reset();
            return found;
        }),
        cancellationToken);

    public async ValueTask PruneAsync(DateTimeOffset before, CancellationToken cancellationToken) =>
        await database.Writer.WriteAsync(
            connection =>
            {
                var at = before.ToUnixTimeMilliseconds();
                connection.Prepare(TokenSql.Prune).Bind(1, at).Bind(2, BootstrapTokens.AdminId).Bind(3, BootstrapTokens.JoinId).Run();
                return connection.Prepare(TokenSql.PruneTickets).Bind(1, at).Run();
            },
            cancellationToken);

    public ValueTask<byte[]> KeepKeyAsync(string name, byte[] candidate, CancellationToken cancellationToken) => database.Writer.WriteAsync(
        connection =>
        {
            connection.Prepare(TokenSql.KeepKey).Bind(1, name).BindBlob(2, candidate).Run();
            var statement = connection.Prepare(TokenSql.FindKey).Bind(1, name);
            statement.Step();
            var key = statement.Blob(0).ToArray();
            statement.Reset();
            return key;
        },
        cancellationToken);

    public ValueTask<IReadOnlyList<OpenedTicket>> LoadOpenedTicketsAsync(DateTimeOffset now, CancellationToken cancellationToken) => database.Writer.WriteAsync<IReadOnlyList<OpenedTicket>>(
        connection =>
        {
            connection.Prepare("UPDATE opened_tickets SET opened_at = ?1 WHERE opened_at = ?2")
                .Bind(1, now.ToUnixTimeMilliseconds()).Bind(2, OpenedTicket.StillOpen.ToUnixTimeMilliseconds()).Run();
            var tickets = new List<OpenedTicket>();
            var statement = connection.Prepare(TokenSql.LoadTickets);
            while (statement.Step())
                tickets.Add(ReadTicket(statement));
            return tickets;
        },
        cancellationToken);

    public ValueTask<OpenedTicket?> FindTicketAsync(string ticketId, CancellationToken cancellationToken) => database.Readers.ReadAsync(
        connection =>
        {
            var statement = connection.Prepare(TokenSql.FindTicket).Bind(1, ticketId);
            var found = statement.Step() ? ReadTicket(statement) : null;
            statement.Reset();
            return found;
        },
        cancellationToken);

    public ValueTask<bool> TryOpenTicketAsync(OpenedTicket ticket, CancellationToken cancellationToken) => database.Writer.WriteAsync(
        connection => connection.Prepare("INSERT INTO opened_tickets (ticket, token_id, opened_at) VALUES (?1, ?2, ?3) ON CONFLICT (ticket) DO NOTHING").Bind(1, ticket.Id).Bind(2, ticket.TokenId).Bind(3, ticket.LastOpen.ToUnixTimeMilliseconds()).Run() > 0,
        cancellationToken);

    public async ValueTask KeepTicketAsync(OpenedTicket ticket, CancellationToken cancellationToken) => await database.Writer.WriteAsync(
        connection => connection.Prepare("UPDATE opened_tickets SET opened_at = ?2 WHERE ticket = ?1").Bind(1, ticket.Id).Bind(2, ticket.LastOpen.ToUnixTimeMilliseconds()).Run(),
        cancellationToken);

    public async ValueTask ForgetTicketsAsync(IReadOnlyList<string> ticketIds, CancellationToken cancellationToken) =>
        await database.Writer.WriteAsync(
            connection =>
            {
                foreach (var id in ticketIds)
                    connection.Prepare("DELETE FROM opened_tickets WHERE ticket = ?").Bind(1, id).Run();
                return ticketIds.Count;
            },
            cancellationToken,
            weight: ticketIds.Count);

    private static int Revoke(SqliteConnection connection, IReadOnlyList<string> tokenIds, DateTimeOffset at)
    {
        foreach (var tokenId in tokenIds)
        {
            connection.Prepare("UPDATE tokens SET revoked_at = ? WHERE token_id = ? AND revoked_at IS NULL")
                .Bind(1, at.ToUnixTimeMilliseconds()).Bind(2, tokenId).Run();
            DeleteTickets(connection, tokenId);
        }

        return tokenIds.Count;
    }

    private static void DeleteTickets(SqliteConnection connection, string tokenId) => connection.Prepare(TokenSql.DeleteTicketsOf).Bind(1, tokenId).Run();

    private static OpenedTicket ReadTicket(SqliteStatement row) =>
        new(row.Text(0)!, row.Text(1)!, DateTimeOffset.FromUnixTimeMilliseconds(row.Int64(2)));

    private static StoredToken ReadToken(SqliteStatement row) => new()
    {
        TokenId = row.Text(0)!,
        Kind = Enum.Parse<TokenKind>(row.Text(1)!, ignoreCase: true),
        Hash = new TokenHash(row.Blob(2)),
        ProjectId = row.Text(3),
        AgentId = row.Text(4),
        CreatedAt = DateTimeOffset.FromUnixTimeMilliseconds(row.Int64(5)),
        ExpiresAt = Time(row.NullableInt64(6)),
        LastUsedAt = Time(row.NullableInt64(7)),
        RevokedAt = Time(row.NullableInt64(8)),
    };

    private static DateTimeOffset? Time(long? milliseconds) => milliseconds is { } value ? DateTimeOffset.FromUnixTimeMilliseconds(value) : null;
}
