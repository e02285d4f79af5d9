using System.IO.Pipelines;
using Parley.Protocol;
using Parley.Server.ExportImport;
using Parley.Server.Settings;
using Parley.Server.Tests.Agents;
using Parley.Server.Tests.Harness;
using Xunit;

namespace Parley.Server.Tests.ExportImport;

/// <summary>Exports and imports that cannot be, or not yet.</summary>
public abstract class BrokenOffTests(StorageUnderTest storage)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("\"content\":\"wrong\"", "\"content\":\"wrOng\"", TransferRefusal.Damaged, "altered")]
    [InlineData("\"version\":3,", "\"version\":4,", TransferRefusal.Damaged, "version 4")]
    [InlineData("{\"kind\":\"agent\"", "{\"kin\":\"agent\"", TransferRefusal.Damaged, "not a line of a Parley export")]
    [InlineData("parley-export", "other-export", TransferRefusal.Damaged, "not a Parley export")]
    public async Task A_file_that_was_altered_is_refused_and_nothing_is_changed(string what, string into, TransferRefusal why, string words)
    {
        await using var source = await MakeAsync();
        await using var target = await storage.NewAsync();
        using var file = new ExportFile();
        await file.ExportAsync(source);
        var good = await File.ReadAllTextAsync(file.Path, Cancel);
        Assert.Contains(what, good, StringComparison.Ordinal);
        await File.WriteAllTextAsync(file.Path, good.Replace(what, into, StringComparison.Ordinal), Cancel);

        var refused = await Assert.ThrowsAsync<TransferRefusedException>(() => file.ImportAsync(target));

        Assert.Equal(why, refused.Why);
        Assert.Contains(words, refused.Message, StringComparison.Ordinal);
        await File.WriteAllTextAsync(file.Path, good, Cancel);
        Assert.Equal(0, (await file.ImportAsync(target)).Resumed);
    }

    [Fact]
    public async Task A_file_that_is_cut_off_is_refused_and_nothing_is_changed()
    {
        await using var source = await MakeAsync();
        await using var target = await storage.NewAsync();
        using var file = new ExportFile();
        await file.ExportAsync(source);
        var lines = file.Lines;
        await File.WriteAllLinesAsync(file.Path, lines.SkipLast(1), Cancel);

        var refused = await Assert.ThrowsAsync<TransferRefusedException>(() => file.ImportAsync(target));

        Assert.Contains("cut off", refused.Message, StringComparison.Ordinal);
        await File.WriteAllLinesAsync(file.Path, lines, Cancel);
        Assert.Equal(0, (await file.ImportAsync(target)).Resumed);
    }

    [Fact]
    public async Task After_an_interrupted_stream_no_server_starts_until_the_import_is_continued()
    {
        await using var source = await MakeAsync();
        await using var target = await storage.NewAsync();
        using var file = new ExportFile();
        await file.ExportAsync(source);
        var all = await File.ReadAllBytesAsync(file.Path, Cancel);

        await Assert.ThrowsAsync<TransferRefusedException>(() => ImportAsync(all[..(all.Length / 2)], target));
        var refused = await Assert.ThrowsAnyAsync<StartRefusedException>(() => ConceptHost.StartAsync(target));
        Assert.Contains("parley import", refused.Message, StringComparison.Ordinal);
        Assert.Equal(TransferRefusal.Conflict, (await Assert.ThrowsAsync<TransferRefusedException>(() => new ExportFile().ExportAsync(target))).Why);
        using var other = new ExportFile();
        await other.ExportAsync(source);
        Assert.Contains("another export", (await Assert.ThrowsAsync<TransferRefusedException>(() => other.ImportAsync(target))).Message, StringComparison.Ordinal);

        var import = await ImportAsync(all, target);

        Assert.True(import.Resumed > 10);
        using var again = new ExportFile();
        await again.ExportAsync(target);
        Assert.Equal(file.DataLines, again.DataLines);
        await using var host = await ConceptHost.StartAsync(target);
    }

    [Fact]
    public async Task A_continued_import_needs_the_same_lines_as_before()
    {
        await using var source = await MakeAsync();
        await using var target = await storage.NewAsync();
        using var file = new ExportFile();
        await file.ExportAsync(source);
        var all = await File.ReadAllBytesAsync(file.Path, Cancel);
        await Assert.ThrowsAsync<TransferRefusedException>(() => ImportAsync(all[..(all.Length / 2)], target));
        var altered = all.ToArray();
        altered[altered.AsSpan().IndexOf("\"name\":\"ada\""u8) + 8] = (byte)'A';

        var refused = await Assert.ThrowsAsync<TransferRefusedException>(() => ImportAsync(altered, target));

        Assert.Contains("altered after", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_database_with_something_in_it_is_refused_by_what_it_holds()
    {
        await using var source = await MakeAsync();
        using var file = new ExportFile();
        await file.ExportAsync(source);
        using var before = new ExportFile();
        await before.ExportAsync(source);

        var refused = await Assert.ThrowsAsync<TransferRefusedException>(() => file.ImportAsync(source));

        Assert.Equal(TransferRefusal.Conflict, refused.Why);
        Assert.Contains("2 projects", refused.Message, StringComparison.Ordinal);
        using var after = new ExportFile();
        await after.ExportAsync(source);
        Assert.Equal(before.DataLines, after.DataLines);
    }

    [Fact]
    public async Task An_import_into_a_running_servers_database_is_refused_and_its_export_is_a_copy_with_new_epochs()
    {
        await using var source = await storage.NewAsync();
        await using var target = await storage.NewAsync();
        using var file = new ExportFile();
        RichData data;
        string place;
        await using (var host = await ConceptHost.StartAsync(source))
        {
            data = await RichData.MakeAsync(host);
            var export = await file.ExportAsync(source);
            Assert.True(export.InUse);
            Assert.Equal(TransferRefusal.Conflict, (await Assert.ThrowsAsync<TransferRefusedException>(() => file.ImportAsync(source))).Why);
            place = host.Default.Log.Place(host.Default.Log.Head).ToString();
        }

        Assert.True((await file.ImportAsync(target)).NewEpochs);

        await using var copy = await ConceptHost.StartAsync(target);
        var told = await Feed.ReadAsync(copy, data.Admin, after: place, to: copy.Default.Log.Head);
        Assert.Contains("\"recovered\":false", told[0], StringComparison.Ordinal);
        Assert.Equal(await Feed.ReadAsync(copy, data.Admin, after: "0", to: copy.Default.Log.Head), told.Skip(1));
    }

    [Fact]
    public async Task An_interrupted_export_continues_if_the_store_is_the_same()
    {
        // A PostgreSQL numbers the transactions of all its databases together: what another test writes would count as a change here.
        await using var own = await storage.AloneAsync();
        await using var source = await MakeAsync(own.Storage);
        using var whole = new ExportFile();
        await whole.ExportAsync(source);
        using var file = new ExportFile();
        var bytes = await File.ReadAllBytesAsync(whole.Path, Cancel);
        await File.WriteAllBytesAsync(file.Partial, bytes[..(bytes.Length - (bytes.Length / 3))], Cancel);

        var export = await file.ExportAsync(source, resume: true);

        Assert.Null(export.StartedAgain);
        Assert.True(export.Resumed > 10);
        Assert.Equal(whole.Lines, file.Lines);
        Assert.False(File.Exists(file.Partial));
    }

    [Fact]
    public async Task An_interrupted_export_starts_over_if_the_store_has_changed()
    {
        await using var source = await MakeAsync();
        using var whole = new ExportFile();
        await whole.ExportAsync(source);
        using var file = new ExportFile();
        var bytes = await File.ReadAllBytesAsync(whole.Path, Cancel);
        await File.WriteAllBytesAsync(file.Partial, bytes[..(bytes.Length / 2)], Cancel);
        await using (var host = await ConceptHost.StartAsync(source))
            await host.TokenAsync(TokenKind.Observer);

        var export = await file.ExportAsync(source, resume: true);

        Assert.Equal(0, export.Resumed);
        Assert.Contains("changed", export.StartedAgain, StringComparison.Ordinal);
        Assert.Equal(whole.DataLines.Count + 1, file.DataLines.Count);
    }

    private async Task<ServerData> MakeAsync(StorageUnderTest? on = null)
    {
        var data = await (on ?? storage).NewAsync();
        await using var host = await ConceptHost.StartAsync(data);
        await RichData.MakeAsync(host);
        return data;
    }

    /// <summary>From what can be read only once, as standard input.</summary>
    private static async Task<ImportSummary> ImportAsync(byte[] bytes, ServerData to)
    {
        var pipe = new Pipe(new PipeOptions(pauseWriterThreshold: 0));
        await pipe.Writer.WriteAsync(bytes, Cancel);
        await pipe.Writer.CompleteAsync();
        await using var store = await StorageSetup.OpenImportAsync(to.Settings, Cancel);
        return await new Importer(store, TimeProvider.System) { BatchLines = 10 }.RunAsync(pipe.Reader.AsStream(), progress: null, Cancel);
    }
}

public sealed class SqliteBrokenOffTests() : BrokenOffTests(new OnSqlite());

public sealed class PostgresBrokenOffTests(PostgresDatabases databases) : BrokenOffTests(new OnPostgres(databases));
