using Npgsql;
using Parley.Server.History;

namespace Parley.Server.Storage.Postgres;

/// <summary>Copies the log into the index, one limited part at a time, with a few statements per part.</summary>
/// <remarks>Several nodes follow the same log. The row in <c>indexed</c> is locked while a part is copied, so each continues where the other stopped.
/// The place and the part are stored together, so no part is indexed twice.</remarks>
internal sealed class PostgresMessageIndex(PostgresDatabase database) : IMessageIndex
{
    /// <summary>Takes about ten milliseconds of one core.</summary>
    private const int PartSize = 500;

    /// <summary>A message has a handful.</summary>
    private const int MostFacets = 10 * PartSize;

    /// <remarks>PostgreSQL does the work, and it has no priorities.</remarks>
    public ValueTask<bool> CatchUpAsync(int project, bool isAwaited, CancellationToken cancellationToken) => database.WriteBesideAsync(
        async (connection, cancellation) =>
        {
            if (await AfterAsync(connection, project, cancellation) is not { } after)
                return false;
            var entries = await PostgresLogRows.ListAsync(
                connection.Ask($"SELECT {PostgresLogRows.Columns} FROM log l WHERE l.place > $1 AND l.place <= $2 ORDER BY l.place LIMIT $3",
                    LogKey.Of(project, after), LogKey.Last(project), PartSize),
                cancellation);
            if (entries.Count == 0)
                return false;
            await new IndexPart(connection, project, entries).StoreAsync(cancellation);
            await connection.Ask("UPDATE indexed SET seq = $2 WHERE project = $1", project, entries[^1].Seq).RunAsync(cancellation);
            return entries.Count == PartSize;
        },
        cancellationToken);

    public ValueTask<bool> PruneAsync(int project, long firstSeq, CancellationToken cancellationToken) => database.WriteBesideAsync(
        (connection, cancellation) => ClearAsync(connection, LogKey.First(project), LogKey.Of(project, firstSeq) - 1, cancellation), cancellationToken);

    public ValueTask<bool> ForgetAsync(int project, CancellationToken cancellationToken) => database.WriteBesideAsync(
        async (connection, cancellation) =>
        {
            if (await ClearAsync(connection, LogKey.First(project), LogKey.Last(project), cancellation))
                return true;
            await connection.Ask("DELETE FROM message_types WHERE project = $1", project).RunAsync(cancellation);
            await connection.Ask("DELETE FROM indexed WHERE project = $1", project).RunAsync(cancellation);
            return false;
        },
        cancellationToken);

    /// <summary>How far the index has come. The row is locked until the commit.</summary>
    /// <returns>Null if the project no longer exists.</returns>
    private static async Task<long?> AfterAsync(NpgsqlConnection connection, int project, CancellationToken cancellationToken)
    {
        await connection.Ask("INSERT INTO indexed (project, seq) SELECT number, 0 FROM projects WHERE number = $1 ON CONFLICT DO NOTHING", project)
            .RunAsync(cancellationToken);
        return await connection.Ask("SELECT seq FROM indexed WHERE project = $1 FOR UPDATE", project).ValueAsync<long>(cancellationToken);
    }

    /// <summary>Deletes a part of the index entries in a range of places.</summary>
    /// <returns>True if there are more.</returns>
    private static async Task<bool> ClearAsync(NpgsqlConnection connection, long first, long upTo, CancellationToken cancellationToken)
    {
        var texts = await connection.Ask(
                "DELETE FROM message_text WHERE place IN (SELECT place FROM message_text WHERE place BETWEEN $1 AND $2 LIMIT $3)", first, upTo, PartSize)
            .RunAsync(cancellationToken);
        if (texts == PartSize)
            return true;
        var threads = await connection.Ask(
                """
                WITH ended AS (
                    DELETE FROM threads WHERE thread IN (SELECT thread FROM threads WHERE last_place BETWEEN $1 AND $2 LIMIT $3) RETURNING thread),
                parts AS (DELETE FROM thread_parts p USING ended e WHERE p.thread = e.thread),
                messages AS (DELETE FROM thread_messages m USING ended e WHERE m.thread = e.thread)
                SELECT count(*) FROM ended
                """,
                first, upTo, PartSize)
            .ValueAsync<long>(cancellationToken);
        if (threads == PartSize)
            return true;
        // One facet after another: each is a range of the key.
        return await connection.Ask(
                """
                WITH RECURSIVE facets (facet) AS (
                    (SELECT min(facet) FROM message_facets)
                    UNION ALL
                    SELECT (SELECT min(m.facet) FROM message_facets m WHERE m.facet > f.facet) FROM facets f WHERE f.facet IS NOT NULL),
                old AS (
                    SELECT m.facet, m.place FROM facets f
                    CROSS JOIN LATERAL (SELECT facet, place FROM message_facets WHERE facet = f.facet AND place BETWEEN $1 AND $2) m LIMIT $3)
                DELETE FROM message_facets m USING old WHERE m.facet = old.facet AND m.place = old.place
                """,
                first, upTo, MostFacets)
            .RunAsync(cancellationToken) == MostFacets;
    }
}
