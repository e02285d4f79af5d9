using Npgsql;
using Parley.Server.History;

namespace Parley.Server.Storage.Postgres;

/// <summary>Takes the log into the index, a bounded part at a time, in a few statements a part.</summary>
/// <remarks>Several nodes follow the same log: the row of <c>indexed</c>, locked while a part is taken, lets one at a time go on from where
/// the other has come. Place and part are stored together, so that no part is ever taken twice.</remarks>
internal sealed class PostgresMessageIndex(PostgresDatabase database) : IMessageIndex
{
    /// <summary>Some ten milliseconds of one core.</summary>
    private const int PartSize = 500;

    /// <summary>A message has a handful.</summary>
    private const int MostFacets = 10 * PartSize;

    /// <remarks>The work is PostgreSQL's, which knows no haste.</remarks>
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

    /// <summary>How far the index has come, held until the commit.</summary>
    /// <returns>Null when the project is gone.</returns>
    private static async Task<long?> AfterAsync(NpgsqlConnection connection, int project, CancellationToken cancellationToken)
    {
        await connection.Ask("INSERT INTO indexed (project, seq) SELECT number, 0 FROM projects WHERE number = $1 ON CONFLICT DO NOTHING", project)
            .RunAsync(cancellationToken);
        return await connection.Ask("SELECT seq FROM indexed WHERE project = $1 FOR UPDATE", project).ValueAsync<long>(cancellationToken);
    }

    /// <summary>Takes out a part of what stands in a range of places.</summary>
    /// <returns>True when there is more.</returns>
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
        // From one facet to the next: each is a range of the key.
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
