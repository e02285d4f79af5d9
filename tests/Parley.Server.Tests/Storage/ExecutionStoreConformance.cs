using System.Text.Json;
using Parley.Protocol;
using Parley.Server.Executions;
using Parley.Server.Log;
using Parley.Server.Tests.Harness;
using Xunit;

namespace Parley.Server.Tests.Storage;

/// <summary>What every <see cref="IExecutionStore"/> promises.</summary>
public abstract class ExecutionStoreConformance(StorageUnderTest storage)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_execution_outlives_a_restart_as_it_was_last_changed()
    {
        await using var store = await storage.OpenAsync();
        var begun = await BeginAsync(store, new NewExecution(store.Project.Number) { Title = "Réléase", SquadId = "alpha", CreatedBy = "ada", Creator = 1 });
        await ChangeAsync(store, begun, new ExecutionChange { Status = ExecutionStatus.InProgress, Progress = 40, CurrentPhase = "build" });
        await ChangeAsync(store, begun, new ExecutionChange { Progress = 60 });

        await store.ReopenAsync();

        var kept = (await Executions(store).FindAsync(Key(store, begun), Cancel))!;
        Assert.Equal(begun with { Status = ExecutionStatus.InProgress, Progress = 60, CurrentPhase = "build" }, kept);
        Assert.Equal(("Réléase", "alpha", "ada", 1, 1L), (kept.Title, kept.SquadId, kept.CreatedBy, kept.Creator, kept.Seq));
    }

    [Fact]
    public async Task Each_step_is_an_entry_of_the_log_in_the_execution_from_its_doer()
    {
        await using var store = await storage.OpenAsync();
        var begun = await BeginAsync(store);
        await ChangeAsync(store, begun, new ExecutionChange { Line = ("warning", "slow") }, sender: 2);
        await EndAsync(store, begun, new ExecutionEnding(ExecutionStatus.Completed, Json("""{"ok":true}"""), null), sender: 3);

        var entries = (await store.Log.ReadAsync(store.Project.Number, 0, 10, new LogQuery(0, begun.Seq), Cancel)).Entries;

        Assert.Equal(
            [(1, "execution_status", 0), (2, "execution_status", 2), (3, "execution_completion", 3)], entries.Select(entry => (entry.Seq, entry.Type!, entry.Sender)));
        Assert.All(entries, entry => Assert.Equal((EntryKind.Execution, Audience.Project, begun.Id), (entry.Kind, entry.Audience, MessageJsonReader.Id(entry.Json))));
        Assert.Equal((begun.Seq, 3L), (EntryId.SeqOf(begun.Id), (await store.Log.CompletionAsync(store.Project.Number, begun.Seq, Cancel))!.Value));
    }

    [Fact]
    public async Task What_has_ended_keeps_its_result_and_takes_nothing_more()
    {
        await using var store = await storage.OpenAsync();
        var begun = await BeginAsync(store);

        var ended = await Task.WhenAll(Enumerable.Range(0, 6).Select(i =>
            EndAsync(store, begun, new ExecutionEnding(ExecutionStatus.Completed, Json($$"""{"n": {{i}}, "big": 1e400}"""), null))));

        Assert.Single(ended, ExecutionResult.Done);
        Assert.Equal(5, ended.Count(result => result == ExecutionResult.Ended));
        Assert.Equal(ExecutionResult.Ended, await ChangeAsync(store, begun, new ExecutionChange { Progress = 1 }));
        var kept = (await Executions(store).FindAsync(Key(store, begun), Cancel))!;
        Assert.Equal((ExecutionStatus.Completed, 100, store.Clock.GetUtcNow()), (kept.Status, kept.Progress, kept.EndedAt!.Value));
        // As it was given, to the letter.
        Assert.Equal($$"""{"n": {{Array.IndexOf(ended, ExecutionResult.Done)}}, "big": 1e400}""", kept.Result!.Value.GetRawText());
        Assert.Equal(2, store.Project.Log.Head);
    }

    [Fact]
    public async Task An_id_that_only_resembles_one_names_nothing()
    {
        await using var store = await storage.OpenAsync();
        var begun = await BeginAsync(store);
        var near = EntryId.Create(begun.CreatedAt.ToUnixTimeMilliseconds(), begun.Seq, ~LowBits(begun.Id));

        Assert.Null(await Executions(store).FindAsync(new ExecutionKey(store.Project.Number, near), Cancel));
        Assert.Equal(
            ExecutionResult.NotFound, await Executions(store).ChangeAsync(new ExecutionKey(store.Project.Number, near), 0, new ExecutionChange { Progress = 1 }, Cancel));
        Assert.Equal(1, store.Project.Log.Head);
    }

    [Fact]
    public async Task Log_lines_are_the_newest_of_their_execution_oldest_first()
    {
        await using var store = await storage.OpenAsync();
        var (one, other) = (await BeginAsync(store), await BeginAsync(store));
        foreach (var text in new[] { "1", "2", "3" })
            await ChangeAsync(store, one, new ExecutionChange { Line = ("info", text) });
        await ChangeAsync(store, other, new ExecutionChange { Line = ("error", "other") });

        var lines = await Executions(store).LogsAsync(Key(store, one), 2, Cancel);

        Assert.Equal([("info", "2", store.Clock.GetUtcNow()), ("info", "3", store.Clock.GetUtcNow())], lines.Select(line => (line.Level, line.Message, line.Timestamp)));
    }

    [Fact]
    public async Task A_list_runs_newest_first_and_narrows()
    {
        await using var store = await storage.OpenAsync();
        var project = store.Project.Number;
        var first = await BeginAsync(store, new NewExecution(project) { Title = "0", SquadId = "alpha" });
        await BeginAsync(store, new NewExecution(project) { Title = "1" });
        var last = await BeginAsync(store, new NewExecution(project) { Title = "2", SquadId = "alpha" });
        await EndAsync(store, first, new ExecutionEnding(ExecutionStatus.Cancelled, null, "not needed"));

        Assert.Equal("2,1,0", await ListAsync(null, null));
        Assert.Equal("0", await ListAsync(ExecutionStatus.Cancelled, null));
        Assert.Equal("2,0", await ListAsync(null, "alpha"));
        Assert.Equal("2", await ListAsync(ExecutionStatus.Pending, "alpha"));
        Assert.Equal("1,0", await ListAsync(null, null, below: last.Seq));
        Assert.Equal("2", await ListAsync(null, null, max: 1));

        async Task<string> ListAsync(ExecutionStatus? status, string? squad, long below = long.MaxValue, int max = 10) => string.Join(
            ',', (await Executions(store).ListAsync(new ExecutionSelection(project, status, squad, below, max), Cancel)).Select(execution => execution.Title));
    }

    private static IExecutionStore Executions(StoreScope store) => store.Service<IExecutionStore>();

    private static async Task<ExecutionRecord> BeginAsync(StoreScope store, NewExecution? execution = null) =>
        await Executions(store).BeginAsync(execution ?? new NewExecution(store.Project.Number), Cancel);

    private static async Task<ExecutionResult> ChangeAsync(StoreScope store, ExecutionRecord execution, ExecutionChange change, int sender = 0) =>
        await Executions(store).ChangeAsync(Key(store, execution), sender, change, Cancel);

    private static async Task<ExecutionResult> EndAsync(StoreScope store, ExecutionRecord execution, ExecutionEnding ending, int sender = 0) =>
        await Executions(store).EndAsync(Key(store, execution), sender, ending, Cancel);

    private static ExecutionKey Key(StoreScope store, ExecutionRecord execution) => new(store.Project.Number, execution.Id);

    private static ulong LowBits(Guid id) => ulong.Parse(id.ToString("N")[16..], System.Globalization.NumberStyles.HexNumber, System.Globalization.CultureInfo.InvariantCulture);

    private static JsonElement Json(string text) => JsonSerializer.Deserialize(text, WireJson.Lenient.JsonElement);
}

public sealed class SqliteExecutionStoreTests() : ExecutionStoreConformance(new OnSqlite());

public sealed class PostgresExecutionStoreTests(PostgresDatabases databases) : ExecutionStoreConformance(new OnPostgres(databases));
