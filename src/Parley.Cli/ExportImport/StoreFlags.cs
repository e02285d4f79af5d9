using System.CommandLine;
using Parley.Cli.CommandLine;
using Parley.Server.Settings;

namespace Parley.Cli.ExportImport;

/// <summary>Which store is meant, found as <c>serve</c> would find it.</summary>
internal sealed class StoreFlags
{
    private readonly Option<string?>[] _flags;

    /// <param name="names">The names of the settings' flags.</param>
    private StoreFlags(params string[] names) => _flags =
        [.. SettingsTable.All.Where(setting => names.Contains(setting.Flag)).Select(setting => new Option<string?>(setting.Flag!)
        {
            Description = setting.Meaning, HelpName = setting.Name.ToUpperInvariant(),
        })];

    /// <summary>A data folder or a database.</summary>
    public static StoreFlags Any() => new("--data", "--database");

    public void AddTo(Command command)
    {
        foreach (var flag in _flags)
            command.Options.Add(flag);
    }

    /// <exception cref="CommandException">The settings are invalid.</exception>
    public ServerSettings Read(Call call) => ReadSettings(call, _flags);

    /// <summary>The settings from flags, the environment, and the file.</summary>
    /// <exception cref="CommandException">They are invalid.</exception>
    public static ServerSettings ReadSettings(Call call, IEnumerable<Option<string?>> flags)
    {
        var given = flags
            .Select(flag => (flag.Name, Value: call.Arguments.GetValue(flag)))
            .Where(flag => flag.Value is not null)
            .ToDictionary(flag => flag.Name, flag => flag.Value!, StringComparer.Ordinal);
        var read = SettingsReader.Read(SettingsSources.OfProcess(given));
        foreach (var notice in read.Notices)
            call.Terminal.Note(notice);
        return read.Settings ?? throw new CommandException(
            ExitCode.UsedWrongly, string.Join('\n', read.Errors), "'parley serve --help' lists the settings.");
    }
}
