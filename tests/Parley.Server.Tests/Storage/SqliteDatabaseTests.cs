using Microsoft.Extensions.Logging.Abstractions;
using Parley.Server.Storage;
using Parley.Server.Storage.Sqlite;
using Parley.Server.Tests.Harness;
using Xunit;

namespace Parley.Server.Tests.Storage;

/// <summary>Opening the database of a folder.</summary>
public sealed class SqliteDatabaseTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("parley-database-").FullName;

    private string File => Path.Combine(_folder, "parley.db");

    [Fact]
    public void A_database_of_a_newer_version_is_refused_and_left_as_it_is()
    {
        Open().Dispose();
        using (var connection = SqliteConnection.Open(File, readOnly: false))
            connection.Execute("PRAGMA user_version = 9999");

        var refusal = Assert.Throws<DatabaseTooNewException>(() => Open());

        Assert.Contains("9999", refusal.Message, StringComparison.Ordinal);
        Assert.Contains(File, refusal.Message, StringComparison.Ordinal);
        using var left = SqliteConnection.Open(File, readOnly: true);
        Assert.Equal(9999, left.Prepare("PRAGMA user_version").Scalar());
    }

    [Fact]
    public void After_a_refusal_the_folder_is_free()
    {
        Open().Dispose();
        long version;
        using (var connection = SqliteConnection.Open(File, readOnly: false))
        {
            version = connection.Prepare("PRAGMA user_version").Scalar()!.Value;
            connection.Execute("PRAGMA user_version = 9999");
        }

        Assert.Throws<DatabaseTooNewException>(() => Open());
        using (var connection = SqliteConnection.Open(File, readOnly: false))
            connection.Execute($"PRAGMA user_version = {version}");

        Open().Dispose();
    }

    [Fact]
    public void A_second_server_on_the_same_folder_is_refused_while_the_first_one_runs()
    {
        using (Open())
        {
            var refusal = Assert.Throws<DataFolderInUseException>(() => Open());
            Assert.Contains(_folder, refusal.Message, StringComparison.Ordinal);
        }

        Open().Dispose();
    }

    [Fact]
    public void Opening_again_changes_nothing()
    {
        Open().Dispose();
        var before = Schema();

        Open().Dispose();

        Assert.Equal(before, Schema());
    }

    [Fact]
    public async Task A_commit_is_synced_before_it_is_confirmed()
    {
        using var database = Open();
        database.Writer.Start();

        var modes = await database.Writer.WriteAsync(
            connection => (connection.Prepare("PRAGMA synchronous").Scalar(), Journal(connection)), TestContext.Current.CancellationToken);

        // 2 is FULL: an fsync of the write-ahead log at every commit.
        Assert.Equal((2, "wal"), modes);
    }

    [Fact]
    public async Task An_index_of_another_version_is_rebuilt_from_the_log()
    {
        await using var store = await SqliteStoreScope.OpenAsync();
        await store.StoreAsync(new Letter("ada", "bob") { Content = "needle" });
        await store.IndexAsync();
        await store.Service<SqliteIndexDatabase>().WriteAsync(
            connection => connection.Prepare("PRAGMA user_version = 77").Run(), TaskScheduler.Default, TestContext.Current.CancellationToken);

        await store.ReopenAsync();
        await store.IndexAsync();

        var found = await store.History.ListAsync(new(store.Project.Number) { Text = "needle" }, TestContext.Current.CancellationToken);
        Assert.Equal([1], found.Select(entry => entry.Seq));
    }

    [Fact]
    public void Values_are_numbered_as_PostgreSQL_numbers_them()
    {
        using var connection = SqliteConnection.Open(File, readOnly: false);
        var row = connection.Prepare("""SELECT $2 || $1 || json_extract('{"a": 3}', '$.a')""").Bind(1, 1).Bind(2, 2);

        Assert.True(row.Step());
        Assert.Equal("213", row.Text(0));
        row.Reset();
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private SqliteDatabase Open() => SqliteDatabase.Open(_folder, File, new StoreTrouble(), NullLogger.Instance);

    private static string? Journal(SqliteConnection connection)
    {
        var row = connection.Prepare("PRAGMA journal_mode");
        _ = row.Step();
        var mode = row.Text(0);
        row.Reset();
        return mode;
    }

    private List<string> Schema()
    {
        using var connection = SqliteConnection.Open(File, readOnly: true);
        var rows = connection.Prepare("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY name");
        var schema = new List<string>();
        while (rows.Step())
            schema.Add(rows.Text(0)!);
        return schema;
    }
}
