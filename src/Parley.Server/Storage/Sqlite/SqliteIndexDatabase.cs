using Microsoft.Extensions.Logging;
using Parley.Server.Files;

namespace Parley.Server.Storage.Sqlite;

/// <summary>The file of the message index. Everything in it comes from the log. It may be deleted at any time and is then rebuilt, as it also is when
/// it is damaged.</summary>
/// <remarks>A separate file, so that indexing never holds the lock that senders need, and does not share their fsyncs.</remarks>
internal sealed partial class SqliteIndexDatabase : IDisposable
{
    private readonly ILogger _log;
    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly LowPriorityScheduler _quiet = new("sqlite-index");

    /// <summary>Null if it could not be rebuilt yet.</summary>
    private SqliteConnection? _connection;
    private FileIdentity? _identity;
    private volatile int _timesMade;

    private SqliteIndexDatabase(string path, ILogger log) => (Path, _log) = (path, log);

    internal string Path { get; }

    /// <summary>Changes when the file is replaced: a connection to the previous file would read data that is no longer kept up to date.</summary>
    internal int TimesMade => _timesMade;

    /// <summary>Whether the file with its name is still the one that is open.</summary>
    internal bool IsInPlace => _identity is null || _identity == FileIdentity.Of(Path);

    /// <exception cref="IndexUnusableException">There is none, and none can be created.</exception>
    internal static SqliteIndexDatabase Open(string folder, ILogger log)
    {
        var index = new SqliteIndexDatabase(PathIn(folder), log);
        try
        {
            if (SqliteIndexFile.TryOpen(index.Path, out var found) is { } connection)
                index.Take(connection);
            else
                index.MakeAnew(found);
            return index;
        }
        catch (Exception fault) when (fault is SqliteException or IOException or UnauthorizedAccessException)
        {
            index.Dispose();
            throw fault is SqliteException { IsDamage: false } or IOException ? fault : new IndexUnusableException(index.Path, fault);
        }
    }

    /// <summary>Deletes the index of a folder that no server uses, if there is one.</summary>
    internal static void Delete(string folder)
    {
        foreach (var file in SqliteFiles.Of(PathIn(folder)))
            File.Delete(file);
    }

    /// <summary>The scheduler for work on the index.</summary>
    /// <param name="isAwaited">Whether somebody waits for it.</param>
    internal TaskScheduler Thread(bool isAwaited) => isAwaited ? TaskScheduler.Default : _quiet;

    /// <summary>Runs one change in its own transaction.</summary>
    /// <exception cref="StorageUnavailableException">The disk refused, or the index was found damaged and is being rebuilt. It succeeds
    /// later.</exception>
    internal async ValueTask<T> WriteAsync<T>(Func<SqliteConnection, T> change, TaskScheduler thread, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            return await Task.Factory.StartNew(() => Transact(change), cancellationToken, TaskCreationOptions.DenyChildAttach, thread);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Rebuilds the index if it is damaged or has lost its name. Blocks while it is checked.</summary>
    /// <returns>True if it was rebuilt, so that what failed may succeed now; false if the index is not at fault.</returns>
    internal bool Mend()
    {
        _turn.Wait();
        try
        {
            if (_connection is not null && IsInPlace && SqliteIndexFile.FindFault(Path) is null)
                return false;
            MakeAnew(IsInPlace ? SqliteIndexFile.FindFault(Path) ?? "it was closed" : "it was deleted or replaced");
            return true;
        }
        catch (Exception fault) when (fault is SqliteException or IOException or UnauthorizedAccessException)
        {
            throw new StorageUnavailableException("The message index cannot be rebuilt.", fault);
        }
        finally
        {
            _turn.Release();
        }
    }

    public void Dispose()
    {
        _turn.Wait();
        _quiet.Dispose();
        _connection?.Dispose();
    }

    private static string PathIn(string folder) => System.IO.Path.Combine(folder, "index.db");

    private T Transact<T>(Func<SqliteConnection, T> change)
    {
        try
        {
            if (_connection is null)
                MakeAnew("it could not be created before");
            _connection!.Prepare("BEGIN IMMEDIATE").Run();
            var result = change(_connection);
            _connection.Prepare("COMMIT").Run();
            return result;
        }
        catch (SqliteException fault)
        {
            UndoAfter(fault);
            throw new StorageUnavailableException(fault.IsStorageFault ? "The index cannot be written." : "The index was damaged.", fault);
        }
        catch (Exception fault) when (fault is not StorageUnavailableException)
        {
            _connection?.Rollback();
            throw;
        }
    }

    /// <summary>Rolls back the transaction. If the file is at fault, not the disk, replaces it.</summary>
    private void UndoAfter(SqliteException fault)
    {
        try
        {
            if (fault.IsStorageFault && IsInPlace)
                _connection?.Rollback();
            else
                MakeAnew(fault.Message);
        }
        catch (Exception again) when (again is SqliteException or IOException or UnauthorizedAccessException)
        {
            Log.NotMade(_log, again, Path);
        }
    }

    private void MakeAnew(string reason)
    {
        _connection?.Dispose();
        _connection = null;
        var aside = SqliteIndexFile.SetAside(Path);
        Take(SqliteIndexFile.Make(Path));
        if (aside is not null)
            Log.MadeAnew(_log, Path, reason.TrimEnd('.'), aside);
    }

    private void Take(SqliteConnection connection)
    {
        _connection = connection;
        _identity = FileIdentity.Of(Path);
        _timesMade++;
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "The message index {Index} could not be used: {Reason}. It is being rebuilt from the log. The old one is {Aside}; you may delete it.")]
        internal static partial void MadeAnew(ILogger logger, string index, string reason, string aside);

        [LoggerMessage(Level = LogLevel.Error, Message = "The message index {Index} cannot be rebuilt; will try again. Until then, lists work, but searches do not.")]
        internal static partial void NotMade(ILogger logger, Exception fault, string index);
    }
}
