using Npgsql;

namespace Parley.Server.Storage.Postgres;

/// <summary>Notices that a connection's commit is not at the synchronous standby that the database waits for. Who cancels that wait, as Npgsql
/// does when a command takes too long, is told so by a warning alone: the answer says that all is well.</summary>
internal sealed class StandbyWatch
{
    /// <summary>Of PostgreSQL, where it waits; the warning's own words are in the server's language.</summary>
    private const string WaitingRoutine = "SyncRepWaitForLSN";

    private bool _isBehind;

    internal StandbyWatch(NpgsqlConnection connection) =>
        connection.Notice += (_, told) => _isBehind |= told.Notice.Routine == WaitingRoutine;

    /// <summary>To be called after each commit, before anybody hears of it.</summary>
    /// <exception cref="StorageUnavailableException">It is on the primary alone, and would be lost with it: nobody may be told that it is safe.</exception>
    internal void Verify()
    {
        if (_isBehind)
            throw new StorageUnavailableException("The standby that each commit waits for (synchronous_standby_names) does not answer.");
    }
}
