using Npgsql;
using Parley.Protocol;
using Parley.Server.Log;

namespace Parley.Server.Storage.Postgres;

/// <summary>A transition in several steps. It first locks what it changes (a project's row stands for the whole project), then reads, and leaves its
/// writes to the end, where they go in one round trip with the commit.</summary>
internal sealed class PostgresTransaction(NpgsqlConnection connection, int node, TimeProvider clock)
{
    private readonly SortedDictionary<int, ProjectCursor> _cursors = [];
    private readonly SortedDictionary<int, MailboxChange> _mailboxes = [];
    private readonly List<NpgsqlBatchCommand> _deferred = [];
    private bool _begun;

    /// <summary>This node's number.</summary>
    internal int Node => node;

    internal CommitEffects News { get; } = new();

    /// <summary>Locks a project until the commit.</summary>
    /// <returns>The state of its log.</returns>
    /// <exception cref="InvalidOperationException">The project no longer exists.</exception>
    internal async ValueTask<ProjectCursor> LockAsync(int project)
    {
        await LockAsync([project]);
        return Cursor(project);
    }

    /// <summary>Locks several projects in the order of their numbers. Call it only once per transaction, and first: in another order, two nodes could
    /// deadlock. Projects that no longer exist are skipped.</summary>
    internal async ValueTask LockAsync(IReadOnlyCollection<int> projects)
    {
        if (projects.All(_cursors.ContainsKey))
            return;
        if (_cursors.Count > 0)
            throw new InvalidOperationException("Projects are locked all at once.");
        await using (var reader = await ReadAsync(
            "SELECT number, next_seq, last_stamp FROM projects WHERE number = ANY($1) ORDER BY number FOR NO KEY UPDATE", projects.Order().ToArray()))
        {
            while (await reader.ReadAsync())
                _cursors.Add(reader.GetInt32(0), new ProjectCursor(reader.GetInt32(0)) { NextSeq = reader.GetInt64(1), LastStamp = reader.GetInt64(2) });
        }

        foreach (var cursor in _cursors.Values)
            cursor.LastStamp = Math.Max(cursor.LastStamp, Now);
    }

    /// <summary>A project that this transaction has locked.</summary>
    internal ProjectCursor Cursor(int project) =>
        _cursors.GetValueOrDefault(project) ?? throw new InvalidOperationException($"There is no project number {project}.");

    internal bool HasLocks => _cursors.Count > 0;

    internal bool HasLocked(int project) => _cursors.ContainsKey(project);

    private long? _now;

    /// <summary>The time in Unix milliseconds, by the clock that all nodes share (<see cref="DatabaseClock"/>). It is the same throughout the
    /// transaction.</summary>
    internal long Now => _now ??= clock.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>Runs a statement now. Values are $1, $2, ... in order. null becomes NULL.</summary>
    /// <returns>The number of rows it changed.</returns>
    internal async Task<int> RunAsync(string sql, params object?[] values)
    {
        await using var reader = await ReadAsync(sql, values);
        return Math.Max(reader.RecordsAffected, 0);
    }

    /// <returns>The first value of the first row; null if there is none, or it is NULL.</returns>
    internal async Task<object?> ScalarAsync(string sql, params object?[] values)
    {
        await using var reader = await ReadAsync(sql, values);
        return await reader.ReadAsync() && !reader.IsDBNull(0) ? reader.GetValue(0) : null;
    }

    /// <summary>Runs a query within the transaction. Dispose the reader before the next statement.</summary>
    internal async Task<NpgsqlDataReader> ReadAsync(string sql, params object?[] values)
    {
        await using var batch = new NpgsqlBatch(connection);
        if (!_begun)
            batch.BatchCommands.Add(new NpgsqlBatchCommand("BEGIN"));
        _begun = true;
        batch.BatchCommands.Add(Command(sql, values));
        return await batch.ExecuteReaderAsync();
    }

    /// <summary>Leaves a statement to the end, where it is sent with all others. For writes whose result nothing depends on.</summary>
    internal void Defer(string sql, params object?[] values) => _deferred.Add(Command(sql, values));

    /// <summary>Appends an entry whose seq is the cursor's next.</summary>
    internal void Append(ProjectCursor cursor, LogEntry entry, in MessageColumns message = default)
    {
        LogStamp.Check(entry, cursor.LastStamp);
        _deferred.Add(PostgresLogRows.Insert(entry, message));
        cursor.NextSeq = entry.Seq + 1;
        News.Entries.Add(entry);
    }

