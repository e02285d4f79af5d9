namespace Parley.Server.Storage.Sql;

/// <summary>Places of relays that both databases keep by one text. $1: agent.</summary>
internal static class RelaySql
{
    internal const string Place = "SELECT seq FROM relay_places WHERE agent = $1";

    /// <summary>Forward only. $2: seq.</summary>
    internal const string Move =
        """
        INSERT INTO relay_places AS r (agent, seq) VALUES ($1, $2)
        ON CONFLICT (agent) DO UPDATE SET seq = CASE WHEN excluded.seq > r.seq THEN excluded.seq ELSE r.seq END
        """;

    internal const string Forget = "DELETE FROM relay_places WHERE agent = $1";
}
