using Parley.Server.Settings;
using Parley.Server.Storage;

namespace Parley.Server;

/// <summary>Looks at the data of a server as one that starts would meet them.</summary>
public static class DatabaseProbe
{
    /// <summary>Connects and looks; changes nothing.</summary>
    /// <exception cref="StartRefusedException">It cannot be reached; the message says why.</exception>
    public static Task<DatabaseStatus> LookAsync(PostgresAddress address, CancellationToken cancellationToken) => StorageSetup.LookAsync(address, cancellationToken);

    /// <summary>Looks through a SQLite database, also beside its server, until it is through or patience ends.</summary>
    /// <returns>What is wrong with it; null: nothing was found.</returns>
    public static string? FindDamage(string file, CancellationToken patience) => StorageSetup.FindDamage(file, patience);

    /// <summary>The data folder, the files that Parley has in it, and those of its database, as far as others than their owner may open them.</summary>
    public static IReadOnlyList<string> FindOpenFiles(string folder, ServerSettings? settings) =>
        [.. DataFolderAccess.FindOpen(folder, settings is null or { Database: PostgresAddress } ? null : settings.DatabaseFile)];
}
