namespace Parley.Server.ExportImport;

/// <summary>A backup that was created and checked.</summary>
public sealed record BackupSummary(string File, long Bytes);

/// <summary>A backup that was restored.</summary>
/// <param name="Database">The database's file.</param>
/// <param name="Projects">How many projects it has. Each started a new epoch.</param>
/// <param name="Replaced">The new name of the previous database; null if there was none.</param>
public sealed record RestoreSummary(string Database, int Projects, string? Replaced);
