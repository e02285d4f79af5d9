namespace Parley.Server.Settings;

/// <summary>A setting that cannot be used.</summary>
/// <param name="Name">The setting as the user named it.</param>
/// <param name="Source">Where the value comes from: a flag, an environment variable, or a file.</param>
/// <param name="Value">As the user wrote it; secrets are masked. Null if the value is not at fault.</param>
/// <param name="Fault">What is wrong, without a subject: <c>is too large</c>.</param>
/// <param name="Remedy">What to do: <c>Give a whole number from 0 to 65535</c>.</param>
public sealed record SettingError(string Name, string Source, string? Value, string Fault, string Remedy)
{
    public override string ToString() => $"{Name} ({Source}): {(Value is null ? "" : $"'{Value}' ")}{Fault}. {Remedy}{(Remedy.EndsWith('?') ? "" : ".")}";
}

/// <summary>The settings, or all errors in them.</summary>
public sealed record SettingsResult
{
    /// <summary>Null if there are errors.</summary>
    public ServerSettings? Settings { get; init; }

    public IReadOnlyList<SettingError> Errors { get; init; } = [];

    /// <summary>What is set but not used, one sentence each. These do not prevent the start.</summary>
    public IReadOnlyList<string> Notices { get; init; } = [];

    /// <summary>The <c>parley.json</c> that was read; null if there was none.</summary>
    public string? File { get; init; }
}
