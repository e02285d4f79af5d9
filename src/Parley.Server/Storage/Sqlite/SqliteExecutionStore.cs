using System.Text;
using System.Text.Json;
using Parley.Protocol;
using Parley.Server.Executions;
using Parley.Server.Log;

namespace Parley.Server.Storage.Sqlite;

/// <summary>Executions in SQLite.</summary>
internal sealed class SqliteExecutionStore(SqliteDatabase database, SqliteLog log) : IExecutionStore
{
    private const string Columns =
        "place, execution_id, title, squad_id, status, progress, current_phase, result, error, created_by, creator, created_at, ended_at";

    public ValueTask<ExecutionRecord> BeginAsync(NewExecution execution, CancellationToken cancellationToken) =>
        database.Writer.WriteAsync(
            connection =>
            {
                var cursor = log.Cursor(connection, execution.Project);
                var (seq, now) = (cursor.NextSeq, log.Now(cursor));
                var record = new ExecutionRecord
                {
                    Id = EntryId.Create(now, seq, EntryId.Random()),
                    Seq = seq,
                    Title = execution.Title,
                    SquadId = execution.SquadId,
                    CreatedBy = execution.CreatedBy,
                    Creator = execution.Creator,
                    CreatedAt = DateTimeOffset.FromUnixTimeMilliseconds(now),
                };
                connection.Prepare(
                        """
                        INSERT INTO executions (place, execution_id, title, squad_id, status, progress, created_by, creator, created_at)
                        VALUES (?1, ?2, ?3, ?4, ?5, 0, ?6, ?7, ?8)
                        """)
                    .Bind(1, LogKey.Of(execution.Project, seq)).Bind(2, record.Id.ToString()).Bind(3, record.Title).Bind(4, record.SquadId)
                    .Bind(5, (long)record.Status).Bind(6, record.CreatedBy).Bind(7, record.Creator).Bind(8, now)
                    .Run();
                log.Append(connection, cursor, ExecutionEntry.Status(record, [], execution.Project, seq, now, execution.Creator));
                return record;
            },
            cancellationToken);

    public ValueTask<ExecutionResult> ChangeAsync(ExecutionKey key, int sender, ExecutionChange change, CancellationToken cancellationToken) =>
        WriteAsync(
            key,
            (connection, cursor, present, now) =>
            {
                var changed = present with
                {
                    Status = change.Status ?? present.Status,
                    Progress = change.Progress ?? present.Progress,
                    CurrentPhase = change.CurrentPhase ?? present.CurrentPhase,
                };
                if (changed != present)
                    Update(connection, key.Project, changed);
                ExecutionLog[] lines = [];
                if (change.Line is var (level, message))
                {
                    lines = [new ExecutionLog { Timestamp = DateTimeOffset.FromUnixTimeMilliseconds(now), Level = level, Message = message }];
                    connection.Prepare("INSERT INTO execution_logs (execution, place, stamp, level, message) VALUES (?1, ?2, ?3, ?4, ?5)")
                        .Bind(1, LogKey.Of(key.Project, present.Seq)).Bind(2, LogKey.Of(key.Project, cursor.NextSeq)).Bind(3, now).Bind(4, level).Bind(5, message)
                        .Run();
                }

                log.Append(connection, cursor, ExecutionEntry.Status(changed, lines, key.Project, cursor.NextSeq, now, sender));
            },
            cancellationToken);

    public ValueTask<ExecutionResult> EndAsync(ExecutionKey key, int sender, ExecutionEnding ending, CancellationToken cancellationToken) =>
        WriteAsync(
            key,
            (connection, cursor, present, now) =>
            {
                var ended = present with
                {
                    Status = ending.Status,
                    Progress = ending.Status == ExecutionStatus.Completed ? 100 : present.Progress,
                    Result = ending.Result,
                    Error = ending.Error,
                    EndedAt = DateTimeOffset.FromUnixTimeMilliseconds(now),
                };
                Update(connection, key.Project, ended);
                log.Append(connection, cursor, ExecutionEntry.Completion(ended, key.Project, cursor.NextSeq, now, sender));
            },
            cancellationToken);

    public ValueTask<ExecutionRecord?> FindAsync(ExecutionKey key, CancellationToken cancellationToken) =>
        database.Readers.ReadAsync(connection => Find(connection, key), cancellationToken);

