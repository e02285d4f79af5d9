namespace Parley.Server.Storage.Sql;

/// <summary>SQL for the places of webhooks that works on both databases. $1: the place of the entry that created the webhook.</summary>
internal static class WebhookSql
{
    internal const string Columns = "place, seq, missed, failures, last_attempt_at, last_success_at, last_status, next_attempt_at, last_error";

    internal const string Find = $"SELECT {Columns} FROM webhook_places WHERE place = $1";

    /// <summary>$1: the project's first place, $2: its last.</summary>
    internal const string List = $"SELECT {Columns} FROM webhook_places WHERE place >= $1 AND place <= $2 ORDER BY place";

    /// <summary>Moves forward, never back, and only if the webhook exists. The casts give the types of values that may be NULL. Values are in the
    /// order of <see cref="Columns"/>.</summary>
    internal const string Save =
        $"""
        INSERT INTO webhook_places AS w ({Columns})
        SELECT CAST($1 AS bigint), CAST($2 AS bigint), CAST($3 AS bigint), CAST($4 AS int), CAST($5 AS bigint), CAST($6 AS bigint), CAST($7 AS int),
               CAST($8 AS bigint), CAST($9 AS text)
        WHERE EXISTS (SELECT 1 FROM entities e WHERE e.place = $1)
        ON CONFLICT (place) DO UPDATE SET
            seq = excluded.seq, missed = excluded.missed, failures = excluded.failures, last_attempt_at = excluded.last_attempt_at,
            last_success_at = excluded.last_success_at, last_status = excluded.last_status, next_attempt_at = excluded.next_attempt_at,
            last_error = excluded.last_error
        WHERE excluded.seq >= w.seq
        """;

    internal const string Reset = "UPDATE webhook_places SET failures = 0, next_attempt_at = NULL WHERE place = $1";

    internal const string Forget = "DELETE FROM webhook_places WHERE place = $1";
}
