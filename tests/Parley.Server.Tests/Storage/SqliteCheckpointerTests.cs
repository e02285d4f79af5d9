using Microsoft.Extensions.Logging;
using Parley.Server.Storage;
using Parley.Server.Storage.Sqlite;
using Xunit;

namespace Parley.Server.Tests.Storage;

/// <summary>When the write-ahead log is moved into the database.</summary>
public sealed class SqliteCheckpointerTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly string _folder = Directory.CreateTempSubdirectory("parley-checkpoint-").FullName;
    private readonly CheckpointCounter _checkpoints = new();

    private string File => Path.Combine(_folder, "parley.db");

    [Fact]
    public async Task A_log_that_was_once_long_is_not_checkpointed_every_few_commits()
    {
        using (var database = Open())
        {
            await WriteAsync(database, commits: 1, bytes: 20 << 20);
            await _checkpoints.First.WaitAsync(Patience, TestContext.Current.CancellationToken);

            // The file is still as long as it was; what waits in it is little.
            await WriteAsync(database, commits: 300, bytes: 100);
        }

        Assert.Equal(1, _checkpoints.Count);
    }

    [Fact]
    public async Task A_log_that_keeps_growing_is_checkpointed_again()
    {
        using var database = Open();
        await WriteAsync(database, commits: 1, bytes: 20 << 20);
        await _checkpoints.First.WaitAsync(Patience, TestContext.Current.CancellationToken);
        await WriteAsync(database, commits: 20, bytes: 1 << 20);
        await _checkpoints.Second.WaitAsync(Patience, TestContext.Current.CancellationToken);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private SqliteDatabase Open()
    {
        var database = SqliteDatabase.Open(_folder, File, new StoreTrouble(), _checkpoints);
        database.Writer.Start();
        return database;
    }

    private static async Task WriteAsync(SqliteDatabase database, int commits, int bytes)
    {
        for (var i = 0; i < commits; i++)
        {
            await database.Writer.WriteAsync(
                connection =>
                {
                    connection.Execute($"CREATE TABLE IF NOT EXISTS filling (bytes BLOB); INSERT INTO filling VALUES (zeroblob({bytes}))");
                    return true;
                },
                TestContext.Current.CancellationToken);
        }
    }

    private sealed class CheckpointCounter : ILogger
    {
        private readonly TaskCompletionSource _first = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _second = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _count;

        internal int Count => Volatile.Read(ref _count);

        internal Task First => _first.Task;

        internal Task Second => _second.Task;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (!formatter(state, exception).StartsWith("Checkpoint:", StringComparison.Ordinal))
                return;
            var count = Interlocked.Increment(ref _count);
            (count == 1 ? _first : _second).TrySetResult();
        }
    }
}
