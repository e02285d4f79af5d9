using System.Globalization;
using System.Net;
using Parley.Server.Settings;
using Parley.Server.Storage;
using Parley.Server.Storage.Sqlite;
using Parley.Server.Tests.Harness;
using Xunit;

namespace Parley.Server.Tests.Storage;

/// <summary>What happens to the files of a database under a running server: it is noticed, nothing more is confirmed, and nothing that was is lost.</summary>
public sealed class LostFilesTests : IDisposable
{
    private const int Messages = 29;

    private readonly string _folder = Directory.CreateTempSubdirectory("parley-lost-").FullName;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private string Database => Path.Combine(_folder, "parley.db");

    private ServerSettings Settings => ServerSettings.Default with { DataFolder = _folder };

    private static List<string> Confirmed => [.. Enumerable.Range(0, Messages).Select(Content)];

    [Theory]
    [InlineData("parley.db-wal was deleted or moved", false)]
    [InlineData("parley.db-shm was deleted or moved", false)]
    [InlineData("parley.db-wal was replaced", false)]
    [InlineData("parley.db was deleted or moved", true)]
    [InlineData("parley.db was replaced", true)]
    public async Task A_removed_file_is_noticed_and_nothing_confirmed_is_lost(string what, bool isRescued)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "A file that is open cannot be taken away there.");
        await using (var server = await StartAsync())
        {
            Take(what);

            var health = await server.UntilAsync("/health", (status, _) => status == HttpStatusCode.ServiceUnavailable);
            Assert.StartsWith(what, health.GetProperty("reason").GetString(), StringComparison.Ordinal);
            var (refused, problem) = await server.SendAsync("bob", "refused");
            Assert.Equal((HttpStatusCode.ServiceUnavailable, "storage_unavailable"), (refused, problem.GetProperty("code").GetString()));
            Assert.StartsWith(what, problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
            await server.UntilAsync("/health", (_, body) => body.GetProperty("reason").GetString()!.Contains(isRescued ? "parley restore parley.db.rescued-" : "is in parley.db", StringComparison.Ordinal));
        }

        if (isRescued)
            await StoreTransfer.RestoreAsync(Assert.Single(Directory.GetFiles(_folder, "parley.db.rescued-*")), Settings, replace: true, TimeProvider.System, Cancel);
        await using var again = await LiveServer.StartAsync(Settings);
        Assert.Equal(Confirmed, await again.ContentsAsync());
    }

    [Fact]
    public async Task Writes_resume_when_the_files_are_put_back()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "A file that is open cannot be taken away there.");
        await using var server = await StartAsync();

        File.Move(Database, $"{Database}.away");
        await server.UntilAsync("/health", (status, _) => status == HttpStatusCode.ServiceUnavailable);
        File.Move($"{Database}.away", Database);

        await server.UntilAsync("/health", (status, _) => status == HttpStatusCode.OK);
        Assert.Equal(HttpStatusCode.Created, (await server.SendAsync("bob", "after")).Status);
    }

    [Fact]
    public async Task After_an_orderly_stop_everything_is_in_the_one_file()
    {
        await using (await StartAsync())
        {
        }

        Assert.Equal(["parley.db", "parley.db.lock"], Directory.GetFiles(_folder, "parley.db*").Select(Path.GetFileName).Order(StringComparer.Ordinal));
        var elsewhere = Path.Combine(_folder, "copy");
        Directory.CreateDirectory(elsewhere);
        File.Copy(Database, Path.Combine(elsewhere, "parley.db"));
        await using var copy = await LiveServer.StartAsync(Settings with { DataFolder = elsewhere });
        Assert.Equal(Confirmed, await copy.ContentsAsync());
    }

    [Theory]
    [InlineData("symbolic link")]
    [InlineData("folder by another name")]
    [InlineData("hard link")]
    [InlineData("lock file removed")]
    public async Task A_database_has_one_server_whatever_name_it_is_opened_by(string by)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Elsewhere a file is known by its name.");
        await using var first = await StartAsync();
        var other = Path.Combine(Directory.CreateDirectory(Path.Combine(_folder, "other")).FullName, "other.db");
        if (by == "symbolic link")
        {
            File.CreateSymbolicLink(other, Database);
        }
        else if (by == "folder by another name")
        {
            Directory.CreateSymbolicLink(Path.Combine(_folder, "alias"), _folder);
            other = Path.Combine(_folder, "alias", "parley.db");
        }
        else if (by == "hard link")
        {
            HardLink(Database, other);
        }
        else
        {
            File.Delete($"{Database}.lock");
            other = Database;
        }

        var refusal = await Assert.ThrowsAsync<DatabaseInUseException>(
            () => LiveServer.StartAsync(Settings with { DataFolder = Path.Combine(_folder, "second"), Database = new SqliteFile(other) }));

        Assert.Contains(other, refusal.Message, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Created, (await first.SendAsync("bob", "after")).Status);
    }

    [Fact]
    public async Task A_broken_page_is_reported_by_health_and_to_those_who_read_it()
    {
        await using (await StartAsync())
        {
        }

        await using var server = await LiveServer.StartAsync(Settings);
        Assert.Null(DatabaseProbe.FindDamage(Database, Cancel));
        Break("log");

        var (status, problem) = await server.GetAsync("/api/v1/messages?limit=200");
        Assert.Equal((HttpStatusCode.ServiceUnavailable, "storage_unavailable"), (status, problem.GetProperty("code").GetString()));
        Assert.Contains("parley restore FILE --replace", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
        var health = await server.GetAsync("/health");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, health.Status);
        Assert.StartsWith("The database parley.db is damaged.", health.Body.GetProperty("reason").GetString(), StringComparison.Ordinal);
        Assert.NotNull(DatabaseProbe.FindDamage(Database, Cancel));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static string Content(int number) => $"message {number.ToString(CultureInfo.InvariantCulture)}";

    private async Task<LiveServer> StartAsync()
    {
        var server = await LiveServer.StartAsync(Settings);
        await server.RegisterAsync("bob");
        foreach (var content in Confirmed)
            Assert.Equal(HttpStatusCode.Created, (await server.SendAsync("bob", content)).Status);
        return server;
    }

    private void Take(string what)
    {
        var file = Path.Combine(_folder, what.Split(' ')[0]);
        if (what.EndsWith("replaced", StringComparison.Ordinal))
        {
            File.WriteAllText($"{file}.other", "Another file.");
            File.Move($"{file}.other", file, overwrite: true);
        }
        else
        {
            File.Delete(file);
        }
    }

    private static void HardLink(string file, string name)
    {
        using var link = System.Diagnostics.Process.Start("ln", [file, name]);
        link.WaitForExit();
        Assert.Equal(0, link.ExitCode);
    }

    /// <summary>Overwrites the first page of a table, as a disk does that forgets.</summary>
    private void Break(string table)
    {
        long page, size;
        using (var connection = SqliteConnection.Open(Database, readOnly: true))
        {
            page = connection.Prepare("SELECT rootpage FROM sqlite_master WHERE name = $1").Bind(1, table).Scalar()!.Value;
            size = connection.Prepare("PRAGMA page_size").Scalar()!.Value;
        }

        using var file = new FileStream(Database, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
        file.Position = (page - 1) * size;
        file.Write(Enumerable.Repeat((byte)0xa5, (int)size).ToArray());
    }
}
