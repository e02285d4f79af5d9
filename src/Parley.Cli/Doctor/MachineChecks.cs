using System.Runtime.InteropServices;
using Parley.Server;

namespace Parley.Cli.Doctor;

/// <summary>Checks what Parley needs from this machine, with or without a server.</summary>
internal static class MachineChecks
{
    private const long GiB = 1L << 30;
    private const long MiB = 1L << 20;

    // The first version with RETURNING, which the server's statements rely on.
    private static readonly Version OldestSqlite = new(3, 35, 0);

    public static IEnumerable<Finding> Run(string dataFolder)
    {
        yield return Runtime();
        yield return DataFolder(dataFolder);
        yield return DiskSpace(dataFolder);
        yield return Sqlite();
    }

    private static Finding Runtime() => Environment.Version.Major >= 10
        ? Finding.Ok("runtime", $"{RuntimeInformation.FrameworkDescription} on {RuntimeInformation.RuntimeIdentifier}")
        : Finding.Fail("runtime", RuntimeInformation.FrameworkDescription, "Install .NET 10: https://dotnet.microsoft.com/download");

    private static Finding DataFolder(string folder)
    {
        if (!Directory.Exists(folder))
        {
            return Finding.Warn("data folder", $"{folder} does not exist yet",
                "`parley serve` creates it on first start; PARLEY_DATA names another one.");
        }

        var probe = Path.Combine(folder, $".doctor-{Guid.NewGuid():N}");
        try
        {
            File.WriteAllText(probe, "");
            File.Delete(probe);
            return Finding.Ok("data folder", folder);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return Finding.Fail("data folder", $"{folder} is not writable: {failure.Message}",
                $"Let this user write there (`chown`), free some space, or name another folder with PARLEY_DATA.");
        }
    }

    private static Finding DiskSpace(string folder)
    {
        // The folder may not exist yet. What counts is the disk that it will be on.
        var existing = Path.GetFullPath(folder);
        while (!Directory.Exists(existing) && Path.GetDirectoryName(existing) is { } parent)
            existing = parent;

        var free = new DriveInfo(existing).AvailableFreeSpace;
        var detail = $"{free / (double)GiB:0.0} GiB free at {existing}";
        return free switch
        {
            < 100 * MiB => Finding.Fail("disk space", detail, "Free some space: with a full disk the server refuses every write."),
            < GiB => Finding.Warn("disk space", detail, "Free some space, or shorten how long messages are kept (retention_days)."),
            _ => Finding.Ok("disk space", detail),
        };
    }

    private static Finding Sqlite()
    {
        try
        {
            var (version, origin) = ParleyServer.Sqlite;
            return Version.TryParse(version, out var number) && number >= OldestSqlite
                ? Finding.Ok("sqlite", $"{version} ({origin})")
                : Finding.Fail("sqlite", $"{version} ({origin}) is too old", $"Install SQLite {OldestSqlite} or newer.");
        }
        catch (DllNotFoundException)
        {
            return Finding.Fail("sqlite", "no SQLite library can be loaded",
                "Install the system's SQLite (Debian: apt install libsqlite3-0), or install Parley again: it includes one.");
        }
    }
}
