using Microsoft.Extensions.Logging;
using Parley.Server.ExportImport;

namespace Parley.Server.Storage.Sqlite;

/// <summary>The database file of a data folder, with its writer, readers, and checkpoints.</summary>
internal sealed partial class SqliteDatabase : IDisposable
{
    /// <summary>What a commit has confirmed is on disk. New files get pages of twice SQLite's default size, so a message touches fewer of them on its
    /// way through the write-ahead log and into the file. Even larger pages would make the commit of a single message slow.</summary>
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
        // Queries are short. Four at once keep two cores busy without crowding out the writer.
        Readers = new SqliteReaders(path, count: 4, trouble, log);
        _checkpointer = new SqliteCheckpointer(path, Writer, writing, log);
        Files = new SqliteDatabaseFiles(path);
    }

    internal string Path { get; }

    internal SqliteWriter Writer { get; }

    internal SqliteReaders Readers { get; }

    /// <summary>The files that are open.</summary>
    internal SqliteDatabaseFiles Files { get; }

    /// <summary>Locks the folder and opens its database, after creating or upgrading it if necessary. The writer is not started yet.</summary>
    /// <exception cref="StoreInUseException">Another server uses the folder or the file.</exception>
    /// <exception cref="DatabaseTooNewException">A newer version of Parley has used it.</exception>
    /// <exception cref="ForeignDatabaseException">It belongs to another program.</exception>
    /// <exception cref="ImportUnfinishedException">It contains only a part of the data.</exception>
    internal static SqliteDatabase Open(string folder, string path, StoreTrouble trouble, ILogger log)
    {
        var folderLock = DataFolderLock.Take(folder, path, isMade: true);
        try
        {
            DataFolderAccess.CloseDatabase(path);
            var connection = SqliteConnection.OpenGathered(path);
            // Before the first statement that writes, so that another program's database stays unchanged.
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

    /// <summary>Saves everything that was confirmed after the files lost their names. The open files are still complete.</summary>
    /// <param name="isOfDatabase">Whether the database file itself is gone. If so, a copy is made next to it; otherwise, everything is moved into the
    /// database file.</param>
    /// <returns>The file that has the data.</returns>
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

    /// <summary>Leaves everything in one file, so that a copy of it is complete.</summary>
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
        [LoggerMessage(Level = LogLevel.Warning, Message = "Part of the database is still in {File}. Keep that file next to the database; the next start will merge it.")]
        internal static partial void LeftBehind(ILogger logger, string file);
    }
}
