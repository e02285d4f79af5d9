using System.Text;
using System.Text.Json;
using Npgsql;
using Parley.Protocol;
using Parley.Server.Executions;
using Parley.Server.Log;

namespace Parley.Server.Storage.Postgres;

/// <summary>Executions in PostgreSQL.</summary>
internal sealed class PostgresExecutionStore(PostgresDatabase database) : IExecutionStore
{
    private const string Columns =
        "place, execution_id, title, squad_id, status, progress, current_phase, result, error, created_by, creator, created_at, ended_at";

    public ValueTask<ExecutionRecord> BeginAsync(NewExecution execution, CancellationToken cancellationToken) =>
        database.Writer.WriteAsync(
            async transaction =>
            {
                var cursor = await transaction.LockAsync(execution.Project);
                var (seq, now) = (cursor.NextSeq, cursor.LastStamp);
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
                transaction.Defer(
                    """
                    INSERT INTO executions (place, execution_id, title, squad_id, status, progress, created_by, creator, created_at)
                    VALUES ($1, $2, $3, $4, $5, 0, $6, $7, $8)
                    """,
                    LogKey.Of(execution.Project, seq), record.Id, record.Title, record.SquadId, (short)record.Status, record.CreatedBy, record.Creator, record.CreatedAt);
                transaction.Append(cursor, ExecutionEntry.Status(record, [], cursor.Project, seq, now, execution.Creator));
                return record;
            },
            cancellationToken);

    public ValueTask<ExecutionResult> ChangeAsync(ExecutionKey key, int sender, ExecutionChange change, CancellationToken cancellationToken) =>
        WriteAsync(
            key,
            (transaction, cursor, present) =>
            {
                var (seq, now) = (cursor.NextSeq, cursor.LastStamp);
                var changed = present with
                {
                    Status = change.Status ?? present.Status,
                    Progress = change.Progress ?? present.Progress,
                    CurrentPhase = change.CurrentPhase ?? present.CurrentPhase,
                };
                if (changed != present)
                    Update(transaction, key.Project, changed);
                ExecutionLog[] lines = [];
                if (change.Line is var (level, message))
                {
                    lines = [new ExecutionLog { Timestamp = DateTimeOffset.FromUnixTimeMilliseconds(now), Level = level, Message = message }];
                    transaction.Defer(
                        "INSERT INTO execution_logs (execution, place, stamp, level, message) VALUES ($1, $2, $3, $4, $5)",
                        LogKey.Of(key.Project, present.Seq), LogKey.Of(key.Project, seq), now, level, message);
                }

                transaction.Append(cursor, ExecutionEntry.Status(changed, lines, key.Project, seq, now, sender));
            },
            cancellationToken);

    public ValueTask<ExecutionResult> EndAsync(ExecutionKey key, int sender, ExecutionEnding ending, CancellationToken cancellationToken) =>
        WriteAsync(
            key,
            (transaction, cursor, present) =>
            {
                var now = cursor.LastStamp;
                var ended = present with
                {
                    Status = ending.Status,
                    Progress = ending.Status == ExecutionStatus.Completed ? 100 : present.Progress,
                    Result = ending.Result,
                    Error = ending.Error,
                    EndedAt = DateTimeOffset.FromUnixTimeMilliseconds(now),
                };
                Update(transaction, key.Project, ended);
                transaction.Append(cursor, ExecutionEntry.Completion(ended, key.Project, cursor.NextSeq, now, sender));
            },
            cancellationToken);

    public ValueTask<ExecutionRecord?> FindAsync(ExecutionKey key, CancellationToken cancellationToken) =>
        database.ReadAsync(
            (connection, cancellation) => connection.Ask($"SELECT {Columns} FROM executions WHERE place = $1 AND execution_id = $2", PlaceOf(key), key.Id)
                .FindAsync(Read, cancellation),
            cancellationToken);

