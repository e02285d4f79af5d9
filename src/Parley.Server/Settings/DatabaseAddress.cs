namespace Parley.Server.Settings;

/// <summary>Where a server's data is.</summary>
public abstract record DatabaseAddress;

/// <summary>In a SQLite file.</summary>
/// <param name="Path">Absolute.</param>
public sealed record SqliteFile(string Path) : DatabaseAddress;

/// <summary>In a database of PostgreSQL, which several servers may share.</summary>
public sealed record PostgresAddress : DatabaseAddress
{
    /// <summary><c>HOST:PORT</c> each; which of several is the primary is found at every new connection.</summary>
    public required IReadOnlyList<string> Hosts { get; init; }

    /// <summary>The database's name.</summary>
    public required string Database { get; init; }

    /// <summary>Connections that this server opens at most.</summary>
    public int PoolSize { get; init; }

    /// <summary>For Npgsql; the password stands in it, so it goes into no log and no message.</summary>
    internal string ConnectionString { get; init; } = "";

    /// <summary>The hosts and the database, and nothing that is secret.</summary>
    public override string ToString() => $"postgres://{string.Join(',', Hosts)}/{Database}";
}
