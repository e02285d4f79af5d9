using System.Net;
using System.Text.Json;
using Parley.Protocol;
using Parley.Server.Tests.Agents;
using Parley.Server.Tests.Harness;
using Parley.Server.Tests.Nodes;
using Xunit;

namespace Parley.Server.Tests.Tasks;

/// <summary>Tasks of one project at two nodes of one database.</summary>
public sealed class TaskNewsTests(PostgresDatabases databases)
{
    [Fact]
    public async Task A_task_that_waits_since_it_was_created_at_another_node_is_assigned_when_its_agent_has_room()
    {
        await using var nodes = await TwoNodes.StartAsync(databases, settings => settings with { TaskLimit = 1 });
        var (pm, be, admin) = (await nodes.One.RegisterAsync("pm"), await nodes.One.RegisterAsync("be"), await nodes.One.TokenAsync(TokenKind.Admin));
        using var socket = await TestSocket.ConnectAsync(nodes.One, "be", be);
        await socket.NextAsync(frame => frame.Event == "agent:welcome");
        // When this one ends, the agent's node looks for tasks that wait, and finds none.
        await CompleteAsync(await nodes.One.CreateAsync(pm, """{"title": "first", "agent_id": "be"}"""));
        var second = await nodes.One.CreateAsync(pm, """{"title": "second", "agent_id": "be"}""");
        var waits = await nodes.Other.CreateAsync(admin, """{"title": "waits", "auto_assign": true}""");
        Assert.Equal((AgentTaskStatus.Pending, (string?)null), (waits.Status, waits.AgentId));

        await CompleteAsync(second);

        await Polling.UntilAsync(() => "the task to be assigned", async () =>
            (await nodes.One.SendAsync(HttpMethod.Get, $"{TaskSteps.Api}/{waits.TaskId}", admin)).Task().AgentId == "be");

        async Task CompleteAsync(AgentTask task) => (await nodes.One.MoveAsync(admin, task.TaskId, "complete", $$"""{"fence": {{task.Fence}}}""")).Task();
    }

    /// <summary>A connection hears of each change once, whichever node it was made at.</summary>
    [Fact]
    public async Task Those_whom_a_task_concerns_are_told_of_it_at_every_node()
    {
        await using var nodes = await TwoNodes.StartAsync(databases);
        var (pm, be, fe) = (await nodes.One.RegisterAsync("pm"), await nodes.One.RegisterAsync("be"), await nodes.One.RegisterAsync("fe"));
        var admin = await nodes.One.TokenAsync(TokenKind.Admin);
        var sockets = new List<(string Agent, TestSocket Socket)>();
        foreach (var host in nodes.Both)
        {
            foreach (var (id, token) in new[] { ("pm", pm), ("be", be), ("fe", fe) })
            {
                sockets.Add((id, await TestSocket.ConnectAsync(host, id, token)));
                await sockets[^1].Socket.NextAsync(frame => frame.Event == "agent:welcome");
            }
        }

        var at = 0;
        var task = (await NextNode().SendAsync(HttpMethod.Post, TaskSteps.Api, pm, """{"title": "Build it"}""")).Task(HttpStatusCode.Created);
        foreach (var (verb, body) in new[]
        {
            ("assign", """{"agent_id": "be"}"""), ("start", """{"fence": 1}"""), ("unassign", "{}"), ("assign", """{"agent_id": "fe"}"""),
            ("assign", """{"agent_id": "be"}"""), ("complete", """{"fence": 4}"""),
        })
        {
            task = (await NextNode().MoveAsync(admin, task.TaskId, verb, body)).Task();
        }

        // What is told behind it says that nothing more comes.
        await nodes.One.CreateAsync(pm, """{"title": "end", "agent_id": "be"}""");
        foreach (var (agent, expected) in new[]
        {
            ("pm", "updated pending, updated assigned, updated in_progress, updated pending, updated assigned, updated assigned, updated completed"),
            ("be", "assigned assigned, updated in_progress, updated pending, assigned assigned, updated completed"),
            ("fe", "assigned assigned, updated assigned"),
        })
        {
            foreach (var (_, socket) in sockets.Where(one => one.Agent == agent))
            {
                var told = new List<string>();
                var count = expected.Split(", ").Length;
                while (told.Count < count)
                {
                    var frame = await socket.NextAsync(frame => frame.Event is "task:assigned" or "task:updated");
                    told.Add($"{frame.Event[5..]} {frame.Data!.Value.GetProperty("status").GetString()}");
                }

                // Nodes hear of each other's changes a moment later, so not in one order with their own.
                Assert.Equal(expected.Split(", ").Order(StringComparer.Ordinal), told.Order(StringComparer.Ordinal));
                if (agent != "fe")
                    Assert.Equal("end", (await socket.NextAsync(frame => frame.Event is "task:assigned" or "task:updated")).Data!.Value.GetProperty("title").GetString());
                socket.Dispose();
            }
        }

        ConceptHost NextNode() => nodes.Both[at++ % 2];
    }

    [Fact]
    public async Task Two_nodes_that_change_dependencies_at_once_close_no_cycle()
    {
        await using var nodes = await TwoNodes.StartAsync(databases);
        var pm = await nodes.One.RegisterAsync("pm");
        for (var round = 0; round < 30; round++)
        {
            var first = await nodes.One.CreateAsync(pm, """{"title": "First"}""");
            // A cycle may close at several removes.
            var second = await nodes.One.CreateAsync(pm, """{"title": "Second"}""");
            var third = await nodes.One.CreateAsync(pm, $$"""{"title": "Third", "depends_on": ["{{second.TaskId}}"]}""");

            var answers = await Task.WhenAll(DependAsync(0, first, third), DependAsync(1, second, first));

            var refused = Assert.Single(answers, answer => answer.Status != HttpStatusCode.OK);
            Assert.Contains("cycle", refused.Refused(HttpStatusCode.Conflict, ErrorCodes.Conflict).Detail, StringComparison.Ordinal);
        }

        Task<Rest.Answer> DependAsync(int node, AgentTask task, AgentTask on) =>
            nodes.Both[node].SendAsync(HttpMethod.Put, $"{TaskSteps.Api}/{task.TaskId}", pm, $$"""{"depends_on": ["{{on.TaskId}}"]}""");
    }
}
