using Microsoft.Extensions.Logging;
using Parley.Server.Coordination;

namespace Parley.Server.Storage.Sqlite;

/// <summary>Checks whether the files of the database and the index are still the ones that are open. Anything written to a deleted or replaced file
/// is gone at the next start. So if they are not, nothing more is confirmed, and what was confirmed is saved.</summary>
internal sealed partial class SqliteFileWatch(SqliteDatabase database, SqliteIndexDatabase index, StoreTrouble trouble, TimeProvider clock, ILogger<SqliteFileWatch> logger) : IChore
{
    private bool _isSaved;

    /// <summary>Short enough to notice a change within a second.</summary>
    public TimeSpan Interval { get; } = TimeSpan.FromMilliseconds(500);

    public bool IsOfEachNode => true;

    public ValueTask<TimeSpan?> RunAsync(CancellationToken cancellationToken)
    {
        if (database.Files.FindChange() is { } change)
            Refuse(change);
        else if (trouble.Files is not null)
            Resume();
        if (!index.IsInPlace)
            _ = index.Mend();
        return ValueTask.FromResult<TimeSpan?>(null);
    }

    private void Refuse(FileChange change)
    {
        if (trouble.Files is null)
        {
            var text = $"{change.What} while the server ran. Nothing is stored any more. Stop the server, put the file back if you have it, and start the server again";
            Tell(text);
            Log.Changed(logger, $"{change.What}: {change.Path}");
        }

        if (_isSaved)
            return;
        // Only once: a second try would fail for the same reason, and the first may have filled the disk.
        _isSaved = true;
        try
        {
            var place = database.Save(change.IsOfDatabase, clock.GetUtcNow());
            Log.Saved(logger, place);
            Tell(change.IsOfDatabase
                ? $"{change.What} while the server ran. Nothing is stored any more. Everything confirmed until then is saved in {Path.GetFileName(place)}: "
                    + $"stop the server, and put it in place with 'parley restore {Path.GetFileName(place)} --replace'"
                : $"{change.What} while the server ran. Nothing is stored any more. Everything confirmed until then is in {Path.GetFileName(place)}: start the server again");
        }
        catch (Exception fault) when (fault is SqliteException or IOException or UnauthorizedAccessException)
        {
            Log.NotSaved(logger, fault);
        }
    }

    private void Tell(string text) => trouble.Files = $"{text}.";

    private void Resume()
    {
        trouble.Files = null;
        _isSaved = false;
        Log.Back(logger);
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Critical, Message = "A file of the database is no longer the one that the server opened: {Change}. From now on, every write is refused.")]
        internal static partial void Changed(ILogger logger, string change);

        [LoggerMessage(Level = LogLevel.Critical, Message = "Everything confirmed before that is in {Place}.")]
        internal static partial void Saved(ILogger logger, string place);

        [LoggerMessage(Level = LogLevel.Critical, Message = "What was confirmed before that could not be saved. It exists only in memory and in the deleted file, while the server runs. Free some space, and copy the files in /proc/PID/fd.")]
        internal static partial void NotSaved(ILogger logger, Exception fault);

        [LoggerMessage(Level = LogLevel.Warning, Message = "The files of the database are back in place; the server accepts writes again.")]
        internal static partial void Back(ILogger logger);
    }
}
