using Microsoft.Extensions.Logging;
using Parley.Server.ExportImport;

namespace Parley.Server.Storage.Sqlite;

/// <summary>The database file of a data folder: its writer, its readers, its checkpoints.</summary>
internal sealed partial class SqliteDatabase : IDisposable
{
    /// <summary>What a commit has confirmed is on disk. Pages of twice SQLite's size, in files that are made from now on: a message passes through
    /// fewer of them on its way through the write-ahead log and into the file. Larger ones yet would make a lone message's commit long.</summary>
    internal const string WriterPragmas =
        "PRAGMA page_size = 8192; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -65536; PRAGMA temp_store = MEMORY;";

    private readonly DataFolderLock _lock;
    private readonly SqliteCheckpointer _checkpointer;
    private readonly ILogger _log;

    private SqliteDatabase(string path, DataFolderLock folderLock, SqliteConnection writing, StoreTrouble trouble, ILogger log)
    {
        Path = path;
        _lock = folderLock;
        _log = log;
        Writer = new SqliteWriter(writing, path, trouble, log);
        // Queries are short; four at once keep two cores busy without crowding out the writer.
        Readers = new SqliteReaders(path, count: 4, trouble, log);
        _checkpointer = new SqliteCheckpointer(path, Writer, writing, log);
        Files = new SqliteDatabaseFiles(path);
    }

    internal string Path { get; }

    internal SqliteWriter Writer { get; }

    internal SqliteReaders Readers { get; }

    /// <summary>What is open here.</summary>
    internal SqliteDatabaseFiles Files { get; }

    /// <summary>Takes the folder and opens its database, made or brought up to date where needed. The writer is not started yet.</summary>
    /// <exception cref="StoreInUseException">Another server has the folder, or the file.</exception>
    /// <exception cref="DatabaseTooNewException">A newer Parley has been here.</exception>
    /// <exception cref="ForeignDatabaseException">It is another program's.</exception>
    /// <exception cref="ImportUnfinishedException">Only a part of the data is there.</exception>
    internal static SqliteDatabase Open(string folder, string path, StoreTrouble trouble, ILogger log)
    {
        var folderLock = DataFolderLock.Take(folder, path, isMade: true);
        try
        {
            DataFolderAccess.CloseDatabase(path);
            var connection = SqliteConnection.OpenGathered(path);
            // Before the first statement that writes: what is another's stays as it was.
            SqliteMigrator.RefuseForeign(connection, path);
            connection.Execute($"{WriterPragmas} PRAGMA wal_autocheckpoint = 0;");
            SqliteMigrator.Migrate(connection, path);
            if (SqliteImport.ReadProgress(connection) is not null)
            {
                connection.Dispose();
                throw new ImportUnfinishedException(path);
            }

            InFlightRows.Queue(connection);
            return new SqliteDatabase(path, folderLock, connection, trouble, log);
        }
        catch
        {
            folderLock.Dispose();
            throw;
        }
    }

    /// <summary>Saves everything that was confirmed when the files are no longer under their names; what is open is still whole.</summary>
    /// <param name="isOfDatabase">Whether the database itself is gone: then a copy is made beside it, else the database takes all of it.</param>
    /// <returns>Where it is.</returns>
    internal string Save(bool isOfDatabase, DateTimeOffset now)
    {
        if (!isOfDatabase)
        {
            _checkpointer.Do(static connection => connection.Execute("PRAGMA wal_checkpoint(TRUNCATE)"));
            return Path;
        }

        var place = SqliteFiles.Beside(Path, "rescued", now);
        SqliteFiles.CreateForOwner(place);
        _checkpointer.Do(connection => connection.Prepare("VACUUM INTO ?1").Bind(1, place).Run());
        SqliteFiles.Sync(place);
        return place;
    }

    /// <summary>Leaves everything in the one file, so that a copy of it is whole.</summary>
    public void Dispose()
    {
        Writer.Stop();
        _checkpointer.Dispose();
        Readers.Dispose();
        Writer.Dispose();
        var log = new FileInfo($"{DataFolderLock.RealPath(Path)}-wal");
        if (log is { Exists: true, Length: > 0 })
            Log.LeftBehind(_log, log.FullName);
        _lock.Dispose();
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "A part of the database is still in {File}: keep it beside the database. The next start moves it there.")]
        internal static partial void LeftBehind(ILogger logger, string file);
    }
}
