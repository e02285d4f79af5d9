using System.Globalization;
using Parley.Protocol;
using Parley.Server.Tests.Agents;
using Parley.Server.Tests.Harness;
using Parley.Server.Tests.Tasks;
using Xunit;

namespace Parley.Server.Tests.Storms;

/// <summary>A busy team is no storm.</summary>
public abstract class HonestTeamTests(StorageUnderTest storage)
{
    private const int Workers = 20;

    /// <summary>An hour of a team in which everybody acts every few seconds: tasks are assigned, accepted, and completed, questions go to and fro in the
    /// threads of the tasks, and everybody answers what is said to all.</summary>
    [Fact]
    public async Task A_team_of_twenty_that_works_for_an_hour_is_never_stopped()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var admin = await host.TokenAsync(TokenKind.Admin);
        var lead = await host.RegisterAsync("lead");
        var workers = new List<Worker>();
        for (var i = 0; i < Workers; i++)
        {
            var id = string.Create(CultureInfo.InvariantCulture, $"w{i}");
            workers.Add(new Worker(id, await host.RegisterAsync(id)));
        }

        var (random, sent, completed, announced) = (new Random(20), 0, 0, default(string));
        for (var second = 0; second < 3_600; second += 6)
        {
            host.Clock.Advance(TimeSpan.FromSeconds(6));
            if (second % 300 == 0)
                announced = await AnnounceAsync();
            var worker = workers[random.Next(Workers)];
            await (worker.Task is null ? BeginAsync(worker) : random.Next(5) == 0 ? EndAsync(worker) : AskAsync(worker));
        }

        Assert.Empty(await host.StormsAsync(admin));
        Assert.True(sent > 2_000 && completed > 20, $"Only {sent} messages were sent, and {completed} tasks completed.");

        // Everybody answers, and the lead thanks each.
        async Task<string> AnnounceAsync()
        {
            var said = (await host.SendAsync(HttpMethod.Post, "/api/v1/messages", lead, """{"to": "*", "content": "Where do you stand?"}""")).As(WireJson.Lenient.SendAnswer);
            foreach (var worker in workers)
                await SayAsync(lead, worker.Id, "Thanks.", await SayAsync(worker.Token, "lead", "I am at it.", said.MessageId));
            return said.MessageId;
        }

        async Task BeginAsync(Worker worker)
        {
            var task = await host.CreateAsync(lead, $$"""{"title": "Work of {{worker.Id}}", "agent_id": "{{worker.Id}}"}""");
            await host.MoveAsync(worker.Token, task.TaskId, "accept", Fence(task));
            worker.Task = task;
            var started = await host.SendAsync(
                HttpMethod.Post, "/api/v1/messages", lead, $$"""{"to": "{{worker.Id}}", "content": "How?", "conversation_thread_id": "{{task.ThreadId}}", "intent": "request"}""");
            sent++;
            worker.Last = started.As(WireJson.Lenient.SendAnswer).MessageId;
        }

        // A question and its answer, each as a reply to what was said before. A colleague is asked, too.
        async Task AskAsync(Worker worker)
        {
            worker.Last = await SayAsync(lead, worker.Id, "Like this.", await SayAsync(worker.Token, "lead", "Like that?", worker.Last));
            var colleague = workers[random.Next(Workers)];
            if (colleague == worker)
                return;
            var asked = await SayAsync(worker.Token, colleague.Id, "Do you know?", null);
            for (var turn = 0; turn < 3; turn++)
                asked = await SayAsync(worker.Token, colleague.Id, "And this?", await SayAsync(colleague.Token, worker.Id, "Yes.", asked));
        }

        async Task EndAsync(Worker worker)
        {
            await SayAsync(worker.Token, "lead", "Done.", announced);
            await host.MoveAsync(worker.Token, worker.Task!.TaskId, "start", Fence(worker.Task));
            // Now and then, the lease has lapsed, and the task is somebody else's.
            if ((await host.MoveAsync(worker.Token, worker.Task.TaskId, "complete", Fence(worker.Task))).Status == System.Net.HttpStatusCode.OK)
                completed++;
            worker.Task = null;
        }

        async Task<string> SayAsync(string token, string to, string content, string? replyTo)
        {
            sent++;
            var answer = await host.SayAsync(token, to, content, replyTo);
            Assert.False(answer.IsHeld(), $"'{content}' to {to} was held.");
            return answer.MessageId;
        }
    }

    private static string Fence(AgentTask task) => $$"""{"fence": {{task.Fence}}}""";

    private sealed record Worker(string Id, string Token)
    {
        internal AgentTask? Task { get; set; }

        internal string? Last { get; set; }
    }
}

public sealed class SqliteHonestTeamTests() : HonestTeamTests(new OnSqlite());

public sealed class PostgresHonestTeamTests(PostgresDatabases databases) : HonestTeamTests(new OnPostgres(databases));