    /// <summary>What the commit adds to a mailbox's counters.</summary>
    internal MailboxChange Mailbox(int agent)
    {
        if (!_mailboxes.TryGetValue(agent, out var change))
            _mailboxes.Add(agent, change = new MailboxChange());
        return change;
    }

    internal IReadOnlyDictionary<int, MailboxChange> Mailboxes => _mailboxes;

    internal async Task CommitAsync(bool notify)
    {
        foreach (var (agent, change) in _mailboxes)
        {
            if (!change.IsNothing)
                _deferred.Add(change.Command(agent));
        }

        foreach (var cursor in _cursors.Values)
        {
            if (cursor.IsChanged)
                _deferred.Add(cursor.Command());
        }

        if (notify && PostgresWake.TextOf(Node, _cursors.Values, News.Woken) is { } wake)
            _deferred.Add(Command("SELECT pg_notify($1, $2)", PostgresWake.Channel, wake));
        if (!_begun && _deferred.Count == 0)
            return;
        await using var batch = new NpgsqlBatch(connection);
        if (!_begun)
            batch.BatchCommands.Add(new NpgsqlBatchCommand("BEGIN"));
        foreach (var command in _deferred)
            batch.BatchCommands.Add(command);
        batch.BatchCommands.Add(new NpgsqlBatchCommand("COMMIT"));
        await batch.ExecuteNonQueryAsync();
    }

    /// <summary>Rolls back. If the connection is lost, the database has rolled back by itself.</summary>
    internal async Task RollbackAsync()
    {
        if (!_begun || connection.State != System.Data.ConnectionState.Open)
            return;
        await using var command = new NpgsqlCommand("ROLLBACK", connection);
        await command.ExecuteNonQueryAsync();
    }

    internal static NpgsqlBatchCommand Command(string sql, params ReadOnlySpan<object?> values)
    {
        var command = new NpgsqlBatchCommand(sql);
        foreach (var value in values)
            command.Parameters.Add(new NpgsqlParameter { Value = value ?? DBNull.Value });
        return command;
    }
}

/// <summary>The columns that messages have in addition to those of every entry.</summary>
internal readonly record struct MessageColumns(long FirstDelivery, int Deliveries);

/// <summary>The state of a locked project's log, and what the transaction adds to its counters.</summary>
internal sealed class ProjectCursor(int project)
{
    private long _readSeq;

    internal int Project => project;

    internal required long NextSeq
    {
        get;
        set
        {
            if (_readSeq == 0)
                _readSeq = value;
            field = value;
        }
    }

    /// <summary>The latest time of the project's entries in Unix milliseconds. It never decreases: ordering by time is the same as ordering by seq,
    /// whatever the clock does.</summary>
    internal required long LastStamp { get; set; }

    internal long Sent { get; set; }
    internal long Delivered { get; set; }
    internal long Acknowledged { get; set; }
    internal long Dead { get; set; }
    internal long Expired { get; set; }

    internal bool HasGrown => NextSeq != _readSeq;

    internal bool IsChanged => HasGrown || (Sent | Delivered | Acknowledged | Dead | Expired) != 0;

    internal NpgsqlBatchCommand Command() => PostgresTransaction.Command(
        """
        UPDATE projects SET next_seq = $2, last_stamp = $3, sent = sent + $4, delivered = delivered + $5, acknowledged = acknowledged + $6,
                            dead = dead + $7, expired = expired + $8
        WHERE number = $1
        """,
        project, NextSeq, LastStamp, Sent, Delivered, Acknowledged, Dead, Expired);
}

/// <summary>What a transaction adds to a mailbox's counters.</summary>
internal sealed class MailboxChange
{
    /// <summary>By priority 1-4.</summary>
    private readonly int[] _waiting = new int[5];

    internal int Waiting => _waiting[1] + _waiting[2] + _waiting[3] + _waiting[4];

    internal int InFlight { get; set; }

    internal int Dead { get; set; }

    internal bool IsNothing => InFlight == 0 && Dead == 0 && _waiting.AsSpan().IndexOfAnyExcept(0) < 0;

    internal void Wait(Priority priority, int count = 1) => _waiting[(int)priority] += count;

    internal NpgsqlBatchCommand Command(int agent) => PostgresTransaction.Command(
        """
        UPDATE mailboxes SET waiting_1 = waiting_1 + $2, waiting_2 = waiting_2 + $3, waiting_3 = waiting_3 + $4, waiting_4 = waiting_4 + $5,
                             in_flight = in_flight + $6, dead = dead + $7
        WHERE agent = $1
        """,
        agent, _waiting[1], _waiting[2], _waiting[3], _waiting[4], InFlight, Dead);
}
