using Parley.Server.Settings;

namespace Parley.Server;

/// <summary>Looks at a PostgreSQL as a server would meet it.</summary>
public static class DatabaseProbe
{
    /// <summary>Connects and looks; changes nothing.</summary>
    /// <exception cref="StartRefusedException">It cannot be reached; the message says why.</exception>
    public static Task<DatabaseStatus> LookAsync(PostgresAddress address, CancellationToken cancellationToken) => StorageSetup.LookAsync(address, cancellationToken);
}
