using Parley.Server.Files;

namespace Parley.Server.Storage.Sqlite;

/// <summary>Which files are open as the database: they are the same for as long as a server has them, whatever happens under their names.</summary>
internal sealed class SqliteDatabaseFiles
{
    private readonly (string Path, FileIdentity? Identity)[] _files;

    /// <summary>To be made once the database and its write-ahead log are open.</summary>
    internal SqliteDatabaseFiles(string path) =>
        _files = [.. SqliteFiles.Of(DataFolderLock.RealPath(path)).Select(file => (file, FileIdentity.Of(file)))];

    /// <summary>What is not as it was; null: everything is. Of several the first: the database itself weighs most.</summary>
    internal FileChange? FindChange()
    {
        foreach (var (path, identity) in _files)
        {
            if (identity is null)
                continue;
            var now = FileIdentity.Of(path);
            if (now != identity)
                return new FileChange(path, $"{Path.GetFileName(path)} was {(now is null ? "deleted or moved" : "replaced")}", path == _files[0].Path);
        }

        return null;
    }
}

/// <param name="What">For people, without the folder.</param>
/// <param name="IsOfDatabase">Whether it is the file of the database itself.</param>
internal sealed record FileChange(string Path, string What, bool IsOfDatabase);
