using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Parley.Server.Storage.Sqlite;

/// <summary>Read-only connections for queries. Each runs one query at a time, and none ever waits for the writer.</summary>
/// <param name="index">The message index, attached as <c>idx</c>; null for none.</param>
internal sealed class SqliteReaders(string path, int count, StoreTrouble trouble, ILogger log, SqliteIndexDatabase? index = null) : IDisposable
{
    /// <summary>Idle connections, each with the number of the index file that it has attached.</summary>
    private readonly ConcurrentBag<(SqliteConnection Connection, int IndexMade)> _idle = [];
    private readonly SemaphoreSlim _places = new(count, count);
    private readonly SemaphoreSlim _long = new(1, 1);
    private volatile bool _disposed;

    /// <summary>Runs a query on a thread pool thread, because reading from SQLite blocks.</summary>
    /// <exception cref="StorageUnavailableException">The disk cannot be read at the moment.</exception>
    internal ValueTask<T> ReadAsync<T>(Func<SqliteConnection, T> query, CancellationToken cancellationToken) =>
        ReadAsync(query, TaskScheduler.Default, cancellationToken);

    /// <summary>Runs a query that reads a row or two, on the caller's thread if a connection is free, because switching threads costs more than the
    /// query.</summary>
    /// <exception cref="StorageUnavailableException">The disk cannot be read at the moment.</exception>
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

    /// <summary>Runs a query that may read a great deal. One at a time, so that the other connections stay free for others.</summary>
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

    /// <summary>Runs a query on a scheduler's thread.</summary>
    /// <exception cref="StorageUnavailableException">The disk cannot be read at the moment.</exception>
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

    /// <summary>Runs a short query on the caller's thread, during the start.</summary>
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

    /// <summary>Runs the query again if the index was at fault and has been replaced.</summary>
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
            // If the server stops while a query runs, its connection must not keep the file open.
            if (_disposed && _idle.TryTake(out var late))
                late.Connection.Dispose();
            return result;
        }
        catch
        {
            // The connection may be in the middle of a statement, which would keep an old view of the file open. The next query gets a new
            // connection.
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
        // Its name now belongs to another file, or to none.
        if (trouble.Files is { } text)
            throw new StorageUnavailableException("The database cannot be read.") { Told = text };
        var connection = SqliteConnection.Open(path, readOnly: true);
        try
        {
            // Each reader caches 16 MB of pages and maps up to 1 GB of the file, so a page of history is read without a copy.
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
