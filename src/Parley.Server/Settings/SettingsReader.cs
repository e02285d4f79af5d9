using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Parley.Server.Wire;

namespace Parley.Server.Settings;

/// <summary>The sources of settings. The first source that has a setting wins: flags, environment, file.</summary>
public sealed record SettingsSources
{
    /// <summary>The flags that were given (<c>--port</c>) with their values, including <c>--config</c>.</summary>
    public IReadOnlyDictionary<string, string> Flags { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>The first place to look for a <c>parley.json</c>.</summary>
    public string WorkingFolder { get; init; } = Directory.GetCurrentDirectory();

    /// <summary>The data folder that processes of this user use by default.</summary>
    public static string UsualDataFolder => SettingsReader.DefaultDataFolder(OfProcess(new Dictionary<string, string>(StringComparer.Ordinal)).Environment);

    /// <summary>The sources of this process: its environment and its working folder.</summary>
    public static SettingsSources OfProcess(IReadOnlyDictionary<string, string> flags) => new()
    {
        Flags = flags,
        Environment = System.Environment.GetEnvironmentVariables().Cast<System.Collections.DictionaryEntry>()
            .ToDictionary(entry => (string)entry.Key, entry => (string?)entry.Value ?? "", StringComparer.Ordinal),
    };
}

/// <summary>Reads the settings from all their sources and reports everything that is wrong with any of them at once.</summary>
public sealed class SettingsReader
{
    /// <summary>Variables for clients, which have the same prefix: where the server is, who they are, and how the command was called.</summary>
    private static readonly string[] OfClients = ["PARLEY_URL", "PARLEY_TOKEN", "PARLEY_PROJECT", "PARLEY_AGENT", "PARLEY_CACERT", "PARLEY_COMMAND"];

    private static readonly string[] OwnVariables = [.. SettingsTable.All.Select(setting => setting.EnvironmentName), "PARLEY_CONFIG"];

    private readonly SettingsSources _sources;
    private readonly List<SettingError> _errors = [];
    private readonly List<string> _notices = [];
    private IReadOnlyDictionary<string, string> _file = new Dictionary<string, string>(StringComparer.Ordinal);
    private string? _filePath;

    private SettingsReader(SettingsSources sources) => _sources = sources;

    public static SettingsResult Read(SettingsSources sources) => new SettingsReader(sources).Read();

    /// <summary>The default data folder: <c>$XDG_DATA_HOME/parley</c>, or else <c>~/.local/share/parley</c>.</summary>
    public static string DefaultDataFolder(IReadOnlyDictionary<string, string> environment)
    {
        // The XDG specification says to ignore a relative XDG_DATA_HOME.
        if (environment.TryGetValue("XDG_DATA_HOME", out var shared) && Path.IsPathRooted(shared))
            return Path.Combine(shared, "parley");
        var home = environment.TryGetValue("HOME", out var named) && Path.IsPathRooted(named)
            ? named
            : Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        return Path.Combine(home, ".local", "share", "parley");
    }

    private SettingsResult Read()
    {
        FindFile();
        RefuseUnknown();

        var settings = ServerSettings.Default with { DataFolder = DefaultDataFolder(_sources.Environment) };
        foreach (var setting in SettingsTable.All)
            settings = Apply(settings, setting);
        CheckTogether(settings);

        return _errors.Count == 0
            ? new SettingsResult { Settings = settings, Notices = _notices, File = _filePath }
            : new SettingsResult { Errors = _errors, File = _filePath };
    }

    private void FindFile()
    {
        var named = Flag("--config") ?? Variable($"PARLEY_{SettingsTable.ConfigName.ToUpperInvariant()}");
        if (named is not null)
        {
            _filePath = InWorkingFolder(named);
        }
        else
        {
            var folder = Flag("--data") ?? Variable("PARLEY_DATA");
            string[] places = [_sources.WorkingFolder, folder is null ? DefaultDataFolder(_sources.Environment) : InWorkingFolder(folder)];
            _filePath = places.Select(place => Path.Combine(place, SettingsFile.Name)).FirstOrDefault(File.Exists);
        }

        if (_filePath is not null)
            _file = SettingsFile.Read(_filePath, _errors);
    }

