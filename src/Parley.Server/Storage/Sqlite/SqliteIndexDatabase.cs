using Parley.Server.Files;

namespace Parley.Server.Storage.Sqlite;

/// <summary>The file of the message index. Everything in it comes from the log: it may be deleted at any time and is then made again.</summary>
/// <remarks>A file of its own, so that indexing never holds the lock that senders need and pays for no fsync of theirs.</remarks>
internal sealed class SqliteIndexDatabase : IDisposable
{
    /// <summary>Raised with every change of the tables below; an index of another version is made anew.</summary>
    private const int Version = 1;

    private const string Tables =
        """
        CREATE TABLE message_facets (facet INTEGER NOT NULL, place INTEGER NOT NULL, PRIMARY KEY (facet, place)) WITHOUT ROWID;
        CREATE TABLE message_types (number INTEGER PRIMARY KEY, project INTEGER NOT NULL, name TEXT NOT NULL, UNIQUE (project, name));
        CREATE TABLE threads (
            thread INTEGER PRIMARY KEY, project INTEGER NOT NULL, last_place INTEGER NOT NULL, messages INTEGER NOT NULL,
            started_at INTEGER NOT NULL, last_at INTEGER NOT NULL);
        CREATE INDEX threads_recent ON threads (last_place);
        CREATE TABLE thread_parts (thread INTEGER NOT NULL, agent INTEGER NOT NULL, PRIMARY KEY (thread, agent)) WITHOUT ROWID;
        CREATE TABLE thread_messages (thread INTEGER NOT NULL, place INTEGER NOT NULL, PRIMARY KEY (thread, place)) WITHOUT ROWID;
        CREATE VIRTUAL TABLE message_text USING fts5 (content, tokenize = 'unicode61');
        CREATE TABLE indexed (project INTEGER PRIMARY KEY, seq INTEGER NOT NULL);
        """;

    private readonly SqliteConnection _connection;
    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly LowPriorityScheduler _quiet = new("sqlite-index");

    private SqliteIndexDatabase(string path, SqliteConnection connection) => (Path, _connection) = (path, connection);

    internal string Path { get; }

    internal static SqliteIndexDatabase Open(string folder)
    {
        var path = PathIn(folder);
        var connection = TryOpenFile(path);
        if (connection?.Prepare("PRAGMA user_version").Scalar() is not Version)
        {
            connection?.Dispose();
            Delete(folder);
            connection = OpenFile(path);
            connection.Execute($"BEGIN; {Tables} PRAGMA user_version = {Version}; COMMIT;");
        }

        return new SqliteIndexDatabase(path, connection);
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

    public void Dispose()
    {
        _turn.Wait();
        _quiet.Dispose();
        _connection.Dispose();
    }

    private static string PathIn(string folder) => System.IO.Path.Combine(folder, "index.db");

    private T Transact<T>(Func<SqliteConnection, T> change)
    {
        try
        {
            _connection.Prepare("BEGIN IMMEDIATE").Run();
            var result = change(_connection);
            _connection.Prepare("COMMIT").Run();
            return result;
        }
        catch (Exception fault)
        {
            _connection.Rollback();
            if (fault is SqliteException { IsStorageFault: true })
                throw new StorageUnavailableException("The index cannot be written.", fault);
            throw;
        }
    }

    /// <returns>Null where the file is damaged: all that it held is in the log, and is read from there again.</returns>
    private static SqliteConnection? TryOpenFile(string path)
    {
        try
        {
            return OpenFile(path);
        }
        catch (SqliteException fault) when (fault.IsDamage)
        {
            return null;
        }
    }

    private static SqliteConnection OpenFile(string path)
    {
        OwnerOnly.MakeFile(path);
        foreach (var file in SqliteFiles.Of(path))
            OwnerOnly.Close(file);
        var connection = SqliteConnection.Open(path, readOnly: false);
        // NORMAL: after a power cut the index may lack its newest part, and reads it from the log again.
        try
        {
            connection.Execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA cache_size = -32768; PRAGMA wal_autocheckpoint = 4000;");
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }
}
