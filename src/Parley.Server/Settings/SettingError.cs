namespace Parley.Server.Settings;

/// <summary>A setting that cannot be used.</summary>
/// <param name="Name">The setting as it was named.</param>
/// <param name="Source">Where the value came from: a flag, an environment variable, a file.</param>
/// <param name="Value">As it was given; secrets are masked. Null when the fault is not in a value.</param>
/// <param name="Fault">What is wrong, without a subject: <c>is too large</c>.</param>
/// <param name="Remedy">What to do: <c>Give a whole number from 0 to 65535</c>.</param>
public sealed record SettingError(string Name, string Source, string? Value, string Fault, string Remedy)
{
    public override string ToString() => $"{Name} ({Source}): {(Value is null ? "" : $"'{Value}' ")}{Fault}. {Remedy}{(Remedy.EndsWith('?') ? "" : ".")}";
}

/// <summary>The settings, or everything that is wrong with them.</summary>
public sealed record SettingsResult
{
    /// <summary>Null when there are errors.</summary>
    public ServerSettings? Settings { get; init; }

    public IReadOnlyList<SettingError> Errors { get; init; } = [];

    /// <summary>What is set and not used, a sentence each: no reason not to start.</summary>
    public IReadOnlyList<string> Notices { get; init; } = [];

    /// <summary>The <c>parley.json</c> that was read; null when there was none.</summary>
    public string? File { get; init; }
}
