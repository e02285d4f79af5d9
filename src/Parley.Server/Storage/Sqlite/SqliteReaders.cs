using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Parley.Server.Storage.Sqlite;

/// <summary>Read-only connections for queries; each is used by one query at a time, and none ever waits for the writer.</summary>
/// <param name="index">The message index, attached as <c>idx</c>; null: without.</param>
internal sealed class SqliteReaders(string path, int count, StoreTrouble trouble, ILogger log, SqliteIndexDatabase? index = null) : IDisposable
{
    /// <summary>Each with the index that it has attached, as that counts itself.</summary>
    private readonly ConcurrentBag<(SqliteConnection Connection, int IndexMade)> _idle = [];
    private readonly SemaphoreSlim _places = new(count, count);
    private readonly SemaphoreSlim _long = new(1, 1);
    private volatile bool _disposed;

    /// <summary>Runs a query on a thread of the pool: SQLite reads block.</summary>
    /// <exception cref="StorageUnavailableException">The disk cannot be read now.</exception>
    internal ValueTask<T> ReadAsync<T>(Func<SqliteConnection, T> query, CancellationToken cancellationToken) =>
        ReadAsync(query, TaskScheduler.Default, cancellationToken);

    /// <summary>Runs a query that looks at a row or two: on the caller's thread where a connection is free, since the way to another costs more than the
    /// query.</summary>
    /// <exception cref="StorageUnavailableException">The disk cannot be read now.</exception>
    internal ValueTask<T> ReadShortAsync<T>(Func<SqliteConnection, T> query, CancellationToken cancellationToken)
    {
        if (!_places.Wait(0, cancellationToken))
            return ReadAsync(query, cancellationToken);
        try
        {
            return new ValueTask<T>(Read(query));
        }
        finally
        {
            _places.Release();
        }
    }

    /// <summary>Runs a query that may look at very much. One at a time: the other connections are for the others.</summary>
    internal async ValueTask<T> ReadLongAsync<T>(Func<SqliteConnection, T> query, CancellationToken cancellationToken)
    {
        await _long.WaitAsync(cancellationToken);
        try
        {
            return await ReadAsync(query, cancellationToken);
        }
        finally
        {
            _long.Release();
        }
    }

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
        try
        {
            return ReadMended(query);
        }
        catch (SqliteException fault) when (fault.IsDamage)
        {
            throw trouble.Damaged(path, fault, log);
        }
        catch (SqliteException fault) when (fault.IsStorageFault)
        {
            throw new StorageUnavailableException("The database cannot be read.", fault);
        }
    }

    public void Dispose()
    {
        _disposed = true;
        while (_idle.TryTake(out var idle))
            idle.Connection.Dispose();
        _places.Dispose();
        _long.Dispose();
    }

    /// <summary>Once more where the index was at fault and is another now.</summary>
    private T ReadMended<T>(Func<SqliteConnection, T> query)
    {
        try
        {
            return ReadOnce(query);
        }
        catch (SqliteException fault) when (index is not null && !fault.IsPassing)
        {
            if (!index.Mend())
                throw;
        }

        return ReadOnce(query);
    }

    private T ReadOnce<T>(Func<SqliteConnection, T> query)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        var made = index?.TimesMade ?? 0;
        var connection = Take(made);
        try
        {
            var result = query(connection);
            _idle.Add((connection, made));
            // Whoever reads while the server stops must not keep the file open.
            if (_disposed && _idle.TryTake(out var late))
                late.Connection.Dispose();
            return result;
        }
        catch
        {
            // It may be in the middle of a statement, which would keep an old view of the file open: the next query gets a new one.
            connection.Dispose();
            throw;
        }
    }

    private SqliteConnection Take(int indexMade)
    {
        while (_idle.TryTake(out var idle))
        {
            if (idle.IndexMade == indexMade)
                return idle.Connection;
            idle.Connection.Dispose();
        }

        return Open();
    }

    private SqliteConnection Open()
    {
        // Under the name is another file, or none.
        if (trouble.Files is { } text)
            throw new StorageUnavailableException("The database cannot be read.") { Told = text };
        var connection = SqliteConnection.Open(path, readOnly: true);
        try
        {
            // 16 MB of pages a reader, and up to 1 GB of the file mapped: a page of history is then read without a copy.
            connection.Execute("PRAGMA query_only = ON; PRAGMA cache_size = -16384; PRAGMA mmap_size = 1073741824;");
            if (index is not null)
                connection.Prepare("ATTACH ?1 AS idx").Bind(1, index.Path).Run();
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }
}
