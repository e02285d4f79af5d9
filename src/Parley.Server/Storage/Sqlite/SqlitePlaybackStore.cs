using Parley.Server.Playback;
using Parley.Server.Storage.Sql;

namespace Parley.Server.Storage.Sqlite;

/// <summary>Finds places in a long log.</summary>
internal sealed class SqlitePlaybackStore(SqliteDatabase database) : IPlaybackStore
{
    private static readonly string MarksSql = PlaybackSql.Marks("log INDEXED BY log_mark");

    public ValueTask<long> SeqAtAsync(int project, long stamp, CancellationToken cancellationToken) =>
        database.Readers.ReadAsync(connection => LogKey.Seq(PlaceAt(connection, project, stamp)), cancellationToken);

    public ValueTask<IReadOnlyList<MarkCount>> MarksAsync(int project, long since, long until, long bucket, CancellationToken cancellationToken) =>
        database.Readers.ReadAsync<IReadOnlyList<MarkCount>>(
            connection =>
            {
                var (from, to) = (PlaceAt(connection, project, since - 1), PlaceAt(connection, project, until - 1));
                var rows = connection.Prepare(MarksSql).Bind(1, from).Bind(2, to).Bind(3, bucket);
                var marks = new List<MarkCount>();
                while (rows.Step())
                    marks.Add(new MarkCount(rows.Int64(0) * bucket, rows.Int64(1), rows.Int64(2)));
                return marks;
            },
            cancellationToken);

    private static long PlaceAt(SqliteConnection connection, int project, long stamp)
    {
        var last = LogKey.Of(project, (connection.Prepare(LogSql.NextSeq).Bind(1, project).Scalar() ?? 1) - 1);
        var first = connection.Prepare(LogSql.FirstPlace).Bind(1, LogKey.First(project)).Bind(2, LogKey.Last(project)).Scalar() ?? last + 1;
        return connection.Prepare(PlaybackSql.PlaceAt).Bind(1, first - 1).Bind(2, last).Bind(3, stamp).Scalar() ?? last;
    }
}
