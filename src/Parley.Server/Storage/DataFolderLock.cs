using Parley.Server.Files;
using Parley.Server.Settings;

namespace Parley.Server.Storage;

/// <summary>Holds a data folder for one server: its tokens, its address and, with SQLite, its database are of one server only. Free again
/// when it is disposed of, and when the process ends in whatever way.</summary>
internal sealed class DataFolderLock : IDisposable
{
    /// <summary>The file in which a server that has a folder says where it listens.</summary>
    internal const string AddressFileName = "server.url";

    private readonly IDisposable[] _held;

    private DataFolderLock(params IDisposable[] held) => _held = held;

    /// <exception cref="DataFolderInUseException">Another server has the folder.</exception>
    internal static DataFolderLock Take(string folder) => new(Hold(Path.Combine(folder, "server.lock"), fault => new DataFolderInUseException(folder, fault)));

    /// <summary>Holds a SQLite database too, wherever its file is and by whatever name: whoever names the file knows nothing of its server's folder.</summary>
    /// <param name="isMade">Makes an empty file, of its owner alone, where there is none.</param>
    /// <exception cref="StoreInUseException">Another server has one of them; neither is held.</exception>
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

    /// <summary>Holds a SQLite database alone.</summary>
    /// <returns>Null when a server has it.</returns>
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

    /// <summary>By its name, on every system, and by what it is: a lock file may be deleted, and a file has many names.</summary>
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

    /// <summary>Where a link leads, as SQLite follows it: beside that file are the others of the database.</summary>
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

/// <summary>Another server has it.</summary>
internal abstract class StoreInUseException(string where, string message, Exception reason) : StartRefusedException(message, reason)
{
    /// <summary>The folder or the file.</summary>
    internal string Where => where;
}

/// <summary>Two servers on one folder would take each other's tokens and address.</summary>
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
            // One that is only starting has not said it yet.
            return "";
        }
    }
}

/// <summary>A file cannot be made where there is no folder for it.</summary>
internal sealed class FolderMissingException(string folder, Exception reason) : StartRefusedException(
    $"There is no folder {folder} for the database. Make it, or name another file with --database.", reason);

/// <summary>Two servers on one SQLite database would each think that they own its log.</summary>
internal sealed class DatabaseInUseException(string file, Exception reason) : StoreInUseException(
    file, $"The database {file} is in use by another Parley server. Stop that one, or name another file with --database.", reason);
