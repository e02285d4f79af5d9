using Parley.Server.Entities;
using Parley.Server.Log;
using Parley.Server.Storage.Sql;

namespace Parley.Server.Storage.Sqlite;

/// <summary>Writes the rows of entities, on the writer's thread. Each statement touches only the indexes that change.</summary>
internal static class SqliteEntityRows
{
    /// <summary>Whether an entity is unchanged since it was read, or its name is free.</summary>
    internal static bool IsAsRead(SqliteConnection connection, int project, EntityWrite write) =>
        (write.Present is not { } present || IsAsRead(connection, present)) && IsNameFree(connection, project, write);

    /// <summary>Whether an entity is unchanged since it was read.</summary>
    internal static bool IsAsRead(SqliteConnection connection, EntityRow row) =>
        connection.Prepare("SELECT changed FROM entities WHERE place = ?1").Bind(1, LogKey.Of(row.Project, row.Made)).Scalar() == LogKey.Of(row.Project, row.Changed);

    /// <returns>False if it has changed since it was read, or its name is taken. In that case, nothing was written.</returns>
    internal static bool TryWrite(SqliteConnection connection, EntityRow row, EntityWrite write)
    {
        // For a new name, the insert itself finds out whether it is free.
        var isRenamed = write.Present is not null && !write.Removes && write.Name != write.Present.Name;
        if ((isRenamed && !IsNameFree(connection, row.Project, write)) || !TryWriteRow(connection, row, write))
            return false;
        if (write.Removes)
            connection.Prepare("DELETE FROM entity_marks WHERE place = ?1").Bind(1, LogKey.Of(row.Project, row.Made)).Run();
        else if (write.Marks is { } marks)
            WriteMarks(connection, row, write.MarksBefore, marks);
        return true;
    }

    private static bool IsNameFree(SqliteConnection connection, int project, EntityWrite write) =>
        write.Removes || write.Name is null || write.Name == write.Present?.Name ||
        connection.Prepare("SELECT 1 FROM entities WHERE project = ?1 AND kind = ?2 AND name = ?3")
            .Bind(1, project).Bind(2, write.Kind.Number).Bind(3, write.Name).Scalar() is null;

    private static bool TryWriteRow(SqliteConnection connection, EntityRow row, EntityWrite write)
    {
        var place = LogKey.Of(row.Project, row.Made);
        var changed = LogKey.Of(row.Project, row.Changed);
        if (write.Present is not { } present)
        {
            return connection.Prepare(
                    """
                    INSERT INTO entities (place, project, kind, name, id_bits, made_at, changed, changed_at, maker, due, is_over, body)
                    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)
                    ON CONFLICT (project, kind, name) WHERE name IS NOT NULL DO NOTHING
                    """)
                .Bind(1, place).Bind(2, row.Project).Bind(3, row.Kind).Bind(4, row.Name).Bind(5, row.IdBits).Bind(6, row.MadeAt)
                .Bind(7, changed).Bind(8, row.ChangedAt).Bind(9, row.Maker).Bind(10, row.Due).Bind(11, row.IsOver ? 1 : 0).Bind(12, row.Body.AsSpan())
                .Run() == 1;
        }

        var asRead = LogKey.Of(row.Project, present.Changed);
        if (write.Removes)
            return connection.Prepare("DELETE FROM entities WHERE place = ?1 AND changed = ?2").Bind(1, place).Bind(2, asRead).Run() == 1;
        // If a statement sets a column, its index is rewritten even if the value stays the same.
        if (present.Name == write.Name && present.Due == write.Due)
        {
            return connection.Prepare("UPDATE entities SET changed = ?3, changed_at = ?4, is_over = ?5, body = ?6 WHERE place = ?1 AND changed = ?2")
                .Bind(1, place).Bind(2, asRead).Bind(3, changed).Bind(4, row.ChangedAt).Bind(5, row.IsOver ? 1 : 0).Bind(6, row.Body.AsSpan())
                .Run() == 1;
        }

        if (present.Name == write.Name)
        {
            return connection.Prepare("UPDATE entities SET changed = ?3, changed_at = ?4, is_over = ?5, body = ?6, due = ?7 WHERE place = ?1 AND changed = ?2")
                .Bind(1, place).Bind(2, asRead).Bind(3, changed).Bind(4, row.ChangedAt).Bind(5, row.IsOver ? 1 : 0).Bind(6, row.Body.AsSpan()).Bind(7, row.Due)
                .Run() == 1;
        }

        return connection.Prepare("UPDATE entities SET changed = ?3, changed_at = ?4, is_over = ?5, body = ?6, due = ?7, name = ?8 WHERE place = ?1 AND changed = ?2")
            .Bind(1, place).Bind(2, asRead).Bind(3, changed).Bind(4, row.ChangedAt).Bind(5, row.IsOver ? 1 : 0).Bind(6, row.Body.AsSpan()).Bind(7, row.Due)
            .Bind(8, row.Name)
            .Run() == 1;
    }

    /// <summary>Writes only the differences. When an entity changes, most of its marks stay the same.</summary>
    private static void WriteMarks(SqliteConnection connection, EntityRow row, IReadOnlyList<string> before, IReadOnlyList<string> marks)
    {
        var place = LogKey.Of(row.Project, row.Made);
        foreach (var gone in before)
        {
            if (!marks.Contains(gone))
                connection.Prepare("DELETE FROM entity_marks WHERE place = ?1 AND mark = ?2").Bind(1, place).Bind(2, EntitySql.Mark(row.Kind, gone)).Run();
        }

        foreach (var mark in marks)
        {
            if (!before.Contains(mark))
                connection.Prepare("INSERT INTO entity_marks (place, mark) VALUES (?1, ?2) ON CONFLICT DO NOTHING").Bind(1, place).Bind(2, EntitySql.Mark(row.Kind, mark)).Run();
        }
    }
}
