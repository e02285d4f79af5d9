using System.Net.Sockets;
using Npgsql;

namespace Parley.Server.Storage.Postgres;

/// <summary>Tells a database that is away from a statement that is wrong.</summary>
internal static class PostgresFault
{
    /// <summary>The database cannot be reached, cannot write, or gave up on a transaction that would succeed if tried again.</summary>
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
        StorageUnavailableException or NpgsqlException or IOException or SocketException or TimeoutException => true,
        _ => false,
    };

    internal static StorageUnavailableException Away(Exception fault) =>
        fault as StorageUnavailableException ?? new StorageUnavailableException("The database is away.", fault);

    /// <summary>Opens a connection. Whatever refuses it - nobody listens, a password that has changed, a database that takes none just now -
    /// the store is away.</summary>
    /// <exception cref="StorageUnavailableException">It cannot be opened.</exception>
    internal static async Task OpenOrAwayAsync(this NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        try
        {
            await connection.OpenAsync(cancellationToken);
        }
        catch (Exception fault) when (fault is PostgresException || IsAway(fault))
        {
            throw Away(fault);
        }
    }
}
