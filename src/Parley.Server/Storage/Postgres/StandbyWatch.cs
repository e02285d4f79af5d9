using Npgsql;

namespace Parley.Server.Storage.Postgres;

/// <summary>Detects that a commit has not reached the synchronous standby that the database waits for. If that wait is cancelled, as Npgsql does when
/// a command takes too long, only a warning says so; the answer itself reports success.</summary>
internal sealed class StandbyWatch
{
    /// <summary>The PostgreSQL function that waits. The text of the warning depends on the server's language.</summary>
    private const string WaitingRoutine = "SyncRepWaitForLSN";

    private bool _isBehind;

    internal StandbyWatch(NpgsqlConnection connection) =>
        connection.Notice += (_, told) => _isBehind |= told.Notice.Routine == WaitingRoutine;

    /// <summary>Call this after each commit, before anybody is notified.</summary>
    /// <exception cref="StorageUnavailableException">The commit is only on the primary and would be lost with it, so nobody may be told that it is
    /// safe.</exception>
    internal void Verify()
    {
        if (_isBehind)
            throw new StorageUnavailableException("The standby that each commit waits for (synchronous_standby_names) does not answer.");
    }
}
