using Parley.Cli.CommandLine;
using Parley.Server.Settings;

namespace Parley.Cli.Serve;

/// <summary>Commands for another terminal of the same user, with everything they need to find the server.</summary>
/// <param name="usualFolder">The data folder that commands use by default.</param>
internal sealed class NextCommands(ServerSettings settings, string program, string usualFolder)
{
    /// <summary>The command as typed in the folder where the server was started.</summary>
    public string Of(string command)
    {
        // The address, including the port, is in the data folder, so whoever finds the folder finds the server.
        var folder = OwnName.Quoted(settings.DataFolder);
        var before = settings.DataFolder == usualFolder ? ""
            : OperatingSystem.IsWindows() ? $"$env:PARLEY_DATA={folder}; "
            : $"PARLEY_DATA={folder} ";
        // Self-made certificates are usually not trusted by any machine.
        var behind = settings.TlsCert is { } certificate ? $" --cacert {OwnName.Quoted(certificate)}" : "";
        return $"{before}{program} {command}{behind}";
    }
}
