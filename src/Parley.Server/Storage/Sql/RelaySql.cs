namespace Parley.Server.Storage.Sql;

/// <summary>SQL for places of relays that works on both databases. $1: agent.</summary>
internal static class RelaySql
{
    internal const string Place = "SELECT seq FROM relay_places WHERE agent = $1";

    /// <summary>Moves a place forward, never back. $2: seq.</summary>
    internal const string Move =
        """
        INSERT INTO relay_places AS r (agent, seq) VALUES ($1, $2)
        ON CONFLICT (agent) DO UPDATE SET seq = CASE WHEN excluded.seq > r.seq THEN excluded.seq ELSE r.seq END
        """;

    internal const string Forget = "DELETE FROM relay_places WHERE agent = $1";
}
