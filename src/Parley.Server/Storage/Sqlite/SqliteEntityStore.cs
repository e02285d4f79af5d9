using Parley.Server.Entities;
using Parley.Server.Log;
using Parley.Server.Messages;
using Parley.Server.Storage.Sql;

namespace Parley.Server.Storage.Sqlite;

/// <summary>Entities of every kind in SQLite.</summary>
internal sealed class SqliteEntityStore(SqliteDatabase database, SqliteLog log, SqliteMessageStore messages) : IEntityStore
{
    private static readonly string HistorySql = EntitySql.History(SqliteLogRows.Columns);

    public ValueTask<EntityRow?> FindAsync(int project, int kind, string name, CancellationToken cancellationToken) =>
        database.Readers.ReadShortAsync(connection => First(connection.Prepare(EntitySql.ByName).Bind(1, project).Bind(2, kind).Bind(3, name)), cancellationToken);

    public async ValueTask<EntityRow?> FindAsync(int project, int kind, Guid id, CancellationToken cancellationToken)
    {
        var place = LogKey.Of(project, EntryId.SeqOf(id));
        var row = await database.Readers.ReadShortAsync(connection => First(connection.Prepare(EntitySql.ByPlace).Bind(1, place).Bind(2, kind)), cancellationToken);
        return row?.Id == id ? row : null;
    }

    public async ValueTask<IReadOnlyList<EntityRow>> FindWithAsync(int project, int kind, Guid id, int otherKind, string prefix, CancellationToken cancellationToken)
    {
        var place = LogKey.Of(project, EntryId.SeqOf(id));
        var rows = await database.Readers.ReadAsync(
            connection => All(connection.Prepare(EntitySql.With)
                .Bind(1, place).Bind(2, kind).Bind(3, project).Bind(4, otherKind).Bind(5, prefix).Bind(6, EntitySql.EndOf(prefix))),
            cancellationToken);
        return EntitySql.Ordered(rows, kind, id);
    }

    public ValueTask<IReadOnlyList<EntityRow>> ListAsync(EntityQuery query, CancellationToken cancellationToken) =>
        database.Readers.ReadAsync<IReadOnlyList<EntityRow>>(
            connection =>
            {
                var (sql, values) = EntitySql.List(query);
                return All(BindAll(connection.Prepare(sql), values));
            },
            cancellationToken);

    public ValueTask<IReadOnlyList<LevelRow>> LevelAsync(EntityLevel level, CancellationToken cancellationToken) =>
        database.Readers.ReadAsync<IReadOnlyList<LevelRow>>(
            connection =>
            {
                var (sql, values) = EntitySql.Level(level, "instr");
                var all = new List<LevelRow>();
                var rows = BindAll(connection.Prepare(sql), values);
                while (rows.Step())
                    all.Add(new LevelRow(rows.Text(11)!, rows.IsNull(0) ? null : Read(rows), (int?)rows.NullableInt64(12)));
                return all;
            },
            cancellationToken);

    public ValueTask<int> CountAsync(int project, int kind, string mark, int most, CancellationToken cancellationToken)
    {
        const int few = 100;
        return most <= few ? database.Readers.ReadShortAsync(Count, cancellationToken) : database.Readers.ReadAsync(Count, cancellationToken);

        int Count(SqliteConnection connection) => (int)connection.Prepare(EntitySql.Count)
            .Bind(1, EntitySql.Mark(kind, mark)).Bind(2, LogKey.First(project)).Bind(3, LogKey.Below(project, long.MaxValue)).Bind(4, most).Scalar()!.Value;
    }

    public ValueTask<IReadOnlyList<EntityRow>> DueAsync(int kind, DateTimeOffset by, EntityRow? after, int max, CancellationToken cancellationToken) =>
        database.Readers.ReadAsync<IReadOnlyList<EntityRow>>(
            connection => All(connection.Prepare(EntitySql.Due)
                .Bind(1, kind).Bind(2, by.ToUnixTimeMilliseconds())
                .Bind(3, after?.Due ?? long.MinValue).Bind(4, after is null ? 0L : LogKey.Of(after.Project, after.Made)).Bind(5, max)),
            cancellationToken);

    public ValueTask<IReadOnlyList<LogEntry>> HistoryAsync(int project, long made, string type, long below, int max, CancellationToken cancellationToken) =>
        database.Readers.ReadAsync<IReadOnlyList<LogEntry>>(
            connection =>
            {
                var entries = new List<LogEntry>();
                var rows = connection.Prepare(HistorySql).Bind(1, LogKey.Of(project, made)).Bind(2, type).Bind(3, LogKey.Below(project, below)).Bind(4, max);
                while (rows.Step())
                    entries.Add(SqliteLogRows.Read(connection, rows));
                return entries;
            },
            cancellationToken);

    public async ValueTask RemoveMarkAsync(int project, int kind, long made, string mark, CancellationToken cancellationToken) => await database.Writer.WriteAsync(
        connection => connection.Prepare(EntitySql.RemoveMark).Bind(1, LogKey.Of(project, made)).Bind(2, EntitySql.Mark(kind, mark)).Run(), cancellationToken);

    public async ValueTask<TransitionOutcome> ApplyAsync(Transition transition, CancellationToken cancellationToken)
    {
        await database.Writer.RoomAsync(cancellationToken);
        var operation = new TransitionOperation(this, transition);
        database.Writer.Enqueue(operation);
        transition.Queued?.Invoke();
        return await operation.Done;
    }

    private sealed class TransitionOperation(SqliteEntityStore store, Transition transition) : WriteOperation
    {
        private readonly TaskCompletionSource<TransitionOutcome> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly SqliteMessageStore.SendOperation? _sends =
            transition.Messages.Count == 0 ? null : new SqliteMessageStore.SendOperation(store.Messages, [.. transition.Messages.Cast<Send>()], Resume.OnPool);

