using Microsoft.Extensions.Logging;

namespace Parley.Server.Storage;

/// <summary>What is wrong with a store that does not mend by itself: for <c>/health</c>, for the answers that it costs, and once for the log.</summary>
internal sealed partial class StoreTrouble
{
    private volatile string? _files;
    private volatile string? _damage;

    /// <summary>What happened and what to do; null: nothing is known.</summary>
    internal string? Text => _files ?? _damage;

    /// <summary>The files are not those that the server has opened; null: they are.</summary>
    internal string? Files
    {
        get => _files;
        set => _files = value;
    }

    /// <summary>A part of the database cannot be read. It stays so: another part may be whole.</summary>
    /// <returns>What whoever met it is told.</returns>
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
            Message = "The database {Database} is damaged. What is whole is still served. Stop the server and put a backup in its place: 'parley restore FILE --replace'. 'parley doctor' shows what is damaged.")]
        internal static partial void Damaged(ILogger logger, string database, Exception fault);
    }
}
