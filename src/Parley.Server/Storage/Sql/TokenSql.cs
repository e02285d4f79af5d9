namespace Parley.Server.Storage.Sql;

/// <summary>SQL for tokens, opened tickets, and signing keys that works on both databases.</summary>
internal static class TokenSql
{
    internal const string Columns = "token_id, kind, hash, project_id, agent_id, created_at, expires_at, last_used_at, revoked_at";

    internal const string Load = $"SELECT {Columns} FROM tokens";

    /// <summary>$1: the time before which tokens are deleted; $2, $3: prefixes of the token ids to keep.</summary>
    internal const string Prune =
        "DELETE FROM tokens WHERE (revoked_at < $1 OR expires_at < $1) AND substr(token_id, 1, length($2)) <> $2 AND substr(token_id, 1, length($3)) <> $3";

    internal const string LoadTickets = "SELECT ticket, token_id, opened_at FROM opened_tickets";

    internal const string FindTicket = $"{LoadTickets} WHERE ticket = $1";

    /// <summary>Without its token, a ticket opens nothing.</summary>
    internal const string DeleteTicketsOf = "DELETE FROM opened_tickets WHERE token_id = $1";

    internal const string PruneTickets = "DELETE FROM opened_tickets WHERE opened_at < $1";

    /// <summary>$2: the key.</summary>
    internal const string KeepKey = "INSERT INTO signing_keys (name, key) VALUES ($1, $2) ON CONFLICT DO NOTHING";

    internal const string FindKey = "SELECT key FROM signing_keys WHERE name = $1";
}
