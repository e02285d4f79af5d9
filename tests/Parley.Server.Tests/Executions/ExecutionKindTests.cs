using System.Text.Json;
using Parley.Protocol;
using Parley.Server.Entities;
using Parley.Server.Executions;
using Parley.Server.Log;
using Parley.Server.Tests.Harness;
using Xunit;

namespace Parley.Server.Tests.Executions;

/// <summary>Executions on each store, without a server.</summary>
public abstract class ExecutionKindTests(StorageUnderTest storage)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_execution_outlives_a_restart_as_it_was_last_changed()
    {
        await using var store = await storage.OpenAsync();
        var executions = new TestExecutions(store);
        var begun = await executions.BeginAsync("Réléase", "alpha", "ada");
        Assert.Null(await executions.ChangeAsync(begun, new ExecutionPatch { Status = ExecutionStatus.InProgress, Progress = 40, CurrentPhase = "build" }));
        Assert.Null(await executions.ChangeAsync(begun, new ExecutionPatch { Progress = 60 }));

        await store.ReopenAsync();

        var kept = (await executions.FindAsync(begun))!;
        var expected = begun.Value with { Status = ExecutionStatus.InProgress, Progress = 60, CurrentPhase = "build" };
        Assert.Equal(Json(expected), Json(kept.Value));
        Assert.Equal(("Réléase", "alpha", "ada", store.Agent("ada").Number, 1L), (kept.Value.Title, kept.Value.SquadId, kept.Value.CreatedBy, kept.Row.Maker, kept.Row.Made));
    }

    [Fact]
    public async Task Each_step_is_a_log_entry_of_the_execution_with_its_sender()
    {
        await using var store = await storage.OpenAsync();
        var executions = new TestExecutions(store);
        var begun = await executions.BeginAsync();
        await executions.LineAsync(begun, "slow", "warning", sender: 2);
        await executions.EndAsync(begun, end: new ExecutionEnd { Result = Parse("""{"ok":true}""") }, sender: 3);

        var entries = (await store.Log.ReadAsync(store.Project.Number, 0, 10, long.MaxValue, new LogQuery(0, begun.Row.Made), Cancel)).Entries;

        Assert.Equal(
            [(1, "execution_status", 0), (2, "execution_line", 2), (3, "execution_completion", 3)], entries.Select(entry => (entry.Seq, entry.Type!, entry.Sender)));
        Assert.All(entries, entry => Assert.Equal((EntryKind.Execution, Audience.Project, begun.Row.Id), (entry.Kind, entry.Audience, MessageJsonReader.Id(entry.Json))));
        Assert.All(entries, entry => Assert.Equal((begun.Row.Made, begun.Row.Made), (store.Project.Log.Find(entry.Seq)!.Execution, entry.Execution)));
        Assert.Equal((begun.Row.Made, 3L), (EntryId.SeqOf(begun.Row.Id), (await store.Log.CompletionAsync(store.Project.Number, begun.Row.Made, Cancel))!.Value));
    }

    [Fact]
    public async Task An_ended_execution_keeps_its_result_and_accepts_no_changes()
    {
        await using var store = await storage.OpenAsync();
        var executions = new TestExecutions(store);
        var begun = await executions.BeginAsync();

        var ended = await Task.WhenAll(Enumerable.Range(0, 6).Select(i => executions.EndAsync(begun, end: new ExecutionEnd { Result = Parse($$"""{"n":{{i}},"big":1e400}""") })));

        Assert.Single(ended, problem => problem is null);
        Assert.Equal(5, ended.Count(problem => problem?.Code == ErrorCodes.ExecutionEnded));
        Assert.Equal(ErrorCodes.ExecutionEnded, (await executions.ChangeAsync(begun, new ExecutionPatch { Progress = 1 }))!.Code);
        var kept = (await executions.FindAsync(begun))!.Value;
        Assert.Equal((ExecutionStatus.Completed, 100, store.Clock.GetUtcNow()), (kept.Status, kept.Progress, kept.EndedAt!.Value));
        // A number that no type of a language holds stays what it was.
        Assert.Equal($$"""{"n":{{Array.IndexOf(ended, null)}},"big":1e400}""", kept.Result!.Value.GetRawText());
        Assert.Equal(2, store.Project.Log.Head);
    }

    [Fact]
    public async Task Log_lines_are_the_newest_of_their_execution_oldest_first()
    {
        await using var store = await storage.OpenAsync();
        var executions = new TestExecutions(store);
        var (one, other) = (await executions.BeginAsync(), await executions.BeginAsync());
        foreach (var text in new[] { "1", "2", "3 \"quoted\"\n" })
            await executions.LineAsync(one, text);
        await executions.LineAsync(other, "other", "error");
        // However much else is told meanwhile.
        for (var progress = 1; progress <= 3; progress++)
            await executions.ChangeAsync(one, new ExecutionPatch { Progress = progress });

        var lines = await executions.LinesAsync(one, most: 2);

        Assert.Equal([("info", "2", store.Clock.GetUtcNow()), ("info", "3 \"quoted\"\n", store.Clock.GetUtcNow())], lines.Select(line => (line.Level, line.Message, line.Timestamp)));
    }

    [Fact]
    public void An_older_entry_with_fewer_fields_can_still_be_read()
    {
        var entry = new LogEntry
        {
            Project = 1,
            Seq = 9,
            Kind = EntryKind.Execution,
            Stamp = 0,
            Type = ExecutionRules.CompletionType,
            Json = """{"execution_id":"01a21903-5f83-7000-8000-000eda6ed174","status":"completed","result":1,"error":null}"""u8.ToArray(),
        };

        Assert.Empty(JsonSerializer.Deserialize(entry.Json, WireJson.Lenient.Execution)!.Logs);
        var shown = ExecutionKind.Kind.Show(entry);
        Assert.Equal(
            ("completion", true, System.Text.Encoding.UTF8.GetString(entry.Json)),
            (System.Text.Encoding.ASCII.GetString(shown.Name), shown.Ends, System.Text.Encoding.UTF8.GetString(shown.Data)));
        Assert.Same(shown, ExecutionKind.Kind.Show(entry));
    }

    [Fact]
    public async Task A_list_is_newest_first_and_can_be_filtered()
    {
        await using var store = await storage.OpenAsync();
        var executions = new TestExecutions(store);
        var first = await executions.BeginAsync("0", "alpha");
        await executions.BeginAsync("1");
        var last = await executions.BeginAsync("2", "alpha");
        await executions.EndAsync(first, ExecutionStatus.Cancelled, new ExecutionEnd { Error = "not needed" });

        Assert.Equal("2,1,0", await ListAsync());
        Assert.Equal("0", await ListAsync(ExecutionKind.Mark(ExecutionStatus.Cancelled)));
        Assert.Equal("2,0", await ListAsync(ExecutionKind.Mark("alpha")));
        Assert.Equal("2", await ListAsync(ExecutionKind.Mark("alpha"), ExecutionKind.Mark(ExecutionStatus.Pending)));
        Assert.Equal("1,0", string.Join(',', (await executions.Board.ListAsync(
            new EntityQuery(store.Project.Number, ExecutionKind.Kind.Number, 2) { Below = last.Row.Made }, Cancel)).Select(execution => execution.Value.Title)));

        async Task<string> ListAsync(params string[] marks) => string.Join(
            ',', (await executions.Board.ListAsync(new EntityQuery(store.Project.Number, ExecutionKind.Kind.Number, 10) { Marks = marks }, Cancel)).Select(execution => execution.Value.Title));
    }

    private static string Json(Execution execution) => JsonSerializer.Serialize(execution, WireJson.Strict.Execution);

    private static JsonElement Parse(string text) => JsonSerializer.Deserialize(text, WireJson.Lenient.JsonElement);
}

public sealed class SqliteExecutionKindTests() : ExecutionKindTests(new OnSqlite());

public sealed class PostgresExecutionKindTests(PostgresDatabases databases) : ExecutionKindTests(new OnPostgres(databases));
