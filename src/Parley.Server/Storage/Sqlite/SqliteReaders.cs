using System.Collections.Concurrent;

namespace Parley.Server.Storage.Sqlite;

/// <summary>Read-only connections for queries; each is used by one query at a time, and none ever waits for the writer.</summary>
/// <param name="index">The message index, attached as <c>idx</c>; null: without.</param>
internal sealed class SqliteReaders(string path, int count, string? index = null) : IDisposable
{
    private readonly ConcurrentBag<SqliteConnection> _idle = [];
    private readonly SemaphoreSlim _places = new(count, count);
    private volatile bool _disposed;

    /// <summary>Runs a query on a thread of the pool: SQLite reads block.</summary>
    /// <exception cref="StorageUnavailableException">The disk cannot be read now.</exception>
    internal ValueTask<T> ReadAsync<T>(Func<SqliteConnection, T> query, CancellationToken cancellationToken) =>
        ReadAsync(query, TaskScheduler.Default, cancellationToken);

    /// <summary>Runs a query on one of a scheduler's threads.</summary>
    /// <exception cref="StorageUnavailableException">The disk cannot be read now.</exception>
    internal async ValueTask<T> ReadAsync<T>(Func<SqliteConnection, T> query, TaskScheduler thread, CancellationToken cancellationToken)
    {
        await _places.WaitAsync(cancellationToken);
        try
        {
            return await Task.Factory.StartNew(() => Read(query), cancellationToken, TaskCreationOptions.DenyChildAttach, thread);
        }
        finally
        {
            _places.Release();
        }
    }

    /// <summary>Runs a short query on the caller's thread; for start-up.</summary>
    internal T Read<T>(Func<SqliteConnection, T> query)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        SqliteConnection? connection = null;
        try
        {
            if (!_idle.TryTake(out connection))
                connection = Open();
            var result = query(connection);
            _idle.Add(connection);
            return result;
        }
        catch (Exception fault)
        {
            // It may be in the middle of a statement, which would keep an old view of the file open: the next query gets a new one.
            connection?.Dispose();
            if (fault is SqliteException { IsStorageFault: true })
                throw new StorageUnavailableException("The database cannot be read.", fault);
            throw;
        }
    }

    public void Dispose()
    {
        _disposed = true;
        while (_idle.TryTake(out var connection))
            connection.Dispose();
        _places.Dispose();
    }

    private SqliteConnection Open()
    {
        var connection = SqliteConnection.Open(path, readOnly: true);
        // 16 MB of pages a reader, and up to 1 GB of the file mapped: a page of history is then read without a copy.
        connection.Execute("PRAGMA query_only = ON; PRAGMA cache_size = -16384; PRAGMA mmap_size = 1073741824;");
        if (index is not null)
            connection.Prepare("ATTACH ?1 AS idx").Bind(1, index).Run();
        return connection;
    }
}