    public ValueTask<IReadOnlyList<ExecutionLog>> LogsAsync(ExecutionKey key, int max, CancellationToken cancellationToken) =>
        database.ReadAsync<IReadOnlyList<ExecutionLog>>(
            async (connection, cancellation) =>
            {
                var lines = await connection.Ask("SELECT stamp, level, message FROM execution_logs WHERE execution = $1 ORDER BY place DESC LIMIT $2", PlaceOf(key), max)
                    .ListAsync(
                        row => new ExecutionLog { Timestamp = DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(0)), Level = row.GetString(1), Message = row.GetString(2) },
                        cancellation);
                lines.Reverse();
                return lines;
            },
            cancellationToken);

    public ValueTask<IReadOnlyList<ExecutionRecord>> ListAsync(ExecutionSelection which, CancellationToken cancellationToken) =>
        database.ReadAsync<IReadOnlyList<ExecutionRecord>>(
            async (connection, cancellation) =>
            {
                // One statement for each set of filters: with "$4 IS NULL OR" none of the indexes would be used.
                var sql = new StringBuilder($"SELECT {Columns} FROM executions WHERE place >= $1 AND place < $2");
                var values = new List<object?>
                {
                    LogKey.First(which.Project),
                    which.Below > EntryId.MaxSeq ? LogKey.Last(which.Project) + 1 : LogKey.Of(which.Project, which.Below),
                    which.Max,
                };
                if (which.Status is { } status)
                {
                    values.Add((short)status);
                    sql.Append($" AND status = ${values.Count}");
                }

                if (which.SquadId is { } squad)
                {
                    values.Add(squad);
                    sql.Append($" AND squad_id = ${values.Count}");
                }

                return await connection.Ask(sql.Append(" ORDER BY place DESC LIMIT $3").ToString(), [.. values]).ListAsync(Read, cancellation);
            },
            cancellationToken);

    /// <summary>Writes to an execution that goes on.</summary>
    private ValueTask<ExecutionResult> WriteAsync(
        ExecutionKey key, Action<PostgresTransaction, ProjectCursor, ExecutionRecord> write, CancellationToken cancellationToken) =>
        database.Writer.WriteAsync(
            async transaction =>
            {
                // The project's lock is the execution's too: between the look and the write nobody else ends it.
                var cursor = await transaction.LockAsync(key.Project);
                if (await FindAsync(transaction, key) is not { } present)
                    return ExecutionResult.NotFound;
                if (present.EndedAt is not null)
                    return ExecutionResult.Ended;
                write(transaction, cursor, present);
                return ExecutionResult.Done;
            },
            cancellationToken);

    private static async Task<ExecutionRecord?> FindAsync(PostgresTransaction transaction, ExecutionKey key)
    {
        await using var row = await transaction.ReadAsync($"SELECT {Columns} FROM executions WHERE place = $1 AND execution_id = $2", PlaceOf(key), key.Id);
        return await row.ReadAsync(CancellationToken.None) ? Read(row) : null;
    }

    private static void Update(PostgresTransaction transaction, int project, ExecutionRecord execution) => transaction.Defer(
        "UPDATE executions SET status = $2, progress = $3, current_phase = $4, result = $5, error = $6, ended_at = $7 WHERE place = $1",
        LogKey.Of(project, execution.Seq), (short)execution.Status, execution.Progress, execution.CurrentPhase,
        execution.Result?.GetRawText(), execution.Error, execution.EndedAt);

    private static long PlaceOf(ExecutionKey key) => LogKey.Of(key.Project, EntryId.SeqOf(key.Id));

    private static ExecutionRecord Read(NpgsqlDataReader row) => new()
    {
        Seq = LogKey.Seq(row.GetInt64(0)),
        Id = row.GetGuid(1),
        Title = row.TextOrNull(2),
        SquadId = row.TextOrNull(3),
        Status = (ExecutionStatus)row.GetInt16(4),
        Progress = row.GetInt32(5),
        CurrentPhase = row.TextOrNull(6),
        Result = row.TextOrNull(7) is { } result ? JsonSerializer.Deserialize(result, WireJson.Lenient.JsonElement) : null,
        Error = row.TextOrNull(8),
        CreatedBy = row.TextOrNull(9),
        Creator = row.GetInt32(10),
        CreatedAt = row.Time(11),
        EndedAt = row.TimeOrNull(12),
    };
}
