using System.Net;
using Parley.Protocol;
using Parley.Server.Tests.Agents;
using Parley.Server.Tests.Harness;
using Parley.Server.Tests.Rest;
using Xunit;

namespace Parley.Server.Tests.Tasks;

/// <summary>The numbers of tasks, and what a task says about what can be done with it.</summary>
public abstract class TaskMayTests(StorageUnderTest storage)
{
    [Fact]
    public async Task A_task_says_what_each_caller_can_do_with_it_and_that_is_so()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var (be, fe) = (await host.AgentAsync("be"), await host.AgentAsync("fe"));
        var (person, observer) = (await host.TokenAsync(TokenKind.Operator), await host.TokenAsync(TokenKind.Observer));
        var first = await host.CreateAsync(be, """{"title": "Plan it"}""");
        var task = await host.CreateAsync(be, $$"""{"title": "Build it", "depends_on": ["{{first.TaskId}}"]}""");

        Assert.Equal("cancel", await AllowedAsync(host, person, task.TaskId));
        Assert.Equal($"It waits for the task '{first.TaskId}'.", (await WhyAsync(host, person, task.TaskId))["assign"]);
        Assert.Equal("Nobody has it.", (await WhyAsync(host, person, task.TaskId))["complete"]);
        await host.MoveAsync(person, first.TaskId, "assign", """{"agent_id": "be"}""");
        (await host.MoveAsync(person, first.TaskId, "complete")).Task();
        await Polling.UntilAsync(() => "the task to be free", async () => (await host.GetAsync(person, task.TaskId)).BlockedBy.Count == 0);

        (await host.MoveAsync(person, task.TaskId, "assign", """{"agent_id": "be"}""")).Task();
        Assert.Equal("assign,unassign,complete,fail,cancel", await AllowedAsync(host, person, task.TaskId));
        Assert.Equal("assign,unassign,accept,reject,start,extend,complete,fail,cancel", await AllowedAsync(host, be, task.TaskId));
        Assert.Equal("assign,unassign,cancel", await AllowedAsync(host, fe, task.TaskId));
        Assert.Equal("", await AllowedAsync(host, observer, task.TaskId));
        Assert.Equal("Only 'be', which has it, can start it.", (await WhyAsync(host, person, task.TaskId))["start"]);
        Assert.Equal("Your token can only read.", (await WhyAsync(host, observer, task.TaskId))["assign"]);
        foreach (var (move, why) in await WhyAsync(host, person, task.TaskId))
        {
            if (why is not null)
                (await host.MoveAsync(person, task.TaskId, move)).Refused(HttpStatusCode.Conflict, ErrorCodes.LeaseLost);
        }

        (await host.MoveAsync(be, task.TaskId, "start", """{"fence": 1}""")).Task();
        Assert.Equal("It has begun already.", (await WhyAsync(host, be, task.TaskId))["accept"]);
        // Without the fence, which raises it, so the agent learns that it has lost the task.
        Assert.Equal(2, (await host.MoveAsync(person, task.TaskId, "complete")).Task().Fence);
        (await host.MoveAsync(be, task.TaskId, "complete", """{"fence": 1}""")).Refused(HttpStatusCode.Conflict, ErrorCodes.LeaseLost);
        Assert.All((await WhyAsync(host, person, task.TaskId)).Values, why => Assert.Equal("It has ended.", why));
        Assert.Null((await host.CreateAsync(be, """{"title": "Another"}""")).May);
    }

    [Fact]
    public async Task A_task_can_be_called_by_its_number()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var be = await host.AgentAsync("be");
        var tasks = new List<AgentTask>();
        for (var i = 0; i < 3; i++)
            tasks.Add(await host.CreateAsync(be, """{"title": "Build it"}"""));
        var number = tasks[1].Number.ToString(System.Globalization.CultureInfo.InvariantCulture);

        Assert.True(tasks[0].Number < tasks[1].Number && tasks[1].Number < tasks[2].Number);
        Assert.Equal(tasks[1].TaskId, (await host.GetAsync(be, number)).TaskId);
        Assert.Equal(tasks[1].TaskId, (await host.MoveAsync(be, number, "assign", """{"agent_id": "be"}""")).Task().TaskId);
        var changed = (await host.SendAsync(HttpMethod.Put, $"{TaskSteps.Api}/{number}", be, """{"priority": 4}""")).Task();
        Assert.Equal((tasks[1].TaskId, tasks[1].Number, Priority.Critical), (changed.TaskId, changed.Number, changed.Priority));
        Assert.Single(await host.AssignmentsAsync(be, number));
        (await host.MoveAsync(be, number, "start", """{"fence": 1}""")).Task();
        Assert.Equal(HttpStatusCode.NoContent, (await host.SendAsync(HttpMethod.Delete, $"{TaskSteps.Api}/{number}", be)).Status);

        foreach (var none in new[] { number, "0", "00", "99999999", "99999999999999999999", "-1", "1.5" })
            (await host.SendAsync(HttpMethod.Get, $"{TaskSteps.Api}/{none}", be)).Refused(HttpStatusCode.NotFound, ErrorCodes.NotFound);
        Assert.True((await host.CreateAsync(be, """{"title": "Another"}""")).Number > tasks[2].Number);
    }

    private static async Task<Dictionary<string, string?>> WhyAsync(ConceptHost host, string token, string task) =>
        (await host.GetAsync(token, task)).May!.ToDictionary(move => move.Move, move => move.Why);

    private static async Task<string> AllowedAsync(ConceptHost host, string token, string task) =>
        string.Join(',', (await host.GetAsync(token, task)).May!.Where(move => move.Allowed).Select(move => move.Move));
}

public sealed class SqliteTaskMayTests() : TaskMayTests(new OnSqlite());

public sealed class PostgresTaskMayTests(PostgresDatabases databases) : TaskMayTests(new OnPostgres(databases))
{
    [Fact]
    public async Task Numbers_are_unique_on_all_nodes()
    {
        await using var nodes = await Nodes.TwoNodes.StartAsync(databases);
        var ada = await nodes.One.RegisterAsync("ada");

        var made = await Task.WhenAll(nodes.Both.SelectMany(host => Enumerable.Range(0, 10).Select(_ => host.CreateAsync(ada, """{"title": "Build it"}"""))));

        Assert.Equal(made.Length, made.Select(task => task.Number).Distinct().Count());
        foreach (var task in made)
            Assert.Equal(task.TaskId, (await nodes.Other.GetAsync(ada, $"{task.Number}")).TaskId);
    }
}
