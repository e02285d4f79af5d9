using Npgsql;
using Parley.Protocol;
using Parley.Server.Security;
using Parley.Server.Storage.Sql;

namespace Parley.Server.Storage.Postgres;

/// <summary>Tokens, opened tickets and signing keys in PostgreSQL.</summary>
internal sealed class PostgresTokenStore(PostgresDatabase database) : ITokenStore
{
    public ValueTask<IReadOnlyList<StoredToken>> LoadAsync(CancellationToken cancellationToken) =>
        database.ReadAsync<IReadOnlyList<StoredToken>>(
            static async (connection, cancellation) => await connection.Ask(TokenSql.Load).ListAsync(Read, cancellation), cancellationToken);

    public async ValueTask AddAsync(StoredToken token, IReadOnlyList<string> revoked, DateTimeOffset at, CancellationToken cancellationToken) =>
        await database.Writer.WriteAsync(
            async transaction =>
            {
                Revoke(transaction, revoked, at);
                transaction.Defer(TokenSql.DeleteTicketsOf, token.TokenId);
                transaction.Defer(
                    $"""
                    INSERT INTO tokens ({TokenSql.Columns}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, NULL)
                    ON CONFLICT (token_id) DO UPDATE SET
                        kind = excluded.kind, hash = excluded.hash, project_id = excluded.project_id, agent_id = excluded.agent_id,
                        created_at = excluded.created_at, expires_at = excluded.expires_at, last_used_at = excluded.last_used_at, revoked_at = NULL
                    """,
                    token.TokenId, token.Kind.ToString().ToLowerInvariant(), token.Hash.ToArray(), token.ProjectId, token.AgentId,
                    token.CreatedAt, token.ExpiresAt, token.LastUsedAt);
                return true;
            },
            cancellationToken);

    public async ValueTask RevokeAsync(IReadOnlyList<string> tokenIds, DateTimeOffset at, CancellationToken cancellationToken) =>
        await database.Writer.WriteAsync(
            async transaction =>
            {
                Revoke(transaction, tokenIds, at);
                return true;
            },
            cancellationToken,
            weight: tokenIds.Count);

    public async ValueTask TouchAsync(IReadOnlyDictionary<string, DateTimeOffset> lastUsed, CancellationToken cancellationToken) =>
        await database.Writer.WriteAsync(
            async transaction =>
            {
                // Other nodes record it too. The latest wins.
                transaction.Defer(
                    """
                    UPDATE tokens t SET last_used_at = greatest(t.last_used_at, u.at) FROM unnest($1, $2) AS u (token_id, at)
                    WHERE t.token_id = u.token_id
                    """,
                    lastUsed.Keys.ToArray(), lastUsed.Values.ToArray());
                return true;
            },
            cancellationToken,
            weight: lastUsed.Count);

    public ValueTask<bool> WasUsedAsync(IReadOnlyList<string> tokenIds, CancellationToken cancellationToken) => database.ReadAsync(
        async (connection, cancellation) =>
            await connection.Ask("SELECT EXISTS (SELECT 1 FROM tokens WHERE token_id = ANY($1) AND last_used_at IS NOT NULL)", [tokenIds.ToArray()])
                .ValueAsync<bool>(cancellation) == true,
        cancellationToken);

    public async ValueTask PruneAsync(DateTimeOffset before, CancellationToken cancellationToken) =>
        await database.Writer.WriteAsync(
            async transaction =>
            {
                transaction.Defer(TokenSql.Prune, before, BootstrapTokens.AdminId, BootstrapTokens.JoinId);
                transaction.Defer(TokenSql.PruneTickets, before);
                return true;
            },
            cancellationToken);

    public ValueTask<byte[]> KeepKeyAsync(string name, byte[] candidate, CancellationToken cancellationToken) =>
        database.Writer.WriteAsync(
            async transaction =>
            {
                // If nodes start together, each has a candidate, and they all use the first one stored. If another node is storing its own at this
                // moment, this waits for its commit, and the next statement sees it.
                await transaction.RunAsync(TokenSql.KeepKey, name, candidate);
                return (byte[])(await transaction.ScalarAsync(TokenSql.FindKey, name))!;
            },
            cancellationToken);