        private TransitionOutcome _outcome = TransitionOutcome.Conflict;

        internal Task<TransitionOutcome> Done => _done.Task;

        internal override int Weight => transition.Writes.Count + (_sends?.Weight ?? 0);

        internal override void Apply(SqliteConnection connection) =>
            _outcome = _sends is null ? store.Apply(connection, transition) : store.Apply(connection, transition, _sends);

        internal override void Undo() => _sends?.Undo();

        internal override void Committed()
        {
            if (_outcome.Result != TransitionResult.Applied || _sends is null)
                return;
            _sends.Committed();
            _outcome = _outcome with { Sent = _sends.Outcomes };
        }

        internal override void Complete() => _done.TrySetResult(_outcome);

        internal override void Fail(Exception reason) => _done.TrySetException(reason);
    }

    private SqliteMessageStore Messages => messages;

    /// <summary>Applies a transition with its messages. If a message cannot be stored, a savepoint undoes the entities, and other operations in the
    /// transaction are not affected.</summary>
    private TransitionOutcome Apply(SqliteConnection connection, Transition transition, SqliteMessageStore.SendOperation sends)
    {
        if (log.TryCursor(connection, transition.Project) is not { } cursor)
            return TransitionOutcome.ProjectGone;
        var mark = log.Mark(cursor);
        connection.Prepare("SAVEPOINT transition").Run();
        var outcome = Apply(connection, transition);
        if (outcome.Result == TransitionResult.Applied)
        {
            sends.Apply(connection);
            if (sends.Outcomes.Any(sent => sent.Result != SendResult.Stored))
            {
                connection.Prepare("ROLLBACK TO transition").Run();
                log.GoBack(mark);
                sends.GoBack(connection);
                outcome = TransitionOutcome.MessageRefused;
            }
            else if (transition.DeadLetter is { } dead && !messages.TryReplace(connection, transition.Project, dead))
            {
                connection.Prepare("ROLLBACK TO transition").Run();
                log.GoBack(mark);
                sends.GoBack(connection);
                outcome = TransitionOutcome.Conflict;
            }
        }

        connection.Prepare("RELEASE transition").Run();
        return outcome;
    }

    private TransitionOutcome Apply(SqliteConnection connection, Transition transition)
    {
        if (log.TryCursor(connection, transition.Project) is not { } cursor)
            return TransitionOutcome.ProjectGone;
        // The first write finds out by itself, before anything is written. Usually it is the only one.
        if (!transition.Unchanged.All(row => SqliteEntityRows.IsAsRead(connection, row))
            || !transition.Writes.Skip(1).All(write => SqliteEntityRows.IsAsRead(connection, transition.Project, write)))
        {
            return TransitionOutcome.Conflict;
        }

        var now = log.Now(cursor);
        var rows = new List<EntityRow>(transition.Writes.Count);
        foreach (var write in transition.Writes)
        {
            var row = RowOf(transition, write, cursor.NextSeq, now);
            if (!SqliteEntityRows.TryWrite(connection, row, write))
            {
                return rows.Count == 0
                    ? TransitionOutcome.Conflict
                    : throw new InvalidOperationException($"A transition of project {row.Project} has two writes of one thing.");
            }

            log.Append(connection, cursor, new LogEntry
            {
                Project = row.Project,
                Seq = row.Changed,
                Kind = write.Kind.Entry,
                Stamp = now,
                Audience = write.Audience,
                Sender = transition.Sender,
                Type = write.Type,
                Execution = write.OwnsItsMessages ? row.Made : 0,
                Subject = row.Made,
                Json = EntityJson.Fill(write.Entry, row.Id, now, row.Changed),
            });
            rows.Add(row);
        }

        return new TransitionOutcome(TransitionResult.Applied, rows);
    }

    private static EntityRow RowOf(Transition transition, EntityWrite write, long seq, long now) => new()
    {
        Project = transition.Project,
        Kind = write.Kind.Number,
        Name = write.Name,
        Made = write.Present?.Made ?? seq,
        IdBits = write.Present?.IdBits ?? (long)(EntryId.Random() & EntryId.RandomMask),
        MadeAt = write.Present?.MadeAt ?? now,
        Changed = seq,
        ChangedAt = now,
        Maker = write.Present?.Maker ?? transition.Sender,
        Due = write.Due,
        IsOver = write.IsOver,
        Body = write.Body,
    };

    private static SqliteStatement BindAll(SqliteStatement rows, IReadOnlyList<object> values)
    {
        for (var i = 0; i < values.Count; i++)
        {
            if (values[i] is string text)
                rows.Bind(i + 1, text);
            else
                rows.Bind(i + 1, Convert.ToInt64(values[i]));
        }

        return rows;
    }

    private static EntityRow? First(SqliteStatement rows)
    {
        if (!rows.Step())
            return null;
        var row = Read(rows);
        rows.Reset();
        return row;
    }

    private static List<EntityRow> All(SqliteStatement rows)
    {
        var all = new List<EntityRow>();
        while (rows.Step())
            all.Add(Read(rows));
        return all;
    }

    private static EntityRow Read(SqliteStatement row) => new()
    {
        Project = LogKey.Project(row.Int64(0)),
        Made = LogKey.Seq(row.Int64(0)),
        Kind = row.Int32(1),
        Name = row.Text(2),
        IdBits = row.Int64(3),
        MadeAt = row.Int64(4),
        Changed = LogKey.Seq(row.Int64(5)),
        ChangedAt = row.Int64(6),
        Maker = row.Int32(7),
        Due = row.NullableInt64(8),
        IsOver = row.Int64(9) != 0,
        Body = row.Blob(10).ToArray(),
    };
}
