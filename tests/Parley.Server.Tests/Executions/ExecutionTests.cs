using System.Net;
using System.Text.Json;
using Parley.Protocol;
using Parley.Server.Executions;
using Parley.Server.Log;
using Parley.Server.Tests.Agents;
using Parley.Server.Tests.Harness;
using Xunit;

namespace Parley.Server.Tests.Executions;

public abstract class ExecutionTests(StorageUnderTest storage)
{
    private const string Executions = "/api/v1/executions";

    [Fact]
    public async Task An_executions_stream_has_each_step_and_its_end_once()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var admin = await host.TokenAsync(TokenKind.Admin);
        var begun = (await host.SendAsync(HttpMethod.Post, Executions, admin, """{"title": "Release"}""")).As(WireJson.Lenient.Execution);
        var path = $"{Executions}/{begun.ExecutionId}";

        await host.SendAsync(HttpMethod.Patch, path, admin, """{"status": "in_progress", "progress": 40, "current_phase": "build"}""");
        await host.SendAsync(HttpMethod.Post, $"{path}/logs", admin, """{"message": "compiled"}""");
        await host.SendAsync(HttpMethod.Post, $"{path}/logs", admin, """{"message": "slow", "level": "warning"}""");
        var ended = await host.SendAsync(HttpMethod.Post, $"{path}/complete", admin, """{"result": {"ok": true}}""");

        var execution = ended.As(WireJson.Lenient.Execution);
        Assert.Equal((ExecutionStatus.Completed, 100, "build"), (execution.Status, execution.Progress, execution.CurrentPhase));
        Assert.True(execution.Result!.Value.GetProperty("ok").GetBoolean());
        Assert.Equal([("info", "compiled"), ("warning", "slow")], execution.Logs.Select(line => (line.Level, line.Message)));

