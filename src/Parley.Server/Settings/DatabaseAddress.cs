namespace Parley.Server.Settings;

/// <summary>Where a server's data is.</summary>
public abstract record DatabaseAddress;

/// <summary>In a SQLite file.</summary>
/// <param name="Path">Absolute.</param>
public sealed record SqliteFile(string Path) : DatabaseAddress;

/// <summary>In a PostgreSQL database, which several servers may share.</summary>
public sealed record PostgresAddress : DatabaseAddress
{
    /// <summary>Each as <c>HOST:PORT</c>. Which of them is the primary is determined for every new connection.</summary>
    public required IReadOnlyList<string> Hosts { get; init; }

    /// <summary>The database's name.</summary>
    public required string Database { get; init; }

    /// <summary>The most connections that this server opens.</summary>
    public int PoolSize { get; init; }

    /// <summary>For Npgsql. Contains the password, so it must not appear in a log or a message.</summary>
    internal string ConnectionString { get; init; } = "";

    /// <summary>The hosts and the database, without secrets.</summary>
    public override string ToString() => $"postgres://{string.Join(',', Hosts)}/{Database}";
}
