using Microsoft.Extensions.Logging;

namespace Parley.Server.Storage.Sqlite;

/// <summary>Moves the write-ahead log into the database on a thread and connection of its own, so that no sender waits for it.</summary>
internal sealed partial class SqliteCheckpointer : IDisposable
{
    /// <summary>Start at 16 MB of log: large enough that hot pages are copied once for many commits, small enough that a restart reads it in no time.</summary>
    private const long StartBytes = 16L << 20;

    /// <summary>A log this long gets one checkpoint that waits for the writer's pause and starts the file over.</summary>
    private const long RestartBytes = 256L << 20;

    private readonly string _path;
    private readonly string _wal;
    private readonly ILogger _log;
    private readonly SemaphoreSlim _due = new(0);
    private readonly Thread _thread;
    private int _asked;
    private volatile bool _stopping;

    internal SqliteCheckpointer(string path, SqliteWriter writer, ILogger log)
    {
        _path = path;
        _wal = path + "-wal";
        _log = log;
        writer.AfterAnswers = Consider;
        _thread = new Thread(Run) { IsBackground = true, Name = "sqlite-checkpoint" };
        _thread.Start();
    }

    private int _commits;

    private void Consider()
    {
        // Looking at the file's length costs a system call: every 64th commit is often enough.
        if ((++_commits & 63) != 0 || Volatile.Read(ref _asked) == 1)
            return;
        if (new FileInfo(_wal) is { Exists: true, Length: > StartBytes } && Interlocked.Exchange(ref _asked, 1) == 0)
            _due.Release();
    }

    public void Dispose()
    {
        _stopping = true;
        _due.Release();
        _thread.Join();
        _due.Dispose();
    }

    private void Run()
    {
        using var connection = SqliteConnection.Open(_path, readOnly: false);
        while (true)
        {
            _due.Wait();
            if (_stopping)
                return;
            try
            {
                var long_ = new FileInfo(_wal).Length > RestartBytes;
                connection.Execute(long_ ? "PRAGMA wal_checkpoint(RESTART)" : "PRAGMA wal_checkpoint(PASSIVE)");
            }
            catch (SqliteException fault)
            {
                // The log only grows until the next one succeeds; nothing is lost by it.
                Log.CheckpointFailed(_log, fault);
            }

            Volatile.Write(ref _asked, 0);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "A checkpoint of the database did not succeed; the next one tries again.")]
        internal static partial void CheckpointFailed(ILogger logger, Exception fault);
    }
}
