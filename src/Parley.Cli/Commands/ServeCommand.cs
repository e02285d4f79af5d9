using System.CommandLine;
using Parley.Cli.CommandLine;
using Parley.Server.Settings;

namespace Parley.Cli.Commands;

/// <summary><c>parley serve</c></summary>
internal static class ServeCommand
{
    public static Command Create()
    {
        var settings = SettingsTable.All.Where(setting => setting.Flag is not null).Select(Option).ToArray();
        var config = new Option<string?>("--config") { Description = "The file of settings; parley.json if absent and there.", HelpName = "FILE" };
        var demo = new Option<bool>("--demo") { Description = "Plays the squad demo once, as soon as the server is ready." };

        var command = new CliCommand("serve",
            "Starts the server. Ctrl-C stops it, in good order. A setting without a flag here comes from PARLEY_NAME or the file of settings.",
            "parley serve",
            "parley serve --demo",
            "parley serve --host 0.0.0.0 --port 8443 --tls-cert cert.pem --tls-key key.pem")
        {
            config, demo,
        };
        foreach (var option in settings)
            command.Options.Add(option);
        return command.Does(_ => throw new NotSupportedException());
    }

    // The server judges the values, all of them at once and wherever they come from: here they are words.
    private static Option<string?> Option(Setting setting) => new(setting.Flag!)
    {
        Description = setting.DefaultText.Length > 0 ? $"{setting.Meaning} Default: {setting.DefaultText}." : setting.Meaning,
        HelpName = setting.Name.ToUpperInvariant(),
    };
}
