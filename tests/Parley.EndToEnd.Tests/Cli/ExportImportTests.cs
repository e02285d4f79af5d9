using System.Diagnostics;
using System.Text.Json;
using Parley.EndToEnd.Tests.Durability;
using Xunit;

namespace Parley.EndToEnd.Tests.Cli;

/// <summary>Data moved by the commands, as a person types them.</summary>
public sealed class ExportImportTests(RunningServer server) : IClassFixture<RunningServer>, IDisposable
{
    /// <summary>Many batches: a kill meets an import in the middle.</summary>
    private const int Entries = 60_000;

    private readonly string _folder = Directory.CreateTempSubdirectory("parley-moving-").FullName;

    private string Export => Path.Combine(_folder, "export.jsonl");

    [Fact]
    public async Task A_running_servers_data_is_exported_imported_backed_up_and_restored()
    {
        Assert.Equal(0, (await server.CastAsync()).ExitCode);

        var exported = await server.RunAsync("export", "--data", server.DataFolder, "--output", Export, "--json");
        var imported = await server.RunAsync("import", Export, "--data", In("imported"), "--json");
        var backup = await server.RunAsync("backup", "--data", server.DataFolder, "--output", In("backup.db"));
        var restored = await server.RunAsync("restore", In("backup.db"), "--data", In("restored"));

        Assert.Equal((0, 0, 0, 0), (exported.ExitCode, imported.ExitCode, backup.ExitCode, restored.ExitCode));
        Assert.Equal(Property(exported, "data_sha256"), Property(imported, "data_sha256"));
        Assert.Contains("new epoch", restored.Error, StringComparison.Ordinal);
        Assert.Equal(7, (await server.RunAsync("import", Export, "--data", server.DataFolder)).ExitCode);
        Assert.Equal(7, (await server.RunAsync("restore", In("backup.db"), "--data", server.DataFolder, "--replace")).ExitCode);
        Assert.Equal(3, (await server.RunAsync("import", In("nowhere"), "--data", In("nothing"))).ExitCode);
        var piped = await server.RunAsync("export", "--data", server.DataFolder, "--output", "-");
        Assert.StartsWith("{\"kind\":\"export\"", piped.Lines[0], StringComparison.Ordinal);
        Assert.StartsWith("{\"kind\":\"end\"", piped.Lines[^1], StringComparison.Ordinal);
        Assert.Equal(2, (await server.RunAsync("backup", "--database", "postgres://parley@127.0.0.1:9/parley", "--output", In("no.db"))).ExitCode);
    }

    [Fact]
    public async Task A_killed_import_continues_and_no_server_starts_before_it_has_finished()
    {
        var target = In("killed");
        var resumed = 0L;
        // How far it is when the kill comes is the machine's affair; an import that was faster begins again elsewhere.
        for (var attempt = 1; resumed == 0; attempt++)
        {
            Assert.True(attempt <= 10, "No kill met an import in the middle.");
            target = In($"killed-{attempt}");
            ManyEntries.Write(Export, Entries);
            await KillInTheMiddleAsync(target);
            if (!await IsUnfinishedAsync(target))
                continue;
            var again = await server.RunAsync("import", Export, "--data", target, "--json");
            Assert.True(again.ExitCode == 0, again.Error);
            resumed = JsonDocument.Parse(again.Output).RootElement.GetProperty("resumed").GetInt64();
        }

        var back = await server.RunAsync("export", "--data", target, "--output", In("back.jsonl"), "--json");
        Assert.Equal(File.ReadLines(Export).Skip(1).SkipLast(1), File.ReadLines(In("back.jsonl")).Skip(1).SkipLast(1));
        Assert.Equal(0, back.ExitCode);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private string In(string name) => Path.Combine(_folder, name);

    private async Task KillInTheMiddleAsync(string target)
    {
        using var import = Process.Start(Binary.Command(server.Environment, "import", Export, "--data", target))!;
        // Batches are in the database when its write-ahead log is longer than its tables and first batch are.
        var wal = Path.Combine(target, "parley.db-wal");
        Assert.True(await Until.TrueAsync(
            () => import.HasExited || (File.Exists(wal) && new FileInfo(wal).Length > 1 << 20), TimeSpan.FromMinutes(2), TestContext.Current.CancellationToken));
        import.Kill();
        await import.WaitForExitAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>A server says so, and does not start.</summary>
    private async Task<bool> IsUnfinishedAsync(string target)
    {
        var export = await server.RunAsync("export", "--data", target, "--output", In("half.jsonl"));
        if (export.ExitCode == 0)
        {
            File.Delete(In("half.jsonl"));
            return false;
        }

        var serve = await server.RunAsync("serve", "--port", "0", "--data", target);
        Assert.Equal(1, serve.ExitCode);
        Assert.Contains("parley import", serve.Error, StringComparison.Ordinal);
        return true;
    }

    private static string? Property(CliRun run, string name) => JsonDocument.Parse(run.Output).RootElement.GetProperty(name).GetString();
}
