namespace Parley.Server.Storage.Sql;

/// <summary>SQL for the sessions of browsers that works on both databases.</summary>
internal static class SessionSql
{
    internal const string Columns = "session_id, hash, ticket, token_id, token_created_at, created_at, expires_at, last_used_at, ended_at";

    /// <summary>Does nothing if a session was opened with the ticket before.</summary>
    internal const string Add = $"INSERT INTO sessions ({Columns}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, NULL) ON CONFLICT (ticket) DO NOTHING";

    internal const string Find = $"SELECT {Columns} FROM sessions WHERE hash = $1";

    internal const string End = "UPDATE sessions SET ended_at = $2 WHERE session_id = $1 AND ended_at IS NULL";

    internal const string Prune = "DELETE FROM sessions WHERE expires_at < $1";
}
