using Parley.Server.Files;

namespace Parley.Server.Storage;

/// <summary>A data folder's own name, created once. It identifies a new server as the successor of the previous one in that folder, even on another
/// machine.</summary>
internal static class DataFolderName
{
    private const string FileName = "folder.name";

    internal static async Task<string> ReadOrMakeAsync(string folder, CancellationToken cancellationToken)
    {
        var file = Path.Combine(folder, FileName);
        if (File.Exists(file) && (await File.ReadAllTextAsync(file, cancellationToken)).Trim() is { Length: > 0 } name)
            return name;
        var made = Guid.NewGuid().ToString("N")[..12];
        // Written to a temporary file and renamed, so that a kill never leaves half a name.
        await OwnerOnly.WriteAsync($"{file}.new", $"{made}\n", cancellationToken);
        File.Move($"{file}.new", file, overwrite: true);
        return made;
    }
}
