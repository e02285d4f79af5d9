namespace Parley.Server.Storage.Sql;

/// <summary>SQL for agents that works on both databases.</summary>
internal static class AgentSql
{
    internal const string Columns =
        "number, project, agent_id, name, type, role, specialization, capabilities, metadata, topics, paused, joined_seq, created_at, last_seen, pause";

    internal const string Load = $"SELECT {Columns} FROM agents WHERE deleted_at IS NULL";

    /// <summary>Does nothing if the name is taken. $1 and following: the columns in order, except the number and the time last seen.</summary>
    internal const string Add =
        """
        INSERT INTO agents (project, agent_id, name, type, role, specialization, capabilities, metadata, topics, paused, joined_seq, created_at, pause)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) ON CONFLICT DO NOTHING RETURNING number
        """;

    /// <summary>$1: number.</summary>
    internal const string Change =
        """
        UPDATE agents SET name = $2, type = $3, role = $4, specialization = $5, capabilities = $6, metadata = $7, topics = $8, paused = $9, pause = $10
        WHERE number = $1 AND deleted_at IS NULL
        """;

    /// <summary>$1: number, $2: time of deletion.</summary>
    internal const string Remove = "UPDATE agents SET deleted_at = $2 WHERE number = $1 AND deleted_at IS NULL";
}
