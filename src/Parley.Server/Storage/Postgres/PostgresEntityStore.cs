using Npgsql;
using Parley.Server.Entities;
using Parley.Server.Log;
using Parley.Server.Storage.Sql;

namespace Parley.Server.Storage.Postgres;

/// <summary>Entities of every kind in PostgreSQL.</summary>
internal sealed class PostgresEntityStore(PostgresDatabase database, PostgresMessageStore messages) : IEntityStore
{
    private static readonly string HistorySql = EntitySql.History(PostgresLogRows.Columns);

    public ValueTask<EntityRow?> FindAsync(int project, int kind, string name, CancellationToken cancellationToken) =>
        FirstAsync(EntitySql.ByName, [project, (short)kind, name], cancellationToken);

    public async ValueTask<EntityRow?> FindAsync(int project, int kind, Guid id, CancellationToken cancellationToken) =>
        await FirstAsync(EntitySql.ByPlace, [LogKey.Of(project, EntryId.SeqOf(id)), (short)kind], cancellationToken) is { } row && row.Id == id ? row : null;

    public async ValueTask<IReadOnlyList<EntityRow>> FindWithAsync(int project, int kind, Guid id, int otherKind, string prefix, CancellationToken cancellationToken) =>
        EntitySql.Ordered(
            await AllAsync(
                EntitySql.With, [LogKey.Of(project, EntryId.SeqOf(id)), (short)kind, project, (short)otherKind, prefix, EntitySql.EndOf(prefix)], cancellationToken),
            kind, id);

    public ValueTask<IReadOnlyList<EntityRow>> ListAsync(EntityQuery query, CancellationToken cancellationToken)
    {
        var (sql, values) = EntitySql.List(query);
        return AllAsync(sql, [.. values], cancellationToken);
    }

    public ValueTask<IReadOnlyList<LevelRow>> LevelAsync(EntityLevel level, CancellationToken cancellationToken)
    {
        var (sql, values) = EntitySql.Level(level, "strpos");
        return database.ReadAsync<IReadOnlyList<LevelRow>>(
            async (connection, cancellation) => await connection.Ask(sql, [.. values]).ListAsync(
                static row => new LevelRow(row.GetString(11), row.IsDBNull(0) ? null : Read(row), (int?)row.Int64OrNull(12)), cancellation),
            cancellationToken);
    }

    public ValueTask<int> CountAsync(int project, int kind, string mark, int most, CancellationToken cancellationToken) => database.ReadAsync(
        async (connection, cancellation) => (await connection.Ask(EntitySql.Count, EntitySql.Mark(kind, mark), LogKey.First(project), LogKey.Below(project, long.MaxValue), most)
            .ListAsync(static row => (int)row.GetInt64(0), cancellation))[0],
        cancellationToken);

    public ValueTask<IReadOnlyList<EntityRow>> DueAsync(int kind, DateTimeOffset by, EntityRow? after, int max, CancellationToken cancellationToken) => AllAsync(
        EntitySql.Due,
        [(short)kind, by.ToUnixTimeMilliseconds(), after?.Due ?? long.MinValue, after is null ? 0L : LogKey.Of(after.Project, after.Made), max],
        cancellationToken);

    public ValueTask<IReadOnlyList<LogEntry>> HistoryAsync(int project, long made, string type, long below, int max, CancellationToken cancellationToken) =>
        database.ReadAsync<IReadOnlyList<LogEntry>>(
            async (connection, cancellation) => await PostgresLogRows.ListAsync(connection.Ask(HistorySql, LogKey.Of(project, made), type, LogKey.Below(project, below), max), cancellation),
            cancellationToken);

    public async ValueTask RemoveMarkAsync(int project, int kind, long made, string mark, CancellationToken cancellationToken) => await database.WriteBesideAsync(
        (connection, cancellation) => connection.Ask(EntitySql.RemoveMark, LogKey.Of(project, made), EntitySql.Mark(kind, mark)).RunAsync(cancellation), cancellationToken);

    public async ValueTask<TransitionOutcome> ApplyAsync(Transition transition, CancellationToken cancellationToken)
    {
        await database.Writer.RoomAsync(cancellationToken);
        var operation = new TransitionOperation(messages, transition);
        database.Writer.Enqueue(operation);
        transition.Queued?.Invoke();
        return await operation.Done;
    }

    private async ValueTask<EntityRow?> FirstAsync(string sql, object?[] values, CancellationToken cancellationToken) =>
        (await AllAsync(sql, values, cancellationToken)) is [var only] ? only : null;

    private ValueTask<IReadOnlyList<EntityRow>> AllAsync(string sql, object?[] values, CancellationToken cancellationToken) =>
        database.ReadAsync<IReadOnlyList<EntityRow>>(
            async (connection, cancellation) => await connection.Ask(sql, values).ListAsync(Read, cancellation), cancellationToken);

    internal static EntityRow Read(NpgsqlDataReader row) => new()
    {
        Project = LogKey.Project(row.GetInt64(0)),
        Made = LogKey.Seq(row.GetInt64(0)),
        Kind = row.GetInt16(1),
        Name = row.TextOrNull(2),
        IdBits = row.GetInt64(3),
        MadeAt = row.GetInt64(4),
        Changed = LogKey.Seq(row.GetInt64(5)),
        ChangedAt = row.GetInt64(6),
        Maker = row.GetInt32(7),
        Due = row.IsDBNull(8) ? null : row.GetInt64(8),
        IsOver = row.GetInt16(9) != 0,
        Body = row.GetFieldValue<byte[]>(10),
    };
}
