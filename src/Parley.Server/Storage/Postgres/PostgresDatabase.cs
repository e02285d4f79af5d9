using Microsoft.Extensions.Logging;
using Npgsql;
using Parley.Server.Coordination;
using Parley.Server.ExportImport;

namespace Parley.Server.Storage.Postgres;

/// <summary>One PostgreSQL database as this node uses it: its one writing connection, and a pool for everything that only reads.</summary>
internal sealed class PostgresDatabase : IDisposable
{
    /// <summary>Milliseconds. A transaction of several steps whose node has stopped in the middle holds its locks no longer than this.</summary>
    private const int IdleInTransaction = 2_000;

    /// <summary>Milliseconds. Who waits longer for a lock hears that the store is away, and may come again.</summary>
    private const int LockWait = 5_000;

    /// <summary>Milliseconds; queries of people and of loops are bounded far below.</summary>
    private const int Statement = 30_000;

    /// <summary>Seconds.</summary>
    private const int LineKeepAlive = 3;

    /// <summary>The lane's, and another while a lost one is replaced.</summary>
    private const int WritingConnections = 2;

    /// <summary>What is confirmed is on disk, whatever the database or the role has been set to; who asks for more, as with a synchronous
    /// standby, gets more.</summary>
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

    /// <summary>This node's number: given at its start, or when it comes back after it was taken for gone, and never again.</summary>
    internal int Node => Writer.Node;

    internal PostgresWriter Writer { get; }

    /// <summary>What the database says of the time of day.</summary>
    internal DatabaseClock Clock { get; }

    /// <summary>The version of the server that was met at the start.</summary>
    internal required string ServerVersion { get; init; }

    /// <summary>Connects, brings the schema up to date and takes a node number. The writer is not started yet.</summary>
    /// <param name="clock">The server's; from now on it follows the database's time of day, which all nodes share.</param>
    /// <param name="connectionString">As Npgsql has it. Of its pool's size writing takes its share, readers have the rest.</param>
    /// <exception cref="SchemaTooNewException">A newer Parley has been here.</exception>
    /// <exception cref="ImportUnfinishedException">Only a part of the data is there.</exception>
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
            // In a test the test's clock counts.
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

    /// <summary>Runs a question that changes nothing.</summary>
    /// <exception cref="StorageUnavailableException">The database is away.</exception>
    internal ValueTask<T> ReadAsync<T>(Func<NpgsqlConnection, CancellationToken, Task<T>> read, CancellationToken cancellationToken) =>
        RunAsync(_readers, read, mayRepeat: true, cancellationToken);

    /// <summary>Gives a sign of life, over a connection that nothing else uses: questions that wait for a lock must not hold it up.</summary>
    /// <exception cref="StorageUnavailableException">The database is away.</exception>
    internal ValueTask<T> BeatAsync<T>(Func<NpgsqlConnection, CancellationToken, Task<T>> beat, CancellationToken cancellationToken) =>
        RunAsync(_pulse, beat, mayRepeat: true, cancellationToken);

    /// <summary>Runs a change that no sender waits for and that touches nothing of the log, its deliveries or its mailboxes, in a transaction
    /// of its own beside the writing lane.</summary>
    /// <exception cref="StorageUnavailableException">The database is away.</exception>
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

    /// <summary>Goes on under a new number.</summary>
    internal async ValueTask RenumberAsync(CancellationToken cancellationToken) => await Writer.WriteAsync(
        async transaction => (int)(await transaction.ScalarAsync(
            "INSERT INTO nodes (name, started_at, seen_at) VALUES ($1, clock_timestamp(), clock_timestamp()) RETURNING number", Environment.MachineName))!,
        cancellationToken,
        committed: number => Writer.Node = number);

    /// <summary>A connection to listen on, with signs of life over it: one that is cut is noticed.</summary>
    /// <exception cref="StorageUnavailableException">The database is away.</exception>
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
                // After a restart of the database, or its failover, the pool is full of connections that are gone: a question is asked
                // once more, over a new one. Where none can be made, and where the server itself refused, it is over.
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

    /// <summary>Every statement reaches its rows by a key, or walks one in its order and stops at a page, at any size. The planner believes
    /// statistics, and those of a table that was filled, or emptied, since they were taken would have it read all of it: 90 ms for a page of a
    /// log of 40,000 entries, two seconds for a claim of 256. And a plan that may not scan counts as so dear that the server would compile
    /// it to machine code, half a second for a millisecond's work.</summary>
    private const string ByKey = "-c enable_seqscan=off -c enable_bitmapscan=off -c enable_material=off -c jit=off";

    private static NpgsqlDataSource Source(string connectionString, string options, int connections)
    {
        var settings = new NpgsqlConnectionStringBuilder(connectionString) { MinPoolSize = 0, MaxPoolSize = connections };
        // A batch goes to the server in as few parts as can be: one that has come only half is not begun, and holds no lock.
        settings.WriteBufferSize = 64 * 1024;
        settings.ReadBufferSize = 32 * 1024;
        if (settings.MaxAutoPrepare == 0)
            settings.MaxAutoPrepare = 100;
        settings.AutoPrepareMinUsages = 2;
        // Sessions hold no state of their own that would have to be cleared between two users of the pool.
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

    /// <summary>Looks after this node has its number: an import looks for nodes after it has begun, so that one of the two sees the other.</summary>
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
