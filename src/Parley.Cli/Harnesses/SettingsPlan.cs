namespace Parley.Cli.Harnesses;

/// <summary>What an installation or a removal changes in a harness's settings. All files are read and checked before one is written.</summary>
internal sealed class SettingsPlan
{
    private readonly Dictionary<string, SettingsFile> _files = new(StringComparer.Ordinal);

    /// <summary>The files that change.</summary>
    internal IReadOnlyList<SettingsFile> Changes => [.. _files.Values.Where(static file => file.Changes)];

    /// <exception cref="SettingsException">A file is broken, or cannot take it.</exception>
    internal void Install(InstalledHarness harness, string? project, InstallOptions options)
    {
        foreach (var part in harness.Parts(project, options))
            FileOf(part).PutIn(part);
    }

    /// <inheritdoc cref="Install"/>
    internal void Remove(InstalledHarness harness, string? project)
    {
        foreach (var part in harness.Parts(project, new InstallOptions("parley")))
            FileOf(part).TakeOut(part);
    }

    private SettingsFile FileOf(SettingsPart part) => _files.TryGetValue(part.File, out var file) ? file : _files[part.File] = SettingsFile.Read(part.File);
}
