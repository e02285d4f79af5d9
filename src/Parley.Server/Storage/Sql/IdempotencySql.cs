namespace Parley.Server.Storage.Sql;

/// <summary>Keys of creations, as far as both databases take one text. $1: project, $2: caller, $3: key.</summary>
internal static class IdempotencySql
{
    /// <summary>$4: kept since when.</summary>
    internal const string Find = "SELECT fingerprint, answer FROM idempotency WHERE project = $1 AND caller = $2 AND key = $3 AND at > $4";

    /// <summary>Takes the place of whatever is kept. $4: fingerprint, $5: when, $6: answer.</summary>
    internal const string Keep =
        """
        INSERT INTO idempotency AS i (project, caller, key, fingerprint, at, answer) VALUES ($1, $2, $3, $4, $5, $6)
        ON CONFLICT (project, caller, key) DO UPDATE SET fingerprint = excluded.fingerprint, at = excluded.at, place = NULL, answer = excluded.answer
        """;

    /// <summary>Changes nothing where one is kept that is younger than $7.</summary>
    internal const string Reserve = $"{Keep} WHERE i.at <= $7";
}
