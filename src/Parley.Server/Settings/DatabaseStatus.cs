namespace Parley.Server.Settings;

/// <summary>A PostgreSQL database as a server would find it.</summary>
/// <param name="Version">The server's version.</param>
/// <param name="TakesWrites">False for a standby, and for a server that is set to read only.</param>
/// <param name="SyncsCommits">Whether a commit is on disk before it is confirmed.</param>
/// <param name="Encoding">The database's encoding.</param>
/// <param name="MaxConnections">The server's limit, which all of its users share.</param>
public sealed record DatabaseStatus(Version Version, bool TakesWrites, bool SyncsCommits, string Encoding, int MaxConnections);
