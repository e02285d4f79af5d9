namespace Parley.Server.Files;

/// <summary>Files and folders that only their owner can open, because anyone who can read the database can do what an admin can. Windows has no
/// permission bits; there, the folder's access list decides.</summary>
internal static class OwnerOnly
{
    internal const UnixFileMode FileRights = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    internal const UnixFileMode FolderRights = FileRights | UnixFileMode.UserExecute;

    private const UnixFileMode Others =
        UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;

    /// <summary>How to open a file so that, if it is created, only its owner can open it from the first moment.</summary>
    internal static FileStreamOptions Options(FileMode mode, FileAccess access, FileShare share = FileShare.Read, int bufferSize = 4_096)
    {
        var options = new FileStreamOptions { Mode = mode, Access = access, Share = share, BufferSize = bufferSize };
        if (!OperatingSystem.IsWindows() && mode is not (FileMode.Open or FileMode.Truncate))
            options.UnixCreateMode = FileRights;
        return options;
    }

    /// <summary>Creates a folder; an existing one does not change.</summary>
    internal static void MakeFolder(string folder)
    {
        if (OperatingSystem.IsWindows())
            Directory.CreateDirectory(folder);
        else
            Directory.CreateDirectory(folder, FolderRights);
    }

    /// <summary>Creates an empty file if there is none.</summary>
    internal static void MakeFile(string file)
    {
        if (!File.Exists(file))
            new FileStream(file, Options(FileMode.OpenOrCreate, FileAccess.Write, FileShare.ReadWrite)).Dispose();
    }

    /// <summary>Writes a whole file, replacing its content.</summary>
    internal static async Task WriteAsync(string file, string text, CancellationToken cancellationToken)
    {
        await using var writer = new StreamWriter(file, Options(FileMode.Create, FileAccess.Write));
        await writer.WriteAsync(text.AsMemory(), cancellationToken);
    }

    /// <summary>Removes others' permissions on a file or folder, and gives the owner the usual ones.</summary>
    /// <returns>True if something changed; false if it was already so, or does not exist.</returns>
    /// <exception cref="UnauthorizedAccessException">It belongs to another user.</exception>
    /// <exception cref="StaysOpenException">It is shared by design, or its file system does not support permissions.</exception>
    internal static bool Close(string path)
    {
        var isFolder = Directory.Exists(path);
        if (OperatingSystem.IsWindows() || !(isFolder || File.Exists(path)))
            return false;
        var wanted = isFolder ? FolderRights : FileRights;
        var found = File.GetUnixFileMode(path);
        if (found == wanted)
            return false;
        // A folder for everybody, like /tmp: others need it, and as root this process could restrict it.
        if (isFolder && found.HasFlag(UnixFileMode.StickyBit))
            throw new StaysOpenException($"{path} is a folder that other users of this machine share");
        File.SetUnixFileMode(path, wanted);
        return IsOpen(path) ? throw new StaysOpenException($"the file system of {path} does not support permissions") : true;
    }

    /// <summary>Whether anyone other than its owner has permissions on it.</summary>
    internal static bool IsOpen(string path) => !OperatingSystem.IsWindows() && (File.GetUnixFileMode(path) & Others) != UnixFileMode.None;
}

/// <summary>Others' permissions cannot be removed.</summary>
internal sealed class StaysOpenException(string message) : IOException(message);
