using Parley.Server.Settings;
using Parley.Server.Storage;

namespace Parley.Server;

/// <summary>Inspects a server's data as a starting server would find it.</summary>
public static class DatabaseProbe
{
    /// <summary>Connects and inspects. Changes nothing.</summary>
    /// <exception cref="StartRefusedException">It cannot be reached; the message says why.</exception>
    public static Task<DatabaseStatus> LookAsync(PostgresAddress address, CancellationToken cancellationToken) => StorageSetup.LookAsync(address, cancellationToken);

    /// <summary>Checks a SQLite database, even while its server is running, until it is done or the time is up.</summary>
    /// <returns>What is wrong with it; null if nothing was found.</returns>
    public static string? FindDamage(string file, CancellationToken patience) => StorageSetup.FindDamage(file, patience);

    /// <summary>The data folder, Parley's files in it, and the files of its database, if users other than the owner can open them.</summary>
    public static IReadOnlyList<string> FindOpenFiles(string folder, ServerSettings? settings) =>
        [.. DataFolderAccess.FindOpen(folder, settings is null or { Database: PostgresAddress } ? null : settings.DatabaseFile)];
}