    private void RefuseUnknown()
    {
        var names = SettingsTable.All.Select(setting => setting.Name).ToArray();
        foreach (var (key, value) in _file.Where(key => SettingsTable.Find(key.Key) is null))
            _errors.Add(new SettingError(key, _filePath!, Masked(value), "belongs to no setting", Suggest(DidYouMean.To(key, names))));

        foreach (var (name, value) in _sources.Environment.OrderBy(variable => variable.Key, StringComparer.Ordinal))
        {
            if (value.Length == 0 || ForeignVariables.IsOfOrchestrator(name, value))
                continue;
            if (ForeignVariables.Remark(name) is { } remark)
                _notices.Add(remark);
            else if (name.StartsWith("PARLEY_", StringComparison.Ordinal) && !OwnVariables.Contains(name) && !OfClients.Contains(name))
                RefuseOrNotice(name, value);
        }
    }

    /// <summary>A misspelled setting would otherwise be overlooked. Any other name probably belongs to another program.</summary>
    private void RefuseOrNotice(string name, string value)
    {
        if (DidYouMean.To(name, OwnVariables) is { } near)
            _errors.Add(new SettingError(name, "environment", Masked(value), "belongs to no setting", Suggest(near)));
        else
            _notices.Add($"{name} is set, but belongs to no setting, and is ignored.");
    }

    private ServerSettings Apply(ServerSettings settings, Setting setting)
    {
        var (text, source) = Find(setting);
        if (text is null)
            return settings;

        var (applied, fault) = setting.Apply(settings, text);
        if (applied is not null)
            return applied;
        _errors.Add(new SettingError(setting.Name, source, setting.Disguise?.Invoke(text) ?? text, fault!, $"Give {setting.Expected}"));
        return settings;
    }

    private (string? Text, string Source) Find(Setting setting)
    {
        if (setting.Flag is { } flag && Flag(flag) is { } fromFlag)
            return (fromFlag, flag);
        if (Variable(setting.EnvironmentName) is { } fromOwn)
            return (fromOwn, $"environment variable {setting.EnvironmentName}");
        foreach (var alias in setting.Aliases)
        {
            if (Variable(alias) is { } fromAlias)
                return (fromAlias, $"environment variable {alias}");
        }

        return _file.TryGetValue(setting.Name, out var fromFile) ? (fromFile, _filePath!) : (null, "");
    }

    /// <summary>Checks settings that depend on each other.</summary>
    private void CheckTogether(ServerSettings settings)
    {
        if (settings.TlsCert is null != settings.TlsKey is null)
        {
            var (given, missing) = settings.TlsCert is null ? ("tls_key", "tls_cert") : ("tls_cert", "tls_key");
            _errors.Add(new SettingError(missing, "not given", null, $"is missing, but {given} is set", "Give both for HTTPS, or neither"));
        }
        else if (settings.TlsCert is not null)
        {
            CheckCertificate(settings.TlsCert, settings.TlsKey!);
        }

        if (settings.LogFile is { } folder && Directory.Exists(folder))
            _errors.Add(new SettingError("log_file", Find(SettingsTable.Find("log_file")!).Source, folder, "is a folder", "Name a file"));
        else if (settings.LogFile is { } log && !Directory.Exists(Path.GetDirectoryName(log)))
            _errors.Add(new SettingError("log_file", Find(SettingsTable.Find("log_file")!).Source, log, "is in a folder that does not exist", "Create the folder, or name another file"));
    }

    private void CheckCertificate(string certificate, string key)
    {
        try
        {
            using var pair = X509Certificate2.CreateFromPemFile(certificate, key);
        }
        catch (Exception exception) when (exception is CryptographicException or IOException or UnauthorizedAccessException)
        {
            var fault = File.Exists(certificate) && File.Exists(key) ? "cannot be used: they are not a PEM certificate and its key, or are not readable" : "does not exist, or its key does not";
            _errors.Add(new SettingError("tls_cert", Find(SettingsTable.Find("tls_cert")!).Source, $"{certificate} with {key}", fault, "Give a PEM certificate and the key it was made with, both readable by the server"));
        }
    }

    // Shells and container files use an empty variable to mean "not set".
    private string? Variable(string name) =>
        _sources.Environment.TryGetValue(name, out var value) && value.Length > 0 && !ForeignVariables.IsOfOrchestrator(name, value) ? value : null;

    private string? Flag(string flag) => _sources.Flags.TryGetValue(flag, out var value) ? value : null;

    private string InWorkingFolder(string path) => Path.GetFullPath(path, _sources.WorkingFolder);

    private static string Suggest(string? near) => near is null ? "Remove it; the reference of settings lists all" : $"Did you mean '{near}'?";

    // The value of an unknown name may be a secret under a misspelled one.
    private static string Masked(string value) => value.Length == 0 ? "" : "***";
}