    public ValueTask<IReadOnlyList<OpenedTicket>> LoadOpenedTicketsAsync(DateTimeOffset now, CancellationToken cancellationToken) =>
        database.ReadAsync<IReadOnlyList<OpenedTicket>>(
            static async (connection, cancellation) => await connection.Ask(TokenSql.LoadTickets)
                .ListAsync(row => new OpenedTicket(row.GetString(0), row.GetString(1), row.Time(2)), cancellation),
            cancellationToken);

    public ValueTask<OpenedTicket?> FindTicketAsync(string ticketId, CancellationToken cancellationToken) =>
        database.ReadAsync(
            async (connection, cancellation) => await connection.Ask(TokenSql.FindTicket, ticketId)
                .FindAsync(row => new OpenedTicket(row.GetString(0), row.GetString(1), row.Time(2)), cancellation),
            cancellationToken);

    public ValueTask<bool> TryOpenTicketAsync(OpenedTicket ticket, CancellationToken cancellationToken) => database.Writer.WriteAsync(
        async transaction => await transaction.RunAsync(
            "INSERT INTO opened_tickets (ticket, token_id, opened_at, node) VALUES ($1, $2, $3, $4) ON CONFLICT (ticket) DO NOTHING",
            ticket.Id, ticket.TokenId, ticket.LastOpen, NodeOf(ticket, transaction)) > 0, cancellationToken);

    public async ValueTask KeepTicketAsync(OpenedTicket ticket, CancellationToken cancellationToken) =>
        await database.Writer.WriteAsync(
            async transaction =>
            {
                // A page that has moved to another node is open there, no matter when this node notices that it left.
                transaction.Defer(
                    "UPDATE opened_tickets SET opened_at = $2, node = $3::int WHERE ticket = $1 AND ($3::int IS NOT NULL OR node IS NULL OR node = $4)",
                    ticket.Id, ticket.LastOpen, NodeOf(ticket, transaction), transaction.Node);
                return true;
            },
            cancellationToken);

    public async ValueTask ForgetTicketsAsync(IReadOnlyList<string> ticketIds, CancellationToken cancellationToken) =>
        await database.Writer.WriteAsync(
            async transaction =>
            {
                transaction.Defer("DELETE FROM opened_tickets WHERE ticket = ANY($1)", [ticketIds.ToArray()]);
                return true;
            },
            cancellationToken,
            weight: ticketIds.Count);

    private static object? NodeOf(OpenedTicket ticket, PostgresTransaction transaction) => ticket.IsOpen ? transaction.Node : DBNull.Value;

    private static void Revoke(PostgresTransaction transaction, IReadOnlyList<string> tokenIds, DateTimeOffset at)
    {
        if (tokenIds.Count == 0)
            return;
        transaction.Defer("UPDATE tokens SET revoked_at = $2 WHERE token_id = ANY($1) AND revoked_at IS NULL", tokenIds.ToArray(), at);
        // Without its token, a ticket opens nothing.
        transaction.Defer("DELETE FROM opened_tickets WHERE token_id = ANY($1)", [tokenIds.ToArray()]);
    }

    internal static StoredToken Read(NpgsqlDataReader row) => new()
    {
        TokenId = row.GetString(0),
        Kind = Enum.Parse<TokenKind>(row.GetString(1), ignoreCase: true),
        Hash = new TokenHash(row.GetFieldValue<byte[]>(2)),
        ProjectId = row.TextOrNull(3),
        AgentId = row.TextOrNull(4),
        CreatedAt = row.Time(5),
        ExpiresAt = row.TimeOrNull(6),
        LastUsedAt = row.TimeOrNull(7),
        RevokedAt = row.TimeOrNull(8),
    };
}
