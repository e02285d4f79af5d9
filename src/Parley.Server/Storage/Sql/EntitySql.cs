using System.Globalization;
using System.Text;
using Parley.Server.Entities;

namespace Parley.Server.Storage.Sql;

/// <summary>Queries for entities that work on both databases.</summary>
internal static class EntitySql
{
    internal const string Columns = "e.place, e.kind, e.name, e.id_bits, e.made_at, e.changed, e.changed_at, e.maker, e.due, e.is_over, e.body";

    /// <summary>A mark in its stored form.</summary>
    internal static string Mark(int kind, string mark) => string.Create(CultureInfo.InvariantCulture, $"{kind}/{mark}");

    /// <summary>$1: project, $2: kind, $3: name.</summary>
    internal const string ByName = $"SELECT {Columns} FROM entities e WHERE e.project = $1 AND e.kind = $2 AND e.name = $3";

    /// <summary>$1: place, $2: kind.</summary>
    internal const string ByPlace = $"SELECT {Columns} FROM entities e WHERE e.place = $1 AND e.kind = $2";

    /// <summary>One statement, so all rows are from the same moment. $1: place, $2: kind, $3: project, $4: the other kind, $5 and $6: the first name,
    /// and the first one after the last.</summary>
    internal const string With =
        $"""
        SELECT {Columns} FROM entities e WHERE e.place = $1 AND e.kind = $2
        UNION ALL
        SELECT {Columns} FROM entities e WHERE e.project = $3 AND e.kind = $4 AND e.name >= $5 AND e.name < $6
        """;

    /// <summary>$1: place, $2: mark.</summary>
    internal const string RemoveMark = "DELETE FROM entity_marks WHERE place = $1 AND mark = $2";

    /// <summary>The one with this id first, and then the others by name; empty if it is not there.</summary>
    internal static IReadOnlyList<EntityRow> Ordered(IReadOnlyList<EntityRow> rows, int kind, Guid id)
    {
        var found = rows.FirstOrDefault(row => row.Kind == kind && row.Id == id);
        return found is null ? [] : [found, .. rows.Where(row => row != found).OrderBy(row => row.Name, StringComparer.Ordinal)];
    }

    /// <summary>$1: kind, $2: the time in Unix milliseconds, $3 and $4: the due time and place of the last known row, $5: how many.</summary>
    internal const string Due =
        $"""
        SELECT {Columns} FROM entities e
        WHERE e.kind = $1 AND e.due IS NOT NULL AND e.due <= $2 AND e.due >= $3 AND (e.due > $3 OR e.place > $4)
        ORDER BY e.due, e.place LIMIT $5
        """;

    /// <summary>$1: mark, $2 and $3: the first place and the place after the last, $4: the most to count.</summary>
    internal const string Count =
        "SELECT count(*) FROM (SELECT 1 FROM entity_marks m WHERE m.mark = $1 AND m.place >= $2 AND m.place < $3 LIMIT $4) AS counted";

    /// <summary>The entries about one entity, in the form that the index <c>log_entity</c> needs. $1: place, $2: type, $3: the place that they are
    /// before, $4: how many.</summary>
    internal static string History(string columns) =>
        $"SELECT {columns} FROM log l WHERE l.kind >= {EntityKind.First} AND l.subject = $1 AND l.type = $2 AND l.place < $3 ORDER BY l.place DESC LIMIT $4";

    /// <summary>A list query, and its parameters in order.</summary>
    internal static (string Sql, IReadOnlyList<object> Values) List(EntityQuery query)
    {
        var values = new List<object> { query.Kind };
        var sql = new StringBuilder($"SELECT {Columns} FROM ");
        if (query.Prefix is { } prefix)
        {
            sql.Append($"entities e WHERE e.kind = $1 AND e.project = {Next(query.Project)} AND e.name >= {Next(prefix)}");
            if (EndOf(prefix) is { } end)
                sql.Append($" AND e.name < {Next(end)}");
            if (query.AfterName is { } after)
                sql.Append($" AND e.name > {Next(after)}");
            foreach (var mark in query.Marks)
                sql.Append($" AND EXISTS (SELECT 1 FROM entity_marks m WHERE m.place = e.place AND m.mark = {Next(Mark(query.Kind, mark))})");
            return (sql.Append($" ORDER BY e.name LIMIT {Next(query.Max)}").ToString(), values);
        }

        // The first mark's index drives the query, and the other marks are checked for each of its rows. Each statement uses one range of one index.
        sql.Append(query.Marks.Count > 0
            ? $"entity_marks m JOIN entities e ON e.place = m.place WHERE e.kind = $1 AND m.mark = {Next(Mark(query.Kind, query.Marks[0]))} AND m.place"
            : $"entities e WHERE e.kind = $1 AND e.place");
        var place = query.Marks.Count > 0 ? "m.place" : "e.place";
        sql.Append($" >= {Next(LogKey.First(query.Project) + query.Above + (query.Above > 0 ? 1 : 0))} AND {place} < {Next(LogKey.Below(query.Project, query.Below))}");
        foreach (var mark in query.Marks.Skip(1))
            sql.Append($" AND EXISTS (SELECT 1 FROM entity_marks o WHERE o.place = m.place AND o.mark = {Next(Mark(query.Kind, mark))})");
        return (sql.Append($" ORDER BY {place} {(query.OldestFirst ? "ASC" : "DESC")} LIMIT {Next(query.Max)}").ToString(), values);

        string Next(object value)
        {
            values.Add(value);
            return string.Create(CultureInfo.InvariantCulture, $"${values.Count}");
        }
    }

