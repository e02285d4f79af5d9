using Parley.Server.Files;

namespace Parley.Server.Storage.Sqlite;

/// <summary>The identities of the open database files. While a server has them open, they stay the same, whatever happens to their names.</summary>
internal sealed class SqliteDatabaseFiles
{
    private readonly (string Path, FileIdentity? Identity)[] _files;

    /// <summary>Create this after the database and its write-ahead log are open.</summary>
    internal SqliteDatabaseFiles(string path) =>
        _files = [.. SqliteFiles.Of(DataFolderLock.RealPath(path)).Select(file => (file, FileIdentity.Of(file)))];

    /// <summary>The first change that is found, or null if there is none. The database itself is checked first, because it matters most.</summary>
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
/// <param name="IsOfDatabase">Whether it is the database file itself.</param>
internal sealed record FileChange(string Path, string What, bool IsOfDatabase);
