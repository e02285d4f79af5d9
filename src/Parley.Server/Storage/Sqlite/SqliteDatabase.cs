using Microsoft.Extensions.Logging;
using Parley.Server.Moving;

namespace Parley.Server.Storage.Sqlite;

/// <summary>The database file of a data folder: its writer, its readers, its checkpoints.</summary>
internal sealed class SqliteDatabase : IDisposable
{
    /// <summary>What a commit has confirmed is on disk.</summary>
    internal const string WriterPragmas = "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -65536; PRAGMA temp_store = MEMORY;";

    private readonly DataFolderLock _lock;
    private readonly DataFolderLock? _fileLock;
    private readonly SqliteCheckpointer _checkpointer;

    private SqliteDatabase(string path, DataFolderLock folderLock, DataFolderLock? fileLock, SqliteConnection writing, ILogger log)
    {
        _fileLock = fileLock;
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
    /// <exception cref="DataFolderInUseException">Another server has the folder.</exception>
    /// <exception cref="DatabaseTooNewException">A newer Parley has been here.</exception>
    /// <exception cref="ImportUnfinishedException">Only a part of the data is there.</exception>
    internal static SqliteDatabase Open(string folder, string path, ILogger log)
    {
        var folderLock = DataFolderLock.Take(folder);
        DataFolderLock? fileLock = null;
        try
        {
            // A file that was put elsewhere is known to others by its own folder.
            var fileFolder = System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(path))!;
            if (fileFolder != System.IO.Path.GetFullPath(folder).TrimEnd(System.IO.Path.DirectorySeparatorChar))
                fileLock = DataFolderLock.Take(fileFolder);
            var connection = SqliteConnection.Open(path, readOnly: false);
            connection.Execute($"{WriterPragmas} PRAGMA wal_autocheckpoint = 0;");
            SqliteMigrator.Migrate(connection, path);
            if (SqliteImport.ReadProgress(connection) is not null)
            {
                connection.Dispose();
                throw new ImportUnfinishedException(path);
            }

            return new SqliteDatabase(path, folderLock, fileLock, connection, log);
        }
        catch
        {
            fileLock?.Dispose();
            folderLock.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        Writer.Dispose();
        _checkpointer.Dispose();
        Readers.Dispose();
        _fileLock?.Dispose();
        _lock.Dispose();
    }
}
