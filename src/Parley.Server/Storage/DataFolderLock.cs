using Parley.Server.Files;
using Parley.Server.Settings;

namespace Parley.Server.Storage;

/// <summary>Locks a data folder for one server, because its tokens, its address, and with SQLite its database belong to a single server. The lock is
/// released on disposal, and when the process ends for any reason.</summary>
internal sealed class DataFolderLock : IDisposable
{
    /// <summary>The file in which the server that uses the folder writes its address.</summary>
    internal const string AddressFileName = "server.url";

    private readonly IDisposable[] _held;

    private DataFolderLock(params IDisposable[] held) => _held = held;

    /// <exception cref="DataFolderInUseException">Another server uses the folder.</exception>
    internal static DataFolderLock Take(string folder) => new(Hold(Path.Combine(folder, "server.lock"), fault => new DataFolderInUseException(folder, fault)));

    /// <summary>Also locks a SQLite database, whatever its path or name, because a process that opens the file directly does not know about the
    /// server's folder.</summary>
    /// <param name="isMade">Whether to create an empty file, readable only by its owner, if there is none.</param>
    /// <exception cref="StoreInUseException">Another server uses one of them. Neither is locked then.</exception>
    internal static DataFolderLock Take(string folder, string database, bool isMade)
    {
        var folderLock = Take(folder);
        try
        {
            return new DataFolderLock([.. folderLock._held, .. HoldDatabase(database, isMade)]);
        }
        catch
        {
            folderLock.Dispose();
            throw;
        }
    }

    /// <summary>Locks only a SQLite database.</summary>
    /// <returns>Null if a server uses it.</returns>
    internal static DataFolderLock? TryTakeDatabase(string database)
    {
        try
        {
            return new DataFolderLock(HoldDatabase(database, isMade: false));
        }
        catch (DatabaseInUseException)
        {
            return null;
        }
    }

    public void Dispose() => Array.ForEach(_held, held => held.Dispose());

    /// <summary>Locks by name, on every system, and by inode, because a lock file may be deleted and a file may have several names.</summary>
    private static IDisposable[] HoldDatabase(string database, bool isMade)
    {
        var named = Hold($"{RealPath(database)}.lock", fault => new DatabaseInUseException(database, fault));
        try
        {
            if (isMade)
                OwnerOnly.MakeFile(database);
            return InodeLock.Take(database) is { } itself ? [named, itself] : [named];
        }
        catch (FileHeldException fault)
        {
            named.Dispose();
            throw new DatabaseInUseException(database, fault);
        }
        catch
        {
            named.Dispose();
            throw;
        }
    }

    /// <summary>The target of a link, resolved as SQLite does: the database's other files are next to the target.</summary>
    internal static string RealPath(string database) => new FileInfo(database).LinkTarget is null
        ? Path.GetFullPath(database)
        : File.ResolveLinkTarget(database, returnFinalTarget: true)!.FullName;

    private static FileStream Hold(string path, Func<IOException, StoreInUseException> refusal)
    {
        try
        {
            return new FileStream(path, OwnerOnly.Options(FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (DirectoryNotFoundException fault)
        {
            throw new FolderMissingException(Path.GetDirectoryName(path)!, fault);
        }
        catch (IOException fault) when (File.Exists(path))
        {
            throw refusal(fault);
        }
    }
}

/// <summary>Another server uses the folder or the file.</summary>
internal abstract class StoreInUseException(string where, string message, Exception reason) : StartRefusedException(message, reason)
{
    /// <summary>The folder or the file that is in use.</summary>
    internal string Where => where;
}

/// <summary>Two servers on one folder would overwrite each other's tokens and address.</summary>
internal sealed class DataFolderInUseException(string folder, Exception reason) : StoreInUseException(
    folder, $"The data folder {folder} is in use by another Parley server{WhereOf(folder)}. Use that one, stop it, or name another folder with --data.", reason)
{
    private static string WhereOf(string folder)
    {
        try
        {
            return File.ReadLines(Path.Combine(folder, DataFolderLock.AddressFileName)).FirstOrDefault() is { Length: > 0 } address ? $", at {address}" : "";
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            // A server that is still starting has not written it yet.
            return "";
        }
    }
}

/// <summary>A file cannot be created because its folder does not exist.</summary>
internal sealed class FolderMissingException(string folder, Exception reason) : StartRefusedException(
    $"There is no folder {folder} for the database. Create it, or name another file with --database.", reason);

/// <summary>Two servers on one SQLite database would each assume that they own its log.</summary>
internal sealed class DatabaseInUseException(string file, Exception reason) : StoreInUseException(
    file, $"The database {file} is in use by another Parley server. Stop that one, or name another file with --database.", reason);
