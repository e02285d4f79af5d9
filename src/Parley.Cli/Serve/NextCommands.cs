using Parley.Cli.CommandLine;
using Parley.Server.Settings;

namespace Parley.Cli.Serve;

/// <summary>Commands for another terminal of this user, complete with what they need to find the server.</summary>
/// <param name="usualFolder">The data folder of which commands think when nobody names one.</param>
internal sealed class NextCommands(ServerSettings settings, string program, string usualFolder)
{
    /// <summary>As one can type it in the folder where the server was started.</summary>
    public string Of(string command)
    {
        // The address, and with it the port, stands in the data folder: whoever finds the folder finds the server.
        var folder = OwnName.Quoted(settings.DataFolder);
        var before = settings.DataFolder == usualFolder ? ""
            : OperatingSystem.IsWindows() ? $"$env:PARLEY_DATA={folder}; "
            : $"PARLEY_DATA={folder} ";
        // Most certificates that one makes for a server of one's own are trusted by no machine.
        var behind = settings.TlsCert is { } certificate ? $" --cacert {OwnName.Quoted(certificate)}" : "";
        return $"{before}{program} {command}{behind}";
    }
}
