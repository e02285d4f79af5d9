using System.Globalization;
using Parley.Protocol;
using Parley.Server.Agents;
using Parley.Server.ExportImport;
using Parley.Server.Settings;
using Parley.Server.Storage.Sqlite;
using Parley.Server.Tests.Agents;
using Parley.Server.Tests.Harness;
using Xunit;

namespace Parley.Server.Tests.ExportImport;

/// <summary>Copies of a SQLite database, there and back.</summary>
public sealed class BackupTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("parley-backup-").FullName;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private string Backup => Path.Combine(_folder, "backup.db");

    [Fact]
    public async Task A_backup_made_while_messages_flow_has_every_message_that_was_confirmed_before_it_began()
    {
        await using var data = await new OnSqlite().NewAsync();
        await using var restored = await new OnSqlite().NewAsync();
        await using var host = await ConceptHost.StartAsync(data);
        var ada = await host.RegisterAsync("ada");
        var confirmed = 0L;
        using var stop = new CancellationTokenSource();
        using var flowing = new SemaphoreSlim(0);
        var sending = Task.Run(
            async () =>
            {
                while (!stop.IsCancellationRequested)
                {
                    var sent = await host.SendAsync(HttpMethod.Post, "/api/v1/messages", ada, """{"to": "ada", "content": "x"}""");
                    Volatile.Write(ref confirmed, sent.As(WireJson.Lenient.SendAnswer).Seq);
                    flowing.Release();
                }
            },
            Cancel);
        for (var i = 0; i < 20; i++)
            await flowing.WaitAsync(Cancel);

        var before = Volatile.Read(ref confirmed);
        var summary = await StoreTransfer.BackupAsync(data.Settings, Backup, Cancel);
        await flowing.WaitAsync(Cancel);
        await stop.CancelAsync();
        await sending;

        Assert.Equal((Backup, new FileInfo(Backup).Length), (summary.File, summary.Bytes));
        await StoreTransfer.RestoreAsync(Backup, restored.Settings, replace: false, TimeProvider.System, Cancel);
        await using var copy = await ConceptHost.StartAsync(restored);
        Assert.InRange(copy.Default.Log.Head, before, Volatile.Read(ref confirmed));
        Assert.Equal(Enumerable.Range(1, (int)copy.Default.Log.Head), (await copy.LogAsync()).Select(entry => (int)entry.Seq));
    }

    [Fact]
    public async Task A_database_that_is_named_by_its_file_is_in_use_too_while_its_server_runs()
    {
        await using var data = await new OnSqlite().NewAsync();
        await using var host = await ConceptHost.StartAsync(data);
        await StoreTransfer.BackupAsync(data.Settings, Backup, Cancel);
        var elsewhere = data.Settings with { DataFolder = Path.Combine(_folder, "elsewhere"), Database = new SqliteFile(data.Settings.DatabaseFile) };

        var refusal = await Assert.ThrowsAsync<TransferRefusedException>(
            () => StoreTransfer.RestoreAsync(Backup, elsewhere, replace: true, TimeProvider.System, Cancel));

        Assert.Contains(data.Settings.DataFolder, refusal.Message, StringComparison.Ordinal);
        await using var export = SqliteExport.Open(elsewhere);
        Assert.True(export.InUse);
    }

    [Fact]
    public async Task An_export_keeps_its_locks_so_that_no_server_writes_over_what_it_reads()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The locks of a process are read in /proc.");
        await using var data = await new OnSqlite().NewAsync();
        await using (var host = await ConceptHost.StartAsync(data))
            await host.RegisterAsync("ada");

        await using var export = SqliteExport.Open(data.Settings);

        using var stat = System.Diagnostics.Process.Start(
            new System.Diagnostics.ProcessStartInfo("stat", ["-c", "%i", $"{data.Settings.DatabaseFile}-shm"]) { RedirectStandardOutput = true, UseShellExecute = false })!;
        var inode = (await stat.StandardOutput.ReadToEndAsync(Cancel)).Trim();
        var locks = await File.ReadAllLinesAsync("/proc/locks", Cancel);
        Assert.Contains(locks, line => line.Contains($" {Environment.ProcessId} ", StringComparison.Ordinal) && line.Contains($":{inode} ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_restore_starts_a_new_epoch_and_a_reader_with_an_old_place_is_told()
    {
        await using var data = await new OnSqlite().NewAsync();
        await using var target = await new OnSqlite().NewAsync();
        RichData made;
        string place;
        IReadOnlyList<string> entries;
        await using (var host = await ConceptHost.StartAsync(data))
        {
            made = await RichData.MakeAsync(host);
            await StoreTransfer.BackupAsync(data.Settings, Backup, Cancel);
            place = host.Default.Log.Place(host.Default.Log.Head).ToString();
            entries = [.. (await host.LogAsync()).Select(entry => $"{entry.Seq} {entry.Kind} {Convert.ToHexString(entry.Json)}")];
        }

        var summary = await StoreTransfer.RestoreAsync(Backup, target.Settings, replace: false, TimeProvider.System, Cancel);

        Assert.Equal((2, null), (summary.Projects, summary.Replaced));
        await using var restored = await ConceptHost.StartAsync(target);
        Assert.Equal(entries, (await restored.LogAsync()).Select(entry => $"{entry.Seq} {entry.Kind} {Convert.ToHexString(entry.Json)}"));
        var told = await Feed.ReadAsync(restored, made.Admin, after: place, to: restored.Default.Log.Head);
        Assert.Contains("\"recovered\":false", told[0], StringComparison.Ordinal);
        Assert.Equal(await Feed.ReadAsync(restored, made.Admin, after: "0", to: restored.Default.Log.Head), told.Skip(1));
    }

    [Fact]
    public async Task A_replaced_database_is_kept_under_another_name()
    {
        await using var data = await MakeAsync();
        await StoreTransfer.BackupAsync(data.Settings, Backup, Cancel);
        var clock = new TestClock();

        var summary = await StoreTransfer.RestoreAsync(Backup, data.Settings, replace: true, clock, Cancel);

        Assert.Equal($"{data.Settings.DatabaseFile}.replaced-{clock.GetUtcNow().UtcDateTime.ToString("yyyyMMdd'T'HHmmssfff'Z'", CultureInfo.InvariantCulture)}", summary.Replaced);
        SqliteFiles.Check(summary.Replaced!, summary.Replaced!);
        await using var host = await ConceptHost.StartAsync(data);
        Assert.NotNull(host.Default.Agents.Find("ada"));
    }

    [Fact]
    public async Task A_write_ahead_log_that_another_database_left_is_not_taken_for_the_restored_one()
    {
        await using var data = await MakeAsync();
        await using var target = await new OnSqlite().NewAsync();
        await StoreTransfer.BackupAsync(data.Settings, Backup, Cancel);
        await File.WriteAllTextAsync($"{target.Settings.DatabaseFile}-wal", "of another", Cancel);

        var summary = await StoreTransfer.RestoreAsync(Backup, target.Settings, replace: false, TimeProvider.System, Cancel);

        Assert.Equal("of another", await File.ReadAllTextAsync($"{summary.Replaced}-wal", Cancel));
        Assert.False(File.Exists($"{target.Settings.DatabaseFile}-wal"));
    }

    [Fact]
    public async Task Nothing_is_restored_over_a_database_or_under_a_server()
    {
        await using var data = await MakeAsync();
        await StoreTransfer.BackupAsync(data.Settings, Backup, Cancel);
        var before = await File.ReadAllBytesAsync(data.Settings.DatabaseFile, Cancel);

        Assert.Contains("--replace", (await RefusedAsync(data, replace: false)).Message, StringComparison.Ordinal);
        Assert.Equal(before, await File.ReadAllBytesAsync(data.Settings.DatabaseFile, Cancel));
        await using var host = await ConceptHost.StartAsync(data);
        Assert.Contains("Stop it first", (await RefusedAsync(data, replace: true)).Message, StringComparison.Ordinal);
        Assert.Single(Directory.GetFiles(data.Settings.DataFolder, "parley.db*"), file => file.EndsWith(".db", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_damaged_backup_is_refused_and_the_database_stays()
    {
        await using var data = await MakeAsync();
        await StoreTransfer.BackupAsync(data.Settings, Backup, Cancel);
        var before = await File.ReadAllBytesAsync(data.Settings.DatabaseFile, Cancel);
        await using (var file = new FileStream(Backup, FileMode.Open))
        {
            // The second page and all behind it, but for the last.
            file.Position = 4096;
            await file.WriteAsync(new byte[file.Length - 8192], Cancel);
        }

        var refused = await RefusedAsync(data, replace: true);

        Assert.Equal(TransferRefusal.Damaged, refused.Why);
        Assert.Equal(before, await File.ReadAllBytesAsync(data.Settings.DatabaseFile, Cancel));
        Assert.DoesNotContain(Directory.GetFiles(data.Settings.DataFolder), file => file.Contains("restoring", StringComparison.Ordinal) || file.Contains("replaced", StringComparison.Ordinal));
        await File.WriteAllTextAsync(Backup, "no database", Cancel);
        Assert.Equal(TransferRefusal.Damaged, (await RefusedAsync(data, replace: true)).Why);
    }

    [Fact]
    public async Task A_backup_of_a_newer_version_is_refused()
    {
        await using var data = await MakeAsync();
        await StoreTransfer.BackupAsync(data.Settings, Backup, Cancel);
        using (var connection = SqliteConnection.Open(Backup, readOnly: false))
            connection.Execute("PRAGMA user_version = 9999");

        await Assert.ThrowsAsync<DatabaseTooNewException>(() => StoreTransfer.RestoreAsync(Backup, data.Settings, replace: true, TimeProvider.System, Cancel));
    }

    [Fact]
    public async Task A_backup_never_goes_over_a_file_and_leaves_none_where_it_fails()
    {
        await using var data = await MakeAsync();
        await File.WriteAllTextAsync(Backup, "mine", Cancel);

        Assert.Equal(TransferRefusal.Conflict, (await Assert.ThrowsAsync<TransferRefusedException>(() => StoreTransfer.BackupAsync(data.Settings, Backup, Cancel))).Why);
        Assert.Equal("mine", await File.ReadAllTextAsync(Backup, Cancel));
        await using var nothing = await new OnSqlite().NewAsync();
        Assert.Equal(TransferRefusal.NotFound, (await Assert.ThrowsAsync<TransferRefusedException>(() => StoreTransfer.BackupAsync(nothing.Settings, $"{Backup}2", Cancel))).Why);
        Assert.Equal([Backup], Directory.GetFiles(_folder));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private async Task<TransferRefusedException> RefusedAsync(ServerData to, bool replace) =>
        await Assert.ThrowsAsync<TransferRefusedException>(() => StoreTransfer.RestoreAsync(Backup, to.Settings, replace, TimeProvider.System, Cancel));

    private static async Task<ServerData> MakeAsync()
    {
        var data = await new OnSqlite().NewAsync();
        await using var host = await ConceptHost.StartAsync(data);
        await host.RegisterAsync("ada");
        return data;
    }
}
