using Microsoft.Extensions.Logging;
using Parley.Server.ExportImport;

namespace Parley.Server.Storage.Sqlite;

/// <summary>The database file of a data folder: its writer, its readers, its checkpoints.</summary>
internal sealed class SqliteDatabase : IDisposable
{
    /// <summary>What a commit has confirmed is on disk. Pages of twice SQLite's size, in files that are made from now on: a message passes through
    /// fewer of them on its way through the write-ahead log and into the file. Larger ones yet would make a lone message's commit long.</summary>
    internal const string WriterPragmas =
        "PRAGMA page_size = 8192; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -65536; PRAGMA temp_store = MEMORY;";

    private readonly DataFolderLock _lock;
    private readonly SqliteCheckpointer _checkpointer;

    private SqliteDatabase(string path, DataFolderLock folderLock, SqliteConnection writing, ILogger log)
    {
        Path = path;
        _lock = folderLock;
        Writer = new SqliteWriter(writing, log);
        // Queries are short; four at once keep two cores busy without crowding out the writer.
        Readers = new SqliteReaders(path, count: 4);
        _checkpointer = new SqliteCheckpointer(path, Writer, writing, log);
    }

    internal string Path { get; }

    internal SqliteWriter Writer { get; }

    internal SqliteReaders Readers { get; }

    /// <summary>Takes the folder and opens its database, made or brought up to date where needed. The writer is not started yet.</summary>
    /// <exception cref="StoreInUseException">Another server has the folder, or the file.</exception>
    /// <exception cref="DatabaseTooNewException">A newer Parley has been here.</exception>
    /// <exception cref="ForeignDatabaseException">It is another program's.</exception>
    /// <exception cref="ImportUnfinishedException">Only a part of the data is there.</exception>
    internal static SqliteDatabase Open(string folder, string path, ILogger log)
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
            return new SqliteDatabase(path, folderLock, connection, log);
        }
        catch
        {
            folderLock.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        Writer.Dispose();
        _checkpointer.Dispose();
        Readers.Dispose();
        _lock.Dispose();
    }
}
