using Microsoft.Extensions.Logging;

namespace Parley.Server.Storage;

/// <summary>A problem with the store that does not go away by itself. It is reported by <c>/health</c>, in the answers to calls that fail because of
/// it, and once in the log.</summary>
internal sealed partial class StoreTrouble
{
    private volatile string? _files;
    private volatile string? _damage;

    /// <summary>What happened and what to do; null if there is no known problem.</summary>
    internal string? Text => _files ?? _damage;

    /// <summary>How the files differ from those that the server opened; null if they do not.</summary>
    internal string? Files
    {
        get => _files;
        set => _files = value;
    }

    /// <summary>Records that a part of the database cannot be read. The record stays, even if other parts can be read.</summary>
    /// <returns>The exception for the caller that encountered the damage.</returns>
    internal StorageUnavailableException Damaged(string database, Exception fault, ILogger log)
    {
        var text = $"The database {Path.GetFileName(database)} is damaged. Stop the server and put a backup in its place with 'parley restore FILE --replace'";
        if (Interlocked.Exchange(ref _damage, $"{text}.") is null)
            Log.Damaged(log, database, fault);
        return new StorageUnavailableException($"{database} is damaged.", fault) { Told = $"Nothing was stored. {text}." };
    }

    private static partial class Log
    {
        [LoggerMessage(
            Level = LogLevel.Error,
            Message = "The database {Database} is damaged. Undamaged parts are still served. Stop the server and restore a backup: 'parley restore FILE --replace'. 'parley doctor' shows what is damaged.")]
        internal static partial void Damaged(ILogger logger, string database, Exception fault);
    }
}
