using Parley.Server.Files;

namespace Parley.Server.Storage;

/// <summary>A data folder's own name, made once: by it a server that starts is known as the successor of the one before in that folder, also on
/// another machine.</summary>
internal static class DataFolderName
{
    private const string FileName = "folder.name";

    internal static async Task<string> ReadOrMakeAsync(string folder, CancellationToken cancellationToken)
    {
        var file = Path.Combine(folder, FileName);
        if (File.Exists(file) && (await File.ReadAllTextAsync(file, cancellationToken)).Trim() is { Length: > 0 } name)
            return name;
        var made = Guid.NewGuid().ToString("N")[..12];
        // Beside it and renamed: a kill never leaves half a name.
        await OwnerOnly.WriteAsync($"{file}.new", $"{made}\n", cancellationToken);
        File.Move($"{file}.new", file, overwrite: true);
        return made;
    }
}
