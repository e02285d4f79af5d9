using Parley.Server;
using Parley.Server.Settings;

namespace Parley.Cli.Doctor;

/// <summary>Checks the files of a server on this machine, whether it is running or not.</summary>
internal static class FileChecks
{
    private const string Rights = "file rights";
    private const string Database = "database";

    /// <summary>Long enough to check a database of some gigabytes.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    public static IEnumerable<Finding> Run(string dataFolder, SettingsSources sources, TimeProvider clock)
    {
        var settings = SettingsReader.Read(sources).Settings;
        if (Directory.Exists(dataFolder) && !OperatingSystem.IsWindows())
            yield return OpenFiles(dataFolder, settings);
        var database = settings is null ? Path.Combine(dataFolder, "parley.db") : settings.DatabaseFile;
        if (settings?.Database is not PostgresAddress && File.Exists(database))
            yield return LookThrough(database, clock);
    }

    private static Finding LookThrough(string database, TimeProvider clock)
    {
        using var patience = new CancellationTokenSource(Patience, clock);
        var damage = DatabaseProbe.FindDamage(database, patience.Token);
        return damage is not null
            ? Finding.Fail(Database, $"{database} is damaged: {damage}", "Stop the server and put a backup in its place: 'parley restore FILE --replace'.")
            : Finding.Ok(Database, patience.IsCancellationRequested ? $"{database} is large; the part that could be checked in {Patience.TotalSeconds:0} s is undamaged" : $"{database} is undamaged");
    }

    private static Finding OpenFiles(string dataFolder, ServerSettings? settings)
    {
        var open = DatabaseProbe.FindOpenFiles(dataFolder, settings);
        if (open.Count == 0)
            return Finding.Ok(Rights, "only their owner can open the data folder, the database, and the tokens");
        var commands = open.GroupBy(Directory.Exists).Select(paths => $"chmod {(paths.Key ? 700 : 600)} {string.Join(' ', paths)}");
        return Finding.Warn(
            Rights,
            $"others on this machine can open {string.Join(", ", open)}: anyone who can read the database or a token can do what an admin can",
            $"Run '{string.Join(" && ", commands)}', or start the server, which does so.");
    }
}
