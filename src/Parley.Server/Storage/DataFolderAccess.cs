using Parley.Server.Files;
using Parley.Server.Settings;

namespace Parley.Server.Storage;

/// <summary>Who may open a server's files: their owner alone. New ones are made so; those that were there before are brought to it, or the start is refused.</summary>
internal static class DataFolderAccess
{
    /// <summary>How the names of the files begin that Parley has in its folder.</summary>
    private static readonly string[] Own = ["parley.db", Index, "admin.token", "join.token", "ticket.key", "server.", "folder.name"];

    /// <summary>Nothing is refused for it: where it cannot be used, another takes its place.</summary>
    private const string Index = "index.db";


    /// <summary>Makes the folder, or takes others' rights to it and to what Parley has in it.</summary>
    /// <exception cref="OpenToOthersException">They cannot be taken.</exception>
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

    /// <summary>Takes others' rights to the files of a SQLite database, wherever they are. The folder is not Parley's to close.</summary>
    /// <exception cref="OpenToOthersException">They cannot be taken.</exception>
    internal static void CloseDatabase(string database)
    {
        foreach (var file in FilesOf(database))
            CloseOne(file);
    }

    /// <summary>Those of Parley's files, of a folder and of a database, that others than their owner may open; the folder first.</summary>
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

/// <summary>Whoever reads the database can do what an admin can.</summary>
internal sealed class OpenToOthersException(string path, Exception reason) : StartRefusedException(
    $"Others can open {path}, and this user cannot change that: {(reason is StaysOpenException ? reason.Message : "it belongs to another user")}. "
    + (Directory.Exists(path)
        ? $"Run 'chmod 700 {path}' as its owner, or name a folder in it with --data: {Path.Combine(path, "parley")}."
        : $"Give it to the user who runs the server ('chown'), with 'chmod 600 {path}'."),
    reason);
