namespace Parley.Server.Settings;

/// <summary>A PostgreSQL as a server would meet it.</summary>
/// <param name="Version">Of the server.</param>
/// <param name="TakesWrites">False of a standby, and of one that is set to read only.</param>
/// <param name="SyncsCommits">Whether a commit is on disk before it is confirmed.</param>
/// <param name="Encoding">Of the database.</param>
/// <param name="MaxConnections">That all who use the server share.</param>
public sealed record DatabaseStatus(Version Version, bool TakesWrites, bool SyncsCommits, string Encoding, int MaxConnections);
