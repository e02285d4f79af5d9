using Microsoft.Extensions.Logging;
using Npgsql;
using Parley.Server.Coordination;
using Parley.Server.ExportImport;

namespace Parley.Server.Storage.Postgres;

/// <summary>A PostgreSQL database as this node uses it: one writing connection, and a pool for everything that only reads.</summary>
internal sealed class PostgresDatabase : IDisposable
{
    /// <summary>Milliseconds. If a node stops in the middle of a transaction with several steps, its locks are released after this time.</summary>
    private const int IdleInTransaction = 2_000;

    /// <summary>Milliseconds. A caller that waits longer for a lock is told that the store is unavailable, and may retry.</summary>
    private const int LockWait = 5_000;

    /// <summary>Milliseconds. Ordinary queries take far less.</summary>
    private const int Statement = 30_000;

    /// <summary>Seconds.</summary>
    private const int LineKeepAlive = 3;

    /// <summary>One for the lane, and one while a lost connection is replaced.</summary>
    private const int WritingConnections = 2;

    /// <summary>What is confirmed is on disk, no matter how the database or the role is configured. Stricter settings, as for a synchronous standby,
    /// are kept.</summary>
    private const string SyncCommits = "SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'";

    private readonly NpgsqlDataSource _readers;
    private readonly NpgsqlDataSource _writing;
    private readonly NpgsqlDataSource _line;
    private readonly NpgsqlDataSource _pulse;

    private PostgresDatabase(NpgsqlDataSource readers, NpgsqlDataSource writing, NpgsqlDataSource line, NpgsqlDataSource pulse, int node, TimeProvider clock, DatabaseClock shared, ILogger log)
    {
        _readers = readers;
        _writing = writing;
        _line = line;
        _pulse = pulse;
        Clock = shared;
        Writer = new PostgresWriter(writing, node, clock, log);
    }

    /// <summary>This node's number, assigned at the start, or when the node returns after it was considered gone. Numbers are never reused.</summary>
    internal int Node => Writer.Node;

    internal PostgresWriter Writer { get; }

    /// <summary>The database's time of day.</summary>
    internal DatabaseClock Clock { get; }

    /// <summary>The version of the database server at the start.</summary>
    internal required string ServerVersion { get; init; }

    /// <summary>Connects, upgrades the schema, and takes a node number. The writer is not started yet.</summary>
    /// <param name="clock">The server's clock. From now on, it follows the database's time of day, which all nodes share.</param>
    /// <param name="connectionString">In Npgsql's format. Writing takes its share of the pool's size, and readers get the rest.</param>
    /// <exception cref="SchemaTooNewException">A newer version of Parley has used it.</exception>
    /// <exception cref="ImportUnfinishedException">It contains only a part of the data.</exception>
    /// <exception cref="StorageUnavailableException">The database cannot be reached.</exception>
    internal static PostgresDatabase Open(string connectionString, TimeProvider clock, ILogger log)
    {
        var readers = Source(connectionString, "", new NpgsqlConnectionStringBuilder(connectionString).MaxPoolSize - WritingConnections);
        var writing = Source(connectionString, " -c plan_cache_mode=force_generic_plan -c enable_hashjoin=off -c enable_mergejoin=off", WritingConnections);
        var line = Source(new NpgsqlConnectionStringBuilder(connectionString) { KeepAlive = LineKeepAlive }.ConnectionString, "", connections: 1);
        var pulse = Source(connectionString, "", connections: 1);
        try
        {
            using (var migrating = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false }.ConnectionString))
            {
                migrating.Open();
                PostgresMigrator.Migrate(migrating);
            }