        var id = Guid.Parse(begun.ExecutionId);
        var entries = await host.LogAsync(query: new LogQuery(0, EntryId.SeqOf(id)));
        Assert.All(entries, entry => Assert.Equal((EntryKind.Execution, EntryId.SeqOf(id), id), (entry.Kind, entry.Execution, MessageJsonReader.Id(entry.Json))));
        Assert.Equal(
            ["execution_status", "execution_status", "execution_line", "execution_line", "execution_completion"], entries.Select(entry => entry.Type));
        Assert.Equal([0, 0, 1, 1], entries.Take(4).Select(entry => Status(entry).Logs.Count));
        Assert.Equal("slow", Assert.Single(Status(entries[3]).Logs).Message);
        Assert.Equal((ExecutionStatus.InProgress, 40, "build"), (Status(entries[1]).Status, Status(entries[1]).Progress, Status(entries[1]).CurrentPhase));
        // The log has it whole, as it was then; its stream tells less (tests/wire/tests/sse-execution.test.ts).
        var completion = JsonSerializer.Deserialize(entries[4].Json, WireJson.Lenient.Execution)!;
        Assert.Equal(("Release", ExecutionStatus.Completed, "build", 100, null, execution.EndedAt), (completion.Title, completion.Status, completion.CurrentPhase, completion.Progress, completion.Error, completion.EndedAt));
        Assert.True(completion.Result!.Value.GetProperty("ok").GetBoolean());
    }

    [Fact]
    public async Task A_line_is_shown_however_often_progress_is_reported_after_it()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var admin = await host.TokenAsync(TokenKind.Admin);
        var path = $"{Executions}/{(await host.SendAsync(HttpMethod.Post, Executions, admin, "{}")).As(WireJson.Lenient.Execution).ExecutionId}";
        await host.SendAsync(HttpMethod.Post, $"{path}/logs", admin, """{"message": "compiled"}""");

        var told = default(Execution);
        for (var i = 0; i <= ExecutionTracker.MostLines; i++)
        {
            // As fast as one may.
            host.Clock.Advance(TimeSpan.FromSeconds(1));
            told = (await host.SendAsync(HttpMethod.Patch, path, admin, $$"""{"progress": {{i % 100}}}""")).As(WireJson.Lenient.Execution);
        }

        Assert.Equal((ExecutionTracker.MostLines % 100, 0), (told!.Progress, told.Logs.Count));
        Assert.Equal("compiled", Assert.Single((await host.SendAsync(HttpMethod.Get, path, admin)).As(WireJson.Lenient.Execution).Logs).Message);
    }

    [Theory]
    [InlineData("PATCH", "", """{"progress": 1}""")]
    [InlineData("POST", "/logs", """{"message": "late"}""")]
    [InlineData("POST", "/complete", null)]
    [InlineData("POST", "/fail", """{"error": "late"}""")]
    [InlineData("POST", "/cancel", null)]
    public async Task An_ended_execution_accepts_no_changes(string method, string path, string? json)
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var admin = await host.TokenAsync(TokenKind.Admin);
        var id = (await host.SendAsync(HttpMethod.Post, Executions, admin, "{}")).As(WireJson.Lenient.Execution).ExecutionId;
        await host.SendAsync(HttpMethod.Post, $"{Executions}/{id}/fail", admin, """{"error": "broken"}""");
        var length = (await host.LogAsync()).Count;

        var answer = await host.SendAsync(new HttpMethod(method), $"{Executions}/{id}{path}", admin, json);

        Assert.Equal((HttpStatusCode.Conflict, ErrorCodes.ExecutionEnded), (answer.Status, answer.Problem.Code));
        Assert.Equal(length, (await host.LogAsync()).Count);
    }

    [Theory]
    [InlineData("PATCH", "", "{}", "status")]
    [InlineData("PATCH", "", """{"progress": 101}""", "progress")]
    [InlineData("PATCH", "", """{"status": "completed"}""", "status")]
    [InlineData("POST", "/logs", "{}", "message")]
    [InlineData("POST", "/logs", """{"message": "x", "level": "loud"}""", "level")]
    [InlineData("POST", "/complete", """{"error": "x"}""", "error")]
    [InlineData("POST", "/fail", "{}", "error")]
    [InlineData("POST", "/cancel", """{"result": 1}""", "result")]
    public async Task Invalid_input_is_refused_naming_the_field(string method, string path, string json, string field)
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var admin = await host.TokenAsync(TokenKind.Admin);
        var id = (await host.SendAsync(HttpMethod.Post, Executions, admin, "{}")).As(WireJson.Lenient.Execution).ExecutionId;

        var answer = await host.SendAsync(new HttpMethod(method), $"{Executions}/{id}{path}", admin, json);

        Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
        Assert.Contains(field, answer.Problem.Errors!.Keys);
    }

    [Fact]
    public async Task An_agent_writes_to_its_own_and_to_its_squads()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var (ada, bob, cid, admin) =
            (await host.RegisterAsync("ada"), await host.RegisterAsync("bob"), await host.RegisterAsync("cid"), await host.TokenAsync(TokenKind.Admin));
        await host.SendAsync(HttpMethod.Post, "/api/v1/squads", admin, """{"squad_id": "alpha", "members": [{"agent_id": "bob"}]}""");
        var execution = (await host.SendAsync(HttpMethod.Post, Executions, ada, """{"squad_id": "alpha"}""")).As(WireJson.Lenient.Execution);
        var path = $"{Executions}/{execution.ExecutionId}";

        Assert.Equal("ada", execution.CreatedBy);
        Assert.Equal(HttpStatusCode.OK, (await host.SendAsync(HttpMethod.Patch, path, ada, """{"progress": 1}""")).Status);
        Assert.Equal(HttpStatusCode.OK, (await host.SendAsync(HttpMethod.Patch, path, bob, """{"progress": 2}""")).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await host.SendAsync(HttpMethod.Patch, path, cid, """{"progress": 3}""")).Status);
        Assert.Equal(HttpStatusCode.OK, (await host.SendAsync(HttpMethod.Get, path, cid)).Status);

        // The next of that name is another.
        await host.SendAsync(HttpMethod.Delete, "/api/v1/agents/ada", ada);
        var successor = await host.RegisterAsync("ada");
        Assert.Equal(HttpStatusCode.Forbidden, (await host.SendAsync(HttpMethod.Patch, path, successor, """{"progress": 4}""")).Status);
    }

    [Fact]
    public async Task A_list_is_newest_first_and_can_be_filtered()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var admin = await host.TokenAsync(TokenKind.Admin);
        await host.SendAsync(HttpMethod.Post, "/api/v1/squads", admin, """{"squad_id": "alpha"}""");
        var ids = new List<string>();
        foreach (var json in new[] { """{"title": "0", "squad_id": "alpha"}""", """{"title": "1"}""", """{"title": "2", "squad_id": "alpha"}""" })
            ids.Add((await host.SendAsync(HttpMethod.Post, Executions, admin, json)).As(WireJson.Lenient.Execution).ExecutionId);
        await host.SendAsync(HttpMethod.Post, $"{Executions}/{ids[0]}/cancel", admin, """{"error": "not needed"}""");

        Assert.Equal("2,1,0", await TitlesAsync(host, admin, ""));
        Assert.Equal("0", await TitlesAsync(host, admin, "status=cancelled"));
        Assert.Equal("2,0", await TitlesAsync(host, admin, "squad=alpha"));
        Assert.Equal("2", await TitlesAsync(host, admin, "squad=alpha&status=pending"));
        var page = (await host.SendAsync(HttpMethod.Get, $"{Executions}?limit=2", admin)).As(WireJson.Lenient.PageExecution);
        Assert.Equal("0", await TitlesAsync(host, admin, $"after={page.Next}"));
        Assert.All(page.Items, item => Assert.Empty(item.Logs));
    }

    [Theory]
    [InlineData("0199e1c2-8d3f-7a51-9c0e-5b1f0d6a7e42")]
    [InlineData("nothing")]
    public async Task An_unknown_execution_is_404(string id)
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var admin = await host.TokenAsync(TokenKind.Admin);

        Assert.Equal(HttpStatusCode.NotFound, (await host.SendAsync(HttpMethod.Get, $"{Executions}/{id}", admin)).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await host.SendAsync(HttpMethod.Patch, $"{Executions}/{id}", admin, """{"progress": 1}""")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await host.SendAsync(HttpMethod.Post, Executions, admin, """{"squad_id": "nowhere"}""")).Status);
    }

    private static ExecutionStatusEvent Status(LogEntry entry) => JsonSerializer.Deserialize(entry.Json, WireJson.Lenient.ExecutionStatusEvent)!;

    private static async Task<string> TitlesAsync(ConceptHost host, string token, string query) =>
        string.Join(',', (await host.SendAsync(HttpMethod.Get, $"{Executions}?{query}", token)).As(WireJson.Lenient.PageExecution).Items.Select(item => item.Title));
}

public sealed class SqliteExecutionTests() : ExecutionTests(new OnSqlite());

public sealed class PostgresExecutionTests(PostgresDatabases databases) : ExecutionTests(new OnPostgres(databases));
