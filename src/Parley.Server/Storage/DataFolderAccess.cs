using Parley.Server.Files;
using Parley.Server.Settings;

namespace Parley.Server.Storage;

/// <summary>Makes sure that only the owner can open a server's files. New files are created that way. Existing ones are changed, or the server
/// refuses to start.</summary>
internal static class DataFolderAccess
{
    /// <summary>The first part of the names of Parley's files in its folder.</summary>
    private static readonly string[] Own = ["parley.db", Index, "admin.token", "join.token", "ticket.key", "server.", "folder.name"];

    /// <summary>Never a reason to refuse the start: if the index cannot be used, a new one is created.</summary>
    private const string Index = "index.db";


    /// <summary>Creates the folder, or removes other users' access to it and to Parley's files in it.</summary>
    /// <exception cref="OpenToOthersException">The access cannot be removed.</exception>
    internal static void Close(string folder)
    {
        if (!Directory.Exists(folder))
        {
            OwnerOnly.MakeFolder(folder);
            return;
        }

        CloseOne(folder);
        foreach (var file in Directory.EnumerateFiles(folder).Where(file => IsOwn(file) && !Path.GetFileName(file).StartsWith(Index, StringComparison.Ordinal)))
            CloseOne(file);
    }

    /// <summary>Removes other users' access to the files of a SQLite database, wherever they are. Does not change the folder, which may not be
    /// Parley's.</summary>
    /// <exception cref="OpenToOthersException">The access cannot be removed.</exception>
    internal static void CloseDatabase(string database)
    {
        foreach (var file in FilesOf(database))
            CloseOne(file);
    }

    /// <summary>Finds the files of Parley, in a folder and of a database, that users other than the owner can open; the folder comes first.</summary>
    internal static IEnumerable<string> FindOpen(string folder, string? database)
    {
        string[] inFolder = Directory.Exists(folder) ? [folder, .. Directory.EnumerateFiles(folder).Where(IsOwn)] : [];
        return inFolder.Concat(database is null ? [] : FilesOf(database).Where(File.Exists)).Distinct(StringComparer.Ordinal).Where(OwnerOnly.IsOpen);
    }

    private static string[] FilesOf(string database)
    {
        var path = DataFolderLock.RealPath(database);
        return [path, $"{path}-wal", $"{path}-shm", $"{path}.lock"];
    }

    private static bool IsOwn(string file) => Array.Exists(Own, name => Path.GetFileName(file).StartsWith(name, StringComparison.Ordinal));

    private static void CloseOne(string path)
    {
        try
        {
            OwnerOnly.Close(path);
        }
        catch (Exception fault) when (fault is UnauthorizedAccessException or StaysOpenException)
        {
            throw new OpenToOthersException(path, fault);
        }
    }
}

/// <summary>Anyone who can read the database can do what an admin can.</summary>
internal sealed class OpenToOthersException(string path, Exception reason) : StartRefusedException(
    $"Others can open {path}, and this user cannot change that: {(reason is StaysOpenException ? reason.Message : "it belongs to another user")}. "
    + (Directory.Exists(path)
        ? $"Run 'chmod 700 {path}' as its owner, or name a folder in it with --data: {Path.Combine(path, "parley")}."
        : $"Give it to the user who runs the server ('chown'), with 'chmod 600 {path}'."),
    reason);