            using var connection = writing.OpenConnection();
            var shared = new DatabaseClock(clock);
            AskTime(connection, shared);
            // In a test, the test's clock is used instead.
            if (clock is SteadyClock steady)
                steady.Follow(shared);
            var node = TakeNodeNumber(connection);
            RefuseUnfinished(connection, node);
            return new PostgresDatabase(readers, writing, line, pulse, node, clock, shared, log) { ServerVersion = connection.PostgreSqlVersion.ToString() };
        }
        catch (Exception fault)
        {
            readers.Dispose();
            writing.Dispose();
            line.Dispose();
            pulse.Dispose();
            if (PostgresFault.IsAway(fault))
                throw PostgresFault.Away(fault);
            throw;
        }
    }

    /// <summary>Runs a query that changes nothing.</summary>
    /// <exception cref="StorageUnavailableException">The database is unavailable.</exception>
    internal ValueTask<T> ReadAsync<T>(Func<NpgsqlConnection, CancellationToken, Task<T>> read, CancellationToken cancellationToken) =>
        RunAsync(_readers, read, mayRepeat: true, cancellationToken);

    /// <summary>Sends a heartbeat over a connection that nothing else uses, so that queries that wait for a lock cannot delay it.</summary>
    /// <exception cref="StorageUnavailableException">The database is unavailable.</exception>
    internal ValueTask<T> BeatAsync<T>(Func<NpgsqlConnection, CancellationToken, Task<T>> beat, CancellationToken cancellationToken) =>
        RunAsync(_pulse, beat, mayRepeat: true, cancellationToken);

    /// <summary>Runs a change in its own transaction, outside the writing lane. Only for changes that no sender waits for and that do not touch the
    /// log, its deliveries, or its mailboxes.</summary>
    /// <exception cref="StorageUnavailableException">The database is unavailable.</exception>
    internal ValueTask<T> WriteBesideAsync<T>(Func<NpgsqlConnection, CancellationToken, Task<T>> change, CancellationToken cancellationToken) =>
        RunAsync(
            _readers,
            async (connection, cancellation) =>
            {
                await using var transaction = await connection.BeginTransactionAsync(cancellation);
                var result = await change(connection, cancellation);
                await transaction.CommitAsync(cancellation);
                return result;
            },
            mayRepeat: false,
            cancellationToken);

    /// <summary>Continues under a new node number.</summary>
    internal async ValueTask RenumberAsync(CancellationToken cancellationToken) => await Writer.WriteAsync(
        async transaction => (int)(await transaction.ScalarAsync(
            "INSERT INTO nodes (name, started_at, seen_at) VALUES ($1, clock_timestamp(), clock_timestamp()) RETURNING number", Environment.MachineName))!,
        cancellationToken,
        committed: number => Writer.Node = number);

    /// <summary>Opens a connection for notifications, with keep-alives, so that a broken connection is noticed.</summary>
    /// <exception cref="StorageUnavailableException">The database is unavailable.</exception>
    internal async ValueTask<NpgsqlConnection> OpenLineAsync(CancellationToken cancellationToken)
    {
        var connection = _line.CreateConnection();
        try
        {
            await connection.OpenOrAwayAsync(cancellationToken);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    private static async ValueTask<T> RunAsync<T>(
        NpgsqlDataSource source, Func<NpgsqlConnection, CancellationToken, Task<T>> work, bool mayRepeat, CancellationToken cancellationToken)
    {
        while (true)
        {
            await using var connection = source.CreateConnection();
            try
            {
                await connection.OpenOrAwayAsync(cancellationToken);
                return await work(connection, cancellationToken);
            }
            catch (Exception fault) when (PostgresFault.IsAway(fault))
            {
                // After a restart or failover of the database, the pool is full of broken connections, so a query is tried once more on a new one. If
                // no connection can be made, or the server itself refused, it fails.
                if (!mayRepeat || !connection.FullState.HasFlag(System.Data.ConnectionState.Broken))
                    throw PostgresFault.Away(fault);
                mayRepeat = false;
                source.Clear();
            }
        }
    }

    public void Dispose()
    {
        Writer.Dispose();
        _line.Dispose();
        _pulse.Dispose();
        _writing.Dispose();
        _readers.Dispose();
    }

    /// <summary>Every statement finds its rows by a key, or reads them in a key's order and stops after a page, whatever the size of the table. But
    /// the planner relies on statistics. If a table was filled or emptied since they were collected, it would read the whole table: 90 ms for a page
    /// of a log of 40,000 entries, two seconds for a claim of 256. And plans without a scan get such a high cost that the server would compile them
    /// to machine code, half a second for a millisecond of work.</summary>
    private const string ByKey = "-c enable_seqscan=off -c enable_bitmapscan=off -c enable_material=off -c jit=off";

    private static NpgsqlDataSource Source(string connectionString, string options, int connections)
    {
        var settings = new NpgsqlConnectionStringBuilder(connectionString) { MinPoolSize = 0, MaxPoolSize = connections };
        // A batch is sent in as few parts as possible: the server does not start one of which only half has arrived, so it holds no lock.
        settings.WriteBufferSize = 64 * 1024;
        settings.ReadBufferSize = 32 * 1024;
        if (settings.MaxAutoPrepare == 0)
            settings.MaxAutoPrepare = 100;
        settings.AutoPrepareMinUsages = 2;
        // Sessions have no state of their own that must be reset before the pool reuses them.
        settings.NoResetOnClose = true;
        settings.Options = FormattableString.Invariant(
            $"{settings.Options} -c idle_in_transaction_session_timeout={IdleInTransaction} -c lock_timeout={LockWait} -c statement_timeout={Statement} {ByKey}{options}").Trim();
        var source = new NpgsqlDataSourceBuilder(settings.ConnectionString);
        source.UsePhysicalConnectionInitializer(
            connection =>
            {
                using var command = new NpgsqlCommand(SyncCommits, connection);
                command.ExecuteNonQuery();
            },
            async connection =>
            {
                await using var command = new NpgsqlCommand(SyncCommits, connection);
                await command.ExecuteNonQueryAsync();
            });
        return source.Build();
    }

    private static void AskTime(NpgsqlConnection connection, DatabaseClock clock)
    {
        using var command = new NpgsqlCommand($"SELECT {DatabaseClock.Question}", connection);
        var asked = clock.GetTimestamp();
        clock.Hear((long)command.ExecuteScalar()!, asked);
    }

    private static int TakeNodeNumber(NpgsqlConnection connection)
    {
        using var command = new NpgsqlCommand(
            "INSERT INTO nodes (name, started_at, seen_at) VALUES ($1, clock_timestamp(), clock_timestamp()) RETURNING number", connection);
        command.Parameters.Add(new NpgsqlParameter { Value = Environment.MachineName });
        return (int)command.ExecuteScalar()!;
    }

    /// <summary>Checks after this node has its number. An import looks for nodes after it has begun, so one of the two always sees the
    /// other.</summary>
    private static void RefuseUnfinished(NpgsqlConnection connection, int node)
    {
        using var question = new NpgsqlCommand("SELECT count(*) FROM import_progress", connection);
        if (question.ExecuteScalar() is 0L)
            return;
        using var leave = new NpgsqlCommand("UPDATE nodes SET gone_at = clock_timestamp() WHERE number = $1", connection);
        leave.Parameters.Add(new NpgsqlParameter<int> { TypedValue = node });
        leave.ExecuteNonQuery();
        throw new ImportUnfinishedException($"the PostgreSQL database '{connection.Database}'");
    }
}
