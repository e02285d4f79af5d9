namespace Parley.Server.Files;

/// <summary>Files and folders that their owner alone can open: whoever reads the database holds an admin's key. Windows has no such bits; there
/// the folder's access list decides.</summary>
internal static class OwnerOnly
{
    internal const UnixFileMode FileRights = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    internal const UnixFileMode FolderRights = FileRights | UnixFileMode.UserExecute;

    private const UnixFileMode Others =
        UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;

    /// <summary>How to open a file so that, if it is made, it is its owner's alone from the first moment.</summary>
    internal static FileStreamOptions Options(FileMode mode, FileAccess access, FileShare share = FileShare.Read, int bufferSize = 4_096)
    {
        var options = new FileStreamOptions { Mode = mode, Access = access, Share = share, BufferSize = bufferSize };
        if (!OperatingSystem.IsWindows() && mode is not (FileMode.Open or FileMode.Truncate))
            options.UnixCreateMode = FileRights;
        return options;
    }

    /// <summary>Makes a folder; one that is there stays as it is.</summary>
    internal static void MakeFolder(string folder)
    {
        if (OperatingSystem.IsWindows())
            Directory.CreateDirectory(folder);
        else
            Directory.CreateDirectory(folder, FolderRights);
    }

    /// <summary>Makes an empty file where there is none.</summary>
    internal static void MakeFile(string file)
    {
        if (!File.Exists(file))
            new FileStream(file, Options(FileMode.OpenOrCreate, FileAccess.Write, FileShare.ReadWrite)).Dispose();
    }

    /// <summary>Writes a file whole, in the place of what was there.</summary>
    internal static async Task WriteAsync(string file, string text, CancellationToken cancellationToken)
    {
        await using var writer = new StreamWriter(file, Options(FileMode.Create, FileAccess.Write));
        await writer.WriteAsync(text.AsMemory(), cancellationToken);
    }

    /// <summary>Takes others' rights to a file or a folder from them, and gives its owner those that belong to it.</summary>
    /// <returns>True when something changed; false when it was so, or is not there.</returns>
    /// <exception cref="UnauthorizedAccessException">It belongs to another user.</exception>
    /// <exception cref="StaysOpenException">It is shared by design, or its file system keeps no rights.</exception>
    internal static bool Close(string path)
    {
        var isFolder = Directory.Exists(path);
        if (OperatingSystem.IsWindows() || !(isFolder || File.Exists(path)))
            return false;
        var wanted = isFolder ? FolderRights : FileRights;
        var found = File.GetUnixFileMode(path);
        if (found == wanted)
            return false;
        // A folder for everybody, as /tmp is: others need it, and root could close it.
        if (isFolder && found.HasFlag(UnixFileMode.StickyBit))
            throw new StaysOpenException($"{path} is a folder that other users of this machine share");
        File.SetUnixFileMode(path, wanted);
        return IsOpen(path) ? throw new StaysOpenException($"the file system of {path} does not support permissions") : true;
    }

    /// <summary>Whether others than its owner have any right to it.</summary>
    internal static bool IsOpen(string path) => !OperatingSystem.IsWindows() && (File.GetUnixFileMode(path) & Others) != UnixFileMode.None;
}

/// <summary>Others' rights cannot be taken from them.</summary>
internal sealed class StaysOpenException(string message) : IOException(message);
