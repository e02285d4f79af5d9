namespace Parley.Server.Storage;

/// <summary>Holds a data folder for one server: its tokens, its address and, with SQLite, its database are of one server only. Free again
/// when it is disposed of, and when the process ends in whatever way.</summary>
internal sealed class DataFolderLock : IDisposable
{
    private readonly FileStream _file;

    private DataFolderLock(FileStream file) => _file = file;

    /// <exception cref="DataFolderInUseException">Another server has the folder.</exception>
    internal static DataFolderLock Take(string folder)
    {
        var path = Path.Combine(folder, "server.lock");
        try
        {
            return new DataFolderLock(new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (IOException fault) when (File.Exists(path))
        {
            throw new DataFolderInUseException(folder, fault);
        }
    }

    /// <returns>Null when a server has the folder.</returns>
    internal static DataFolderLock? TryTake(string folder)
    {
        try
        {
            return Take(folder);
        }
        catch (DataFolderInUseException)
        {
            return null;
        }
    }

    public void Dispose() => _file.Dispose();
}

/// <summary>Two servers on one folder would take each other's tokens and address, and with SQLite each would think that it owns the log.</summary>
internal sealed class DataFolderInUseException(string folder, Exception reason) : StartRefusedException(
    $"The data folder {folder} is in use by another Parley server. Stop that one, or name another folder with --data.", reason);
