using System.Net;
using Parley.Protocol;
using Parley.Server.ExportImport;
using Parley.Server.History;
using Parley.Server.Statistics;
using Parley.Server.Tests.Agents;
using Parley.Server.Tests.Harness;
using Parley.Server.Tests.Inbound;
using Xunit;

namespace Parley.Server.Tests.ExportImport;

/// <summary>From one store into another, and what a client then finds there.</summary>
public abstract class RoundTripTests(StorageUnderTest from, StorageUnderTest to)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_other_store_exports_the_very_same_lines()
    {
        await using var source = await from.NewAsync();
        await using var target = await to.NewAsync();
        await MakeAsync(source, new TestClock());
        using var file = new ExportFile();

        var export = await file.ExportAsync(source);
        var import = await file.ImportAsync(target);
        using var again = new ExportFile();
        var back = await again.ExportAsync(target);

        Assert.Equal(file.DataLines, again.DataLines);
        Assert.Equal(export.DataSha256, back.DataSha256);
        Assert.Equal((export.DataSha256, export.Lines, 0, false), (import.DataSha256, import.Lines, import.Resumed, import.NewEpochs));
        Assert.Subset(export.Counts.Keys.ToHashSet(), LineKinds.InOrder.Except([LineKinds.RelayPlace, LineKinds.Ticket]).ToHashSet());
        foreach (var state in Enum.GetValues<DeliveryState>().Except([DeliveryState.Held]))
            Assert.Contains(file.DataLines, line => line.Contains($"\"state\":\"{state.ToString().ToLowerInvariant()}\"", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_client_finds_on_the_new_server_what_it_found_on_the_old_one()
    {
        await using var source = await from.NewAsync();
        await using var target = await to.NewAsync();
        var clock = new TestClock();
        var data = await MakeAsync(source, clock);
        var before = await LookAsync(source, clock, data);
        using var file = new ExportFile();
        await file.ExportAsync(source);
        await file.ImportAsync(target);
        foreach (var name in new[] { "admin.token", "join.token" })
            File.Copy(Path.Combine(source.Settings.DataFolder, name), Path.Combine(target.Settings.DataFolder, name));

        var after = await LookAsync(target, clock, data);

        foreach (var (path, answer) in before)
            Assert.Equal((path, answer), (path, after[path]));
        Assert.Contains("Nothing but", after[$"threads/{data.Summarized}/digest?project_id=other"], StringComparison.Ordinal);
        Assert.DoesNotContain("a-key-to-move", string.Concat(after.Values), StringComparison.Ordinal);
        Assert.Contains(file.DataLines, line => line.Contains("a-key-to-move", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Leases_keys_and_tokens_are_still_valid_after_the_move()
    {
        await using var source = await from.NewAsync();
        await using var target = await to.NewAsync();
        var clock = new TestClock();
        var data = await MakeAsync(source, clock);
        using var file = new ExportFile();
        await file.ExportAsync(source);
        await file.ImportAsync(target);

        await using var host = await ConceptHost.StartAsync(target, clock);
        var acked = await host.SendAsync(
            HttpMethod.Post, $"/api/v1/messages/{data.Leased.MessageId}/ack", data.Bob, $$"""{"lease_id": "{{data.Leased.LeaseId}}"}""");
        var sentAgain = await host.SendAsync(HttpMethod.Post, "/api/v1/messages", data.Admin, data.Keyed.Json);
        var madeAgain = await host.SendAsync(HttpMethod.Post, "/api/v1/executions", data.Admin, data.KeyedCreation.Json, key: "creation 1");
        var sent = await host.SendAsync(HttpMethod.Post, "/api/v1/messages", data.Ada, """{"to": "bob", "content": "after the move"}""");

        var delivered = await host.PostAsync(data.Hook.Path, "{}", InboundPost.AsGitHub("{}", "1", RichData.HookSecret));

        Assert.Equal(HttpStatusCode.Accepted, delivered.Status);
        Assert.Equal(HttpStatusCode.NoContent, acked.Status);
        Assert.Equal((data.Keyed.MessageId, true), (sentAgain.As(WireJson.Lenient.SendAnswer).MessageId, sentAgain.As(WireJson.Lenient.SendAnswer).Duplicate));
        Assert.Equal(data.KeyedCreation.ExecutionId, madeAgain.As(WireJson.Lenient.Execution).ExecutionId);
        Assert.Equal(HttpStatusCode.Created, sent.Status);
    }

    [Fact]
    public async Task A_feed_continues_after_its_old_place_without_gaps_or_repeats()
    {
        await using var source = await from.NewAsync();
        await using var target = await to.NewAsync();
        var clock = new TestClock();
        RichData data;
        IReadOnlyList<string> all;
        long head;
        await using (var host = await ConceptHost.StartAsync(source, clock))
        {
            data = await RichData.MakeAsync(host);
            head = host.Default.Log.Head;
            all = await Feed.ReadAsync(host, data.Admin, after: "0", to: head);
        }

        using var file = new ExportFile();
        await file.ExportAsync(source);
        await file.ImportAsync(target);

        await using var moved = await ConceptHost.StartAsync(target, clock);
        var middle = all.Count / 2;
        var place = Feed.IdOf(all[middle - 1]);
        var rest = await Feed.ReadAsync(moved, data.Admin, after: place, to: head);

        Assert.Equal(all.Skip(middle), rest);
    }

    private static async Task<RichData> MakeAsync(ServerData source, TestClock clock)
    {
        await using var host = await ConceptHost.StartAsync(source, clock);
        return await RichData.MakeAsync(host);
    }

    /// <summary>What a server on these data answers.</summary>
    private static async Task<Dictionary<string, string>> LookAsync(ServerData at, TestClock clock, RichData data)
    {
        await using var host = await ConceptHost.StartAsync(at, clock);
        foreach (var project in host.Get<Parley.Server.Projects.ProjectDirectory>().All)
        {
            while (await host.Get<IMessageIndex>().CatchUpAsync(project.Number, isAwaited: true, Cancel))
            {
            }

            // Counters are no part of an export: they are counted anew, and must come out the same.
            while (await host.Get<ICountStore>().CatchUpAsync(project.Number, Cancel))
            {
            }
        }

        string[] lists =
        [
            "projects", "agents", "agents?project_id=other", "squads", "executions", "memory", "memory?prefix=plan", "memory/history?key=plan/login", "events?limit=500",
            "schemas", "routing/rules", "stats/routing", "inbound", "webhooks", "tasks", "tasks?agent=cyd", "questions", "questions?status=open&agent=cyd", "reservations", "reservations?live=true&agent=cyd", "storms", "budgets", "budgets/agents/dan", "threads",
            "workflows", "workflows?live=true", "workflows/definitions", "workflows/definitions/part?revision=1",
            "messages?limit=500", "messages?q=answer", "messages?task=t-1",
            "messages?project_id=other", "dead-letters", "tokens", "agents/ada/inbox?max=500", "agents/bob/inbox?max=500", "agents/cyd/inbox?max=500",
            "stats/messages", "stats/agents", "stats/pairs", "stats/executions", "stats/timeline?bucket=1m", "stats/timeline?bucket=1d", "stats/messages?project_id=other",
            "agents/dan/inbox?max=500", "agents/old/inbox?max=500", "agents/ada/subscriptions", "agents/dan/subscriptions",
            "agents/cyd/catch-up?budget_tokens=20000", "agents/bob/catch-up", $"threads/{data.Summarized}/digest?project_id=other",
        ];
        var answers = new Dictionary<string, string>();
        foreach (var path in lists.Concat(data.Workflows.Select(id => $"workflows/{id}")).Concat(data.Messages.SelectMany(id => new[] { $"messages/{id}", $"messages/{id}/trace" })))
        {
            var answer = await host.SendAsync(HttpMethod.Get, $"/api/v1/{path}", data.Admin);
            Assert.True(answer.Status == HttpStatusCode.OK, $"{path}: {answer.Text}");
            answers.Add(path, answer.Text);
        }

        return answers;
    }
}

public sealed class SqliteToPostgresTests(PostgresDatabases databases) : RoundTripTests(new OnSqlite(), new OnPostgres(databases));

public sealed class PostgresToSqliteTests(PostgresDatabases databases) : RoundTripTests(new OnPostgres(databases), new OnSqlite());

public sealed class SqliteToSqliteTests() : RoundTripTests(new OnSqlite(), new OnSqlite());

public sealed class PostgresToPostgresTests(PostgresDatabases databases) : RoundTripTests(new OnPostgres(databases), new OnPostgres(databases));