    /// <summary>A query for one level of names, and its parameters in order: it jumps from name to name, over everything that is under a beginning. A row
    /// has the columns of the entity, the name or beginning, and the count of a beginning.</summary>
    /// <param name="find">The database's function for the place of a text in another.</param>
    internal static (string Sql, IReadOnlyList<object> Values) Level(EntityLevel level, string find)
    {
        var end = EndOf(level.Prefix);
        var values = new List<object>
        {
            level.Project, level.Kind, level.Prefix, level.Start, level.Delimiter.ToString(), ((char)(level.Delimiter + 1)).ToString(), "\u0001", level.Max, level.MostCounted,
        };
        var within = Also("AND e.name < ", end);
        var counted = Also("AND NOT EXISTS (SELECT 1 FROM entity_marks m WHERE m.place = e.place AND m.mark = ", level.Uncounted is { } mark ? Mark(level.Kind, mark) : null, ")");
        var cut = $"{find}(substr(p.name, length($3) + 1), $5)";
        return (
            $"""
            WITH RECURSIVE names (name, n) AS (
                SELECT (SELECT e.name FROM entities e WHERE e.project = $1 AND e.kind = $2 AND e.name >= $4 {within} ORDER BY e.name LIMIT 1), 1
                UNION ALL
                SELECT (SELECT e.name FROM entities e
                        WHERE e.project = $1 AND e.kind = $2 {within}
                            AND e.name >= CASE WHEN {cut} > 0 THEN substr(p.name, 1, length($3) + {cut} - 1) || $6 ELSE p.name || $7 END
                        ORDER BY e.name LIMIT 1), p.n + 1
                FROM names p WHERE p.name IS NOT NULL AND p.n < $8
            ),
            heads (name, head, cut) AS (SELECT p.name, substr(p.name, 1, length($3) + {cut}), {cut} FROM names p WHERE p.name IS NOT NULL)
            SELECT {Columns}, CASE WHEN h.cut > 0 THEN h.head ELSE h.name END,
                CASE WHEN h.cut > 0 THEN (
                    SELECT count(*) FROM (
                        SELECT 1 FROM entities e
                        WHERE e.project = $1 AND e.kind = $2 AND e.name >= h.head AND e.name < substr(h.head, 1, length(h.head) - 1) || $6 {counted}
                        LIMIT $9) AS counted) END
            FROM heads h LEFT JOIN entities e ON h.cut = 0 AND e.project = $1 AND e.kind = $2 AND e.name = h.name
            ORDER BY h.name
            """,
            values);

        string Also(string condition, string? value, string close = "")
        {
            if (value is null)
                return "";
            values.Add(value);
            return string.Create(CultureInfo.InvariantCulture, $"{condition}${values.Count}{close}");
        }
    }

    /// <summary>The first text after all texts with this prefix, in UTF-8 order; null if there is none.</summary>
    internal static string? EndOf(string prefix)
    {
        const int firstSurrogate = 0xD800, behindSurrogates = 0xE000;
        var runes = prefix.EnumerateRunes().ToList();
        while (runes.Count > 0)
        {
            var next = runes[^1].Value + 1;
            runes.RemoveAt(runes.Count - 1);
            if (next == firstSurrogate)
                next = behindSurrogates;
            if (Rune.IsValid(next))
                return string.Concat(runes.Select(rune => rune.ToString())) + new Rune(next);
        }

        return null;
    }
}
