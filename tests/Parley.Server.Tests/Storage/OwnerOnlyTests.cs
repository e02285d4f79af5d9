using Parley.Server.Files;
using Parley.Server.Settings;
using Parley.Server.Storage;
using Parley.Server.Tests.Agents;
using Parley.Server.Tests.Harness;
using Xunit;

namespace Parley.Server.Tests.Storage;

/// <summary>Who may open what a server writes: nobody but its owner, whatever the rights were before.</summary>
public sealed class OwnerOnlyTests : IDisposable
{
    private const UnixFileMode File = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode Folder = File | UnixFileMode.UserExecute;
    private const UnixFileMode Everybody = Folder | UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;

    private readonly string _folder = Directory.CreateTempSubdirectory("parley-rights-").FullName;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public async Task A_running_servers_files_are_accessible_only_to_their_owner(bool isElsewhere, bool wereThere)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no such bits.");
        var data = Path.Combine(_folder, "data");
        var database = Path.Combine(isElsewhere ? _folder : data, "x.db");
        var settings = ServerSettings.Default with { Port = 0, DataFolder = data, Database = new SqliteFile(database), LogFile = Path.Combine(_folder, "new.log") };
        if (wereThere)
        {
            await using (await StartAsync(settings))
            {
            }

            foreach (var path in Everything(data, database).Append(data))
                SetRights(path, Everybody);
        }

        await using var server = await StartAsync(settings);

        var files = Everything(data, database);
        Assert.Superset(
            new HashSet<string>(["x.db", "x.db-wal", "x.db-shm", "x.db.lock", "index.db", "index.db-wal", "index.db-shm", "admin.token", "join.token", "ticket.key", "server.lock", "server.url"]),
            files.Select(Path.GetFileName).ToHashSet()!);
        Assert.All(files.Append(settings.LogFile!), file => Assert.Equal(File, RightsOf(file)));
        Assert.Equal(Folder, RightsOf(data));
        Assert.Empty(DataFolderAccess.FindOpen(data, database));
    }

    [Fact]
    public async Task Copies_are_accessible_only_to_their_owner()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no such bits.");
        await using var data = await new OnSqlite().NewAsync();
        await using (await ConceptHost.StartAsync(data))
        {
        }

        var (backup, export) = (Path.Combine(_folder, "backup.db"), Path.Combine(_folder, "export.jsonl"));
        await StoreTransfer.BackupAsync(data.Settings, backup, Cancel);
        await StoreTransfer.ExportAsync(data.Settings, export, resume: false, TimeProvider.System, cancellationToken: Cancel);
        var (restored, imported) = (Settings("restored"), Settings("imported"));
        await StoreTransfer.RestoreAsync(backup, restored, replace: false, TimeProvider.System, Cancel);
        await using (var lines = System.IO.File.OpenRead(export))
            await StoreTransfer.ImportAsync(lines, imported, TimeProvider.System, cancellationToken: Cancel);

        string[] files = [backup, export, .. Directory.GetFiles(restored.DataFolder), .. Directory.GetFiles(imported.DataFolder)];
        Assert.Contains(imported.DatabaseFile, files);
        Assert.All(files, file => Assert.Equal(File, RightsOf(file)));
    }

    [Fact]
    public async Task A_folder_that_all_users_share_is_no_data_folder()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no such bits.");
        const UnixFileMode shared = Everybody | UnixFileMode.StickyBit | UnixFileMode.OtherExecute;
        SetRights(_folder, shared);

        var refusal = await Assert.ThrowsAsync<OpenToOthersException>(() => StartAsync(ServerSettings.Default with { DataFolder = _folder }));

        Assert.Contains($"--data: {Path.Combine(_folder, "parley")}", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(shared, RightsOf(_folder));
        Assert.Empty(Directory.GetFileSystemEntries(_folder));
    }

    [Fact]
    public void Files_with_the_right_permissions_do_not_change()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no such bits.");
        var file = Path.Combine(_folder, "file");
        OwnerOnly.MakeFile(file);

        Assert.False(OwnerOnly.Close(file));
        SetRights(file, UnixFileMode.None);
        Assert.True(OwnerOnly.Close(file));
        Assert.Equal(File, RightsOf(file));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static UnixFileMode RightsOf(string path) => OperatingSystem.IsWindows() ? UnixFileMode.None : System.IO.File.GetUnixFileMode(path);

    private static void SetRights(string path, UnixFileMode rights)
    {
        if (!OperatingSystem.IsWindows())
            System.IO.File.SetUnixFileMode(path, rights);
    }

    private static string[] Everything(string data, string database) =>
        [.. Directory.GetFiles(data), .. Directory.GetFiles(Path.GetDirectoryName(database)!, $"{Path.GetFileName(database)}*")];

    private ServerSettings Settings(string name) => ServerSettings.Default with { DataFolder = Path.Combine(_folder, name) };

    private static async Task<RunningServer> StartAsync(ServerSettings settings)
    {
        var server = await ParleyServer.BuildAsync(settings with { Port = 0 }, cancellationToken: Cancel);
        await server.StartAsync(Cancel);
        return server;
    }
}
