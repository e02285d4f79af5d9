namespace Parley.Server.Storage.Sql;

/// <summary>SQL for projects that works on both databases.</summary>
internal static class ProjectSql
{
    internal const string Columns = "number, project_id, name, created_at, settings, epoch, next_seq, pause";

    internal const string Load = $"SELECT {Columns} FROM projects WHERE project_id NOT LIKE '%/deleted/%' ORDER BY number";

    /// <summary>Does nothing if the id is taken. $1: id, $2: name, $3: time, $4: settings, $5: epoch.</summary>
    internal const string Add =
        $"INSERT INTO projects (project_id, name, created_at, settings, epoch) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING RETURNING {Columns}";

    /// <summary>$1: number, $2: name or NULL, $3: settings.</summary>
    internal const string Change = $"UPDATE projects SET name = coalesce($2, name), settings = $3 WHERE number = $1 RETURNING {Columns}";

    /// <summary>$1: number, $2: the pause, or NULL to end it.</summary>
    internal const string Pause = $"UPDATE projects SET pause = $2 WHERE number = $1 RETURNING {Columns}";

    /// <summary>Frees the id of a project whose contents are now being deleted.</summary>
    internal const string BeginDeletion = "UPDATE projects SET project_id = number || '/deleted/' || project_id WHERE number = $1";

    /// <summary>Where a step of a deletion ends: up to there, no table has more than $3 rows. An entity may be older than the oldest entry in its
    /// project's log, because retention removes log entries. NULL: nothing is left. $1: the project's first place, $2: its last, $3: the most
    /// rows.</summary>
    internal const string DeletionStep =
        """
        SELECT min(part.last)
        FROM (SELECT max(l.place) AS last FROM (SELECT place FROM log WHERE place >= $1 AND place <= $2 ORDER BY place LIMIT $3) l
              UNION ALL
              SELECT max(e.place) FROM (SELECT place FROM entities WHERE place >= $1 AND place <= $2 ORDER BY place LIMIT $3) e) part
        """;

    internal const string BegunDeletions = "SELECT number FROM projects WHERE project_id LIKE '%/deleted/%'";
}
