using Microsoft.Extensions.Logging;

namespace Parley.Server.Storage.Sqlite;

/// <summary>Moves the write-ahead log into the database, on its own thread and connection, so that no sender waits for it.</summary>
internal sealed partial class SqliteCheckpointer : IDisposable
{
    /// <summary>Start when this many pages (16 MB) wait: enough that a hot page is copied once for many commits, few enough that a restart reads them
    /// in no time.</summary>
    private const int StartPages = 2_048;

    /// <summary>If at most this many pages were added during a checkpoint, the writer moves them itself between two commits. This takes a
    /// millisecond, and the file starts over. Otherwise it would keep growing, and a commit to a growing file also waits for the file system's
    /// journal.</summary>
    private const int RestPages = 128;

    /// <summary>If the log reaches this many pages (256 MB) because the load never let up, one checkpoint makes the writer wait.</summary>
    private const int LongPages = 32_768;

    private readonly SqliteConnection _moving;
    private readonly SqliteConnection _writing;
    private readonly ILogger _log;
    private readonly SemaphoreSlim _due = new(0);
    private readonly Thread _thread;
    private int _moved;
    private int _asked;
    private volatile Order? _order;
    private volatile bool _isNearlyDone;
    private volatile bool _stopping;

    /// <param name="writing">The writer's connection, which counts the waiting pages.</param>
    internal SqliteCheckpointer(string path, SqliteWriter writer, SqliteConnection writing, ILogger log)
    {
        _moving = SqliteConnection.Open(path, readOnly: false);
        // Opens the log now, because later there may be another file with its name.
        _ = _moving.Prepare("SELECT count(*) FROM sqlite_master").Scalar();
        _writing = writing;
        _log = log;
        _writing.CountLogPages();
        writer.AfterAnswers = Consider;
        _thread = new Thread(Run) { IsBackground = true, Name = "sqlite-checkpoint" };
        _thread.Start();
    }

    public void Dispose()
    {
        _stopping = true;
        _due.Release();
        _thread.Join();
        _due.Dispose();
        _moving.Dispose();
    }

    /// <summary>Runs other work on the checkpoint connection, which has had the files open since the start. Returns when it is done.</summary>
    internal void Do(Action<SqliteConnection> work)
    {
        var order = new Order(work);
        _order = order;
        _due.Release();
        order.Done.Task.GetAwaiter().GetResult();
    }

    /// <summary>Runs on the writer's thread. The file's length does not tell how much is waiting: a log that started over keeps its previous
    /// length.</summary>
    private void Consider()
    {
        if (_isNearlyDone)
            Finish();
        var pages = _writing.LogPages;
        var moved = Volatile.Read(ref _moved);
        // Fewer pages than were moved: the log has started over.
        if (pages - (pages < moved ? 0 : moved) >= StartPages && Interlocked.Exchange(ref _asked, 1) == 0)
            _due.Release();
    }

    /// <summary>Moves the remaining pages, unless a reader still uses the log. In that case, it grows until the next time.</summary>
    private void Finish()
    {
        _isNearlyDone = false;
        try
        {
            _writing.WithoutWaiting(connection => Volatile.Write(ref _moved, Checkpoint(connection, "PRAGMA wal_checkpoint(RESTART)").Moved));
        }
        catch (SqliteException fault)
        {
            Log.CheckpointFailed(_log, fault);
        }
    }

    private void Run()
    {
        while (true)
        {
            _due.Wait();
            if (_stopping)
                return;
            if (_order is { } order)
            {
                _order = null;
                order.Run(_moving);
                continue;
            }

            try
            {
                var moved = Move(_moving);
                Volatile.Write(ref _moved, moved);
                Log.Checkpoint(_log, moved);
            }
            catch (SqliteException fault)
            {
                // The log grows until the next checkpoint succeeds. Nothing is lost.
                Log.CheckpointFailed(_log, fault);
            }

            Volatile.Write(ref _asked, 0);
        }
    }

    /// <returns>How many pages of the log are now in the database.</returns>
    private int Move(SqliteConnection connection)
    {
        var (pages, moved) = Checkpoint(connection, "PRAGMA wal_checkpoint(PASSIVE)");
        if (pages - moved <= RestPages)
            _isNearlyDone = true;
        else if (pages >= LongPages)
            (_, moved) = Checkpoint(connection, "PRAGMA wal_checkpoint(RESTART)");
        return moved;
    }

    private static (int Pages, int Moved) Checkpoint(SqliteConnection connection, string pragma)
    {
        var row = connection.Prepare(pragma);
        row.Step();
        var answer = (row.Int32(1), row.Int32(2));
        row.Reset();
        return answer;
    }

    private sealed record Order(Action<SqliteConnection> Work)
    {
        internal TaskCompletionSource Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        internal void Run(SqliteConnection connection)
        {
            try
            {
                Work(connection);
                Done.SetResult();
            }
            catch (Exception fault)
            {
                Done.SetException(fault);
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Debug, Message = "Checkpoint: {Pages} pages of the write-ahead log are now in the database.")]
        internal static partial void Checkpoint(ILogger logger, int pages);

        [LoggerMessage(Level = LogLevel.Warning, Message = "A checkpoint of the database failed; the next one will try again.")]
        internal static partial void CheckpointFailed(ILogger logger, Exception fault);
    }
}
