using System.Net.Sockets;
using Npgsql;

namespace Parley.Server.Storage.Postgres;

/// <summary>Distinguishes a database that is unavailable from a statement that is wrong.</summary>
internal static class PostgresFault
{
    /// <summary>Whether the database cannot be reached, cannot write, or aborted a transaction that may succeed if it is tried again.</summary>
    internal static bool IsAway(Exception fault) => fault switch
    {
        PostgresException { SqlState: var state } => state[..2] switch
        {
            // Connection errors, resources (such as a full disk), shutdown and cancellation, system errors, corruption.
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

    /// <summary>Opens a connection. Whatever the reason for a failure (nobody is listening, a changed password, a database that accepts no
    /// connections at the moment), the store is unavailable.</summary>
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
