using Parley.Server;
using Parley.Server.Settings;

namespace Parley.Cli.Doctor;

/// <summary>Whether the files of a server on this machine are fit for it, whether it runs or not.</summary>
internal static class FileChecks
{
    private const string Rights = "file rights";

    public static IEnumerable<Finding> Run(string dataFolder, SettingsSources sources)
    {
        var settings = SettingsReader.Read(sources).Settings;
        if (Directory.Exists(dataFolder) && !OperatingSystem.IsWindows())
            yield return OpenFiles(dataFolder, settings);
    }

    private static Finding OpenFiles(string dataFolder, ServerSettings? settings)
    {
        var open = DatabaseProbe.FindOpenFiles(dataFolder, settings);
        if (open.Count == 0)
            return Finding.Ok(Rights, "only their owner can open the data folder, the database, and the tokens");
        var commands = open.GroupBy(Directory.Exists).Select(paths => $"chmod {(paths.Key ? 700 : 600)} {string.Join(' ', paths)}");
        return Finding.Warn(
            Rights,
            $"others on this machine can open {string.Join(", ", open)}: who reads the database or a token can do what an admin can",
            $"Run '{string.Join(" && ", commands)}', or start the server, which does so.");
    }
}
