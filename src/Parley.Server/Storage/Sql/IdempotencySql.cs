namespace Parley.Server.Storage.Sql;

/// <summary>SQL for the idempotency keys of creations that works on both databases. $1: project, $2: caller, $3: key.</summary>
internal static class IdempotencySql
{
    /// <summary>$4: the earliest time at which the key may have been stored.</summary>
    internal const string Find = "SELECT fingerprint, answer FROM idempotency WHERE project = $1 AND caller = $2 AND key = $3 AND at > $4";

    /// <summary>Replaces whatever is stored. $4: fingerprint, $5: time, $6: answer.</summary>
    internal const string Keep =
        """
        INSERT INTO idempotency AS i (project, caller, key, fingerprint, at, answer) VALUES ($1, $2, $3, $4, $5, $6)
        ON CONFLICT (project, caller, key) DO UPDATE SET fingerprint = excluded.fingerprint, at = excluded.at, place = NULL, answer = excluded.answer
        """;

    /// <summary>Does nothing if a key newer than $7 is stored.</summary>
    internal const string Reserve = $"{Keep} WHERE i.at <= $7";
}
