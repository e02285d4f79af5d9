using Microsoft.Extensions.Logging;
using Parley.Server.Files;

namespace Parley.Server.Storage.Sqlite;

/// <summary>The file of the message index. Everything in it comes from the log: it may be deleted at any time and is then made again, as it is
/// where it is damaged.</summary>
/// <remarks>A file of its own, so that indexing never holds the lock that senders need and pays for no fsync of theirs.</remarks>
internal sealed partial class SqliteIndexDatabase : IDisposable
{
    private readonly ILogger _log;
    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly LowPriorityScheduler _quiet = new("sqlite-index");

    /// <summary>Null where it could not be made again yet.</summary>
    private SqliteConnection? _connection;
    private FileIdentity? _identity;
    private volatile int _timesMade;

    private SqliteIndexDatabase(string path, ILogger log) => (Path, _log) = (path, log);

    internal string Path { get; }

    /// <summary>Changes when the file is another: a connection to the one before reads what nobody keeps up to date.</summary>
    internal int TimesMade => _timesMade;

    /// <summary>Whether the file under its name is still the one that is open here.</summary>
    internal bool IsInPlace => _identity is null || _identity == FileIdentity.Of(Path);

    /// <exception cref="IndexUnusableException">There is none, and none can be made.</exception>
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

    /// <summary>Deletes the index of a folder that nobody uses, where there is one.</summary>
    internal static void Delete(string folder)
    {
        foreach (var file in SqliteFiles.Of(PathIn(folder)))
            File.Delete(file);
    }

    /// <summary>Where work on the index runs.</summary>
    /// <param name="isAwaited">Whether somebody waits for it.</param>
    internal TaskScheduler Thread(bool isAwaited) => isAwaited ? TaskScheduler.Default : _quiet;

    /// <summary>Runs one change in a transaction of its own.</summary>
    /// <exception cref="StorageUnavailableException">The disk refused, or the index was found damaged and is made anew: later it succeeds.</exception>
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

    /// <summary>Makes the index anew if it is not whole, or not in its place. Blocks while it is looked through.</summary>
    /// <returns>True when it was, and what failed may succeed now; false: the index is not at fault.</returns>
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
            throw new StorageUnavailableException("The index of messages cannot be made anew.", fault);
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
                MakeAnew("it could not be made before");
            _connection!.Prepare("BEGIN IMMEDIATE").Run();
            var result = change(_connection);
            _connection.Prepare("COMMIT").Run();
            return result;
        }
        catch (SqliteException fault)
        {
            UndoAfter(fault);
            throw new StorageUnavailableException(fault.IsStorageFault ? "The index cannot be written." : "The index was not whole.", fault);
        }
        catch (Exception fault) when (fault is not StorageUnavailableException)
        {
            _connection?.Rollback();
            throw;
        }
    }

    /// <summary>Undoes the transaction; where the file is at fault, and not the disk, another takes its place.</summary>
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
        [LoggerMessage(Level = LogLevel.Warning, Message = "The index of messages {Index} could not be used: {Reason}. It is made anew from the log; the old one is {Aside}, and may be deleted.")]
        internal static partial void MadeAnew(ILogger logger, string index, string reason, string aside);

        [LoggerMessage(Level = LogLevel.Error, Message = "The index of messages {Index} cannot be made anew; it is tried again. Lists still answer, search waits.")]
        internal static partial void NotMade(ILogger logger, Exception fault, string index);
    }
}
