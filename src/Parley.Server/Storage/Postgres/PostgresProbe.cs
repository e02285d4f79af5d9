using Npgsql;
using Parley.Server.Settings;

namespace Parley.Server.Storage.Postgres;

/// <summary>Inspects a database without running a server on it.</summary>
internal static class PostgresProbe
{
    internal static async Task<DatabaseStatus> LookAsync(PostgresAddress address, CancellationToken cancellationToken)
    {
        try
        {
            await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(address.ConnectionString) { Pooling = false }.ConnectionString);
            await connection.OpenAsync(cancellationToken);
            return (await connection.Ask(
                    """
                    SELECT pg_is_in_recovery() OR current_setting('transaction_read_only')::boolean,
                           current_setting('fsync')::boolean AND current_setting('synchronous_commit') NOT IN ('off', 'false', 'no', '0'),
                           current_setting('server_encoding'), current_setting('max_connections')::int
                    """)
                .FindAsync(
                    row => new DatabaseStatus(connection.PostgreSqlVersion, !row.GetBoolean(0), row.GetBoolean(1), row.GetString(2), row.GetInt32(3)), cancellationToken))!;
        }
        catch (Exception fault) when (fault is NpgsqlException or IOException or TimeoutException or System.Net.Sockets.SocketException)
        {
            throw new DatabaseUnreachableException(address, fault);
        }
    }
}
