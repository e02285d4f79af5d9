namespace Parley.Server.ExportImport;

/// <summary>A backup that was made, and looked through.</summary>
public sealed record BackupSummary(string File, long Bytes);

/// <summary>A backup that is in its place.</summary>
/// <param name="Database">Its file.</param>
/// <param name="Projects">Each of them began a new epoch.</param>
/// <param name="Replaced">The name that the database which was there has now; null: there was none.</param>
public sealed record RestoreSummary(string Database, int Projects, string? Replaced);
