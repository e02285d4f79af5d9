using Npgsql;
using Parley.Server.Playback;
using Parley.Server.Storage.Sql;

namespace Parley.Server.Storage.Postgres;

/// <summary>Finds places in a long log.</summary>
internal sealed class PostgresPlaybackStore(PostgresDatabase database) : IPlaybackStore
{
    private static readonly string MarksSql = PlaybackSql.Marks("log");

    public ValueTask<long> SeqAtAsync(int project, long stamp, CancellationToken cancellationToken) =>
        database.ReadAsync(async (connection, cancel) => LogKey.Seq(await PlaceAtAsync(connection, project, stamp, cancel)), cancellationToken);

    public ValueTask<IReadOnlyList<MarkCount>> MarksAsync(int project, long since, long until, long bucket, CancellationToken cancellationToken) =>
        database.ReadAsync<IReadOnlyList<MarkCount>>(
            async (connection, cancel) =>
            {
                var from = await PlaceAtAsync(connection, project, since - 1, cancel);
                var to = await PlaceAtAsync(connection, project, until - 1, cancel);
                return await connection.Ask(MarksSql, from, to, bucket)
                    .ListAsync(row => new MarkCount(row.GetInt64(0) * bucket, row.GetInt64(1), row.GetInt64(2)), cancel);
            },
            cancellationToken);

    private static async Task<long> PlaceAtAsync(NpgsqlConnection connection, int project, long stamp, CancellationToken cancellationToken)
    {
        var last = LogKey.Of(project, (await connection.Ask(LogSql.NextSeq, project).ValueAsync<long>(cancellationToken) ?? 1) - 1);
        var first = await connection.Ask(LogSql.FirstPlace, LogKey.First(project), LogKey.Last(project)).ValueAsync<long>(cancellationToken) ?? last + 1;
        return await connection.Ask(PlaybackSql.PlaceAt, first - 1, last, stamp).ValueAsync<long>(cancellationToken) ?? last;
    }
}