    public ValueTask<IReadOnlyList<ExecutionLog>> LogsAsync(ExecutionKey key, int max, CancellationToken cancellationToken) =>
        database.Readers.ReadAsync<IReadOnlyList<ExecutionLog>>(
            connection =>
            {
                var lines = new List<ExecutionLog>();
                var rows = connection.Prepare("SELECT stamp, level, message FROM execution_logs WHERE execution = ?1 ORDER BY place DESC LIMIT ?2")
                    .Bind(1, PlaceOf(key)).Bind(2, max);
                while (rows.Step())
                    lines.Add(new ExecutionLog { Timestamp = DateTimeOffset.FromUnixTimeMilliseconds(rows.Int64(0)), Level = rows.Text(1)!, Message = rows.Text(2)! });
                lines.Reverse();
                return lines;
            },
            cancellationToken);

    public ValueTask<IReadOnlyList<ExecutionRecord>> ListAsync(ExecutionSelection which, CancellationToken cancellationToken) =>
        database.Readers.ReadAsync<IReadOnlyList<ExecutionRecord>>(
            connection =>
            {
                // One statement for each set of filters: with "?3 IS NULL OR" none of the indexes would be used.
                var sql = new StringBuilder($"SELECT {Columns} FROM executions WHERE place >= ?1 AND place < ?2");
                if (which.Status is not null)
                    sql.Append(" AND status = ?3");
                if (which.SquadId is not null)
                    sql.Append(" AND squad_id = ?4");
                var rows = connection.Prepare(sql.Append(" ORDER BY place DESC LIMIT ?5").ToString())
                    .Bind(1, LogKey.First(which.Project))
                    .Bind(2, which.Below > EntryId.MaxSeq ? LogKey.Last(which.Project) + 1 : LogKey.Of(which.Project, which.Below))
                    .Bind(5, which.Max);
                if (which.Status is { } status)
                    rows.Bind(3, (long)status);
                if (which.SquadId is { } squad)
                    rows.Bind(4, squad);
                var found = new List<ExecutionRecord>();
                while (rows.Step())
                    found.Add(Read(rows));
                return found;
            },
            cancellationToken);

    /// <summary>Writes to an execution that goes on.</summary>
    private ValueTask<ExecutionResult> WriteAsync(
        ExecutionKey key, Action<SqliteConnection, ProjectCursor, ExecutionRecord, long> write, CancellationToken cancellationToken) =>
        database.Writer.WriteAsync(
            connection =>
            {
                if (Find(connection, key) is not { } present)
                    return ExecutionResult.NotFound;
                if (present.EndedAt is not null)
                    return ExecutionResult.Ended;
                var cursor = log.Cursor(connection, key.Project);
                write(connection, cursor, present, log.Now(cursor));
                return ExecutionResult.Done;
            },
            cancellationToken);

    private static void Update(SqliteConnection connection, int project, ExecutionRecord execution) =>
        connection.Prepare(
                "UPDATE executions SET status = ?2, progress = ?3, current_phase = ?4, result = ?5, error = ?6, ended_at = ?7 WHERE place = ?1")
            .Bind(1, LogKey.Of(project, execution.Seq)).Bind(2, (long)execution.Status).Bind(3, execution.Progress).Bind(4, execution.CurrentPhase)
            .Bind(5, execution.Result?.GetRawText()).Bind(6, execution.Error).Bind(7, execution.EndedAt?.ToUnixTimeMilliseconds())
            .Run();

    private static ExecutionRecord? Find(SqliteConnection connection, ExecutionKey key)
    {
        var row = connection.Prepare($"SELECT {Columns} FROM executions WHERE place = ?1").Bind(1, PlaceOf(key));
        if (!row.Step())
            return null;
        var execution = Read(row);
        row.Reset();
        // The id's random bits must fit too: a seq alone names nothing.
        return execution.Id == key.Id ? execution : null;
    }

    private static long PlaceOf(ExecutionKey key) => LogKey.Of(key.Project, EntryId.SeqOf(key.Id));

    private static ExecutionRecord Read(SqliteStatement row) => new()
    {
        Seq = LogKey.Seq(row.Int64(0)),
        Id = Guid.Parse(row.Text(1)!),
        Title = row.Text(2),
        SquadId = row.Text(3),
        Status = (ExecutionStatus)row.Int32(4),
        Progress = row.Int32(5),
        CurrentPhase = row.Text(6),
        Result = row.IsNull(7) ? null : JsonSerializer.Deserialize(row.Blob(7), WireJson.Lenient.JsonElement),
        Error = row.Text(8),
        CreatedBy = row.Text(9),
        Creator = row.Int32(10),
        CreatedAt = DateTimeOffset.FromUnixTimeMilliseconds(row.Int64(11)),
        EndedAt = row.NullableInt64(12) is { } ended ? DateTimeOffset.FromUnixTimeMilliseconds(ended) : null,
    };
}
