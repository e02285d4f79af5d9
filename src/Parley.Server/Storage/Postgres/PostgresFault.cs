using System.Net.Sockets;
using Npgsql;

namespace Parley.Server.Storage.Postgres;

/// <summary>Tells a database that is away from a statement that is wrong.</summary>
internal static class PostgresFault
{
    /// <summary>The database can not be reached, can not write, or gave up on a transaction that would succeed if tried again.</summary>
    internal static bool IsAway(Exception fault) => fault switch
    {
        PostgresException { SqlState: var state } => state[..2] switch
        {
            // Connection, resources (a full disk), shutdown and cancellation, system errors, corruption.
            "08" or "53" or "57" or "58" or "F0" => true,
            _ => state is
                PostgresErrorCodes.ReadOnlySqlTransaction or // a standby: the primary is elsewhere by now
                PostgresErrorCodes.SerializationFailure or PostgresErrorCodes.DeadlockDetected or
                PostgresErrorCodes.LockNotAvailable or "25P03" or // ... idle in transaction for too long
                PostgresErrorCodes.DataCorrupted or PostgresErrorCodes.IndexCorrupted,
        },
        NpgsqlException or IOException or SocketException or TimeoutException => true,
        _ => false,
    };

    internal static StorageUnavailableException Away(Exception fault) => new("The database is away.", fault);
}
