using Parley.Protocol;
using Parley.Server.Log;
using Parley.Server.Tests.Agents;
using Parley.Server.Tests.Harness;
using Parley.Server.Tests.Nodes;
using Parley.Server.Tests.Tasks;
using Parley.Server.Workflows;
using Xunit;

namespace Parley.Server.Tests.Workflows;

/// <summary>Workflows whose steps end at two nodes of one database.</summary>
public sealed class WorkflowNodesTests(PostgresDatabases databases)
{
    [Fact]
    public async Task Steps_that_end_at_two_nodes_at_once_lead_to_each_next_step_exactly_once()
    {
        const int layers = 5, wide = 6;
        await using var nodes = await TwoNodes.StartAsync(databases);
        var (be, pm) = (await nodes.One.AgentAsync("be"), await nodes.One.AgentAsync("pm"));
        var steps = new List<string>();
        for (var layer = 0; layer < layers; layer++)
        {
            // Each waits for two of the layer before, one of which ends at either node.
            for (var n = 0; n < wide; n++)
            {
                var after = layer == 0 ? "" : $"\"s{layer - 1}-{n}\", \"s{layer - 1}-{(n + 1) % wide}\"";
                steps.Add($$"""{"step": "s{{layer}}-{{n}}", "agent": "be", "action": "Do it.", "depends_on": [{{after}}]}""");
            }
        }

        var started = await nodes.One.StartAsync(pm, $$"""{"steps": [{{string.Join(',', steps)}}]}""");
        // The clocks stand still: nobody looks at the workflow again by himself.
        for (var layer = 0; layer < layers; layer++)
            await Task.WhenAll(Enumerable.Range(0, wide).Select(n => nodes.Both[n % 2].EndAsync(be, started, $"s{layer}-{n}")));

        await nodes.Other.UntilAsync(pm, started.WorkflowId, workflow => workflow.Status == WorkflowStatus.Completed);
        var log = await nodes.One.LogAsync();
        Assert.Equal(layers * wide, log.Count(entry => entry.Type == StepMoves.TypeOf(StepVerb.Assign)));
        Assert.Equal(layers * wide, log.Count(entry => entry.Type == StepMoves.TypeOf(StepVerb.Complete)));
        Assert.Equal(layers * wide, log.Count(entry => entry is { Kind: EntryKind.Message, Type: StepHandOut.Type }));
        Assert.Single(log, entry => entry is { Kind: EntryKind.Message, Type: StepHandOut.CompletionType });
        Assert.Single(log.Where(entry => entry.Kind == EntryKind.Execution).Select(entry => entry.Subject).Distinct());
    }

    [Fact]
    public async Task A_step_that_nobody_could_take_goes_to_an_agent_that_comes_to_the_other_node()
    {
        await using var nodes = await TwoNodes.StartAsync(databases);
        var pm = await nodes.One.AgentAsync("pm");
        var started = await nodes.One.StartAsync(pm, """{"steps": [{"step": "a", "capability": "work", "action": "Do it."}]}""");
        Assert.Equal(["a"], started.Unassigned);

        await nodes.Other.AgentAsync("worker", "work");

        var now = await nodes.One.UntilAsync(pm, started.WorkflowId, "a", WorkflowStepStatus.Assigned);
        Assert.Equal(("worker", 1), (now.Named("a").AgentId, now.Named("a").Attempt));
    }
}
