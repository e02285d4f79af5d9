namespace Parley.Server.Storage;

/// <summary>A data folder's own name, made once: by it a server that starts is known as the successor of the one before in that folder, also on
/// another machine.</summary>
internal static class DataFolderName
{
    private const string FileName = "folder.name";

    internal static string ReadOrMake(string folder)
    {
        var file = Path.Combine(folder, FileName);
        if (File.Exists(file) && File.ReadAllText(file).Trim() is { Length: > 0 } name)
            return name;
        var made = Guid.NewGuid().ToString("N")[..12];
        // Beside it and renamed: a kill never leaves half a name.
        File.WriteAllText($"{file}.new", $"{made}\n");
        File.Move($"{file}.new", file, overwrite: true);
        return made;
    }
}
