using Parley.Server.Storage.Sqlite;

namespace Parley.Server.Tests.Harness;

/// <summary>A disk that is full just when a transaction is to be written.</summary>
internal sealed class CommitFault : IWriterCache
{
    private volatile bool _isOn;

    internal bool IsOn
    {
        get => _isOn;
        set => _isOn = value;
    }

    public void Flush(SqliteConnection connection)
    {
        if (_isOn)
            throw new SqliteException(Sqlite3.Full, "database or disk is full");
    }

    public void Reset()
    {
    }
}
