namespace Parley.Server.Storage.Sql;

/// <summary>Projects, as far as both databases take one text.</summary>
internal static class ProjectSql
{
    internal const string Columns = "number, project_id, name, created_at, settings, epoch, next_seq";

    internal const string Load = $"SELECT {Columns} FROM projects WHERE project_id NOT LIKE '%/deleted/%' ORDER BY number";

    /// <summary>Adds nothing where there is one of that id. $1: id, $2: name, $3: when, $4: settings, $5: epoch.</summary>
    internal const string Add =
        $"INSERT INTO projects (project_id, name, created_at, settings, epoch) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING RETURNING {Columns}";

    /// <summary>$1: number, $2: name or NULL, $3: settings.</summary>
    internal const string Change = $"UPDATE projects SET name = coalesce($2, name), settings = $3 WHERE number = $1 RETURNING {Columns}";

    /// <summary>Frees the id of a project whose content goes from now on.</summary>
    internal const string BeginDeletion = "UPDATE projects SET project_id = number || '/deleted/' || project_id WHERE number = $1";

    /// <summary>How far a step of a deletion goes: no table has more than so many rows up to there. A thing may be older than the oldest entry
    /// of its project's log, of which retention has taken a part. NULL: nothing is left. $1: the project's first place, $2: its last, $3: how
    /// many.</summary>
    internal const string DeletionStep =
        """
        SELECT min(part.last)
        FROM (SELECT max(l.place) AS last FROM (SELECT place FROM log WHERE place >= $1 AND place <= $2 ORDER BY place LIMIT $3) l
              UNION ALL
              SELECT max(e.place) FROM (SELECT place FROM entities WHERE place >= $1 AND place <= $2 ORDER BY place LIMIT $3) e) part
        """;

    internal const string BegunDeletions = "SELECT number FROM projects WHERE project_id LIKE '%/deleted/%'";
}
