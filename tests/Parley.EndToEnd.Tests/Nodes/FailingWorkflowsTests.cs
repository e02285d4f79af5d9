using System.Globalization;
using Parley.Client;
using Parley.EndToEnd.Tests.Durability;
using Xunit;

namespace Parley.EndToEnd.Tests.Nodes;

/// <summary>Two nodes that run workflows, one of which is killed or stands still at a random moment. <c>PARLEY_FAULTS</c> says how often (2),
/// <c>PARLEY_FAULT_SEED</c> which and when.</summary>
public sealed class FailingWorkflowsTests(ITestOutputHelper output)
{
    private const int Faults = 2, Nodes = 2;

    private static readonly TimeSpan LongestLife = TimeSpan.FromSeconds(1);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Each_step_is_handed_out_and_completes_once_whichever_node_fails()
    {
        var seed = Number("PARLEY_FAULT_SEED") ?? Random.Shared.Next();
        var faults = Number("PARLEY_FAULTS") ?? Faults;
        output.WriteLine($"PARLEY_FAULT_SEED={seed}, {faults} faults");
        var random = new Random(seed);
        await using var fleet = await Fleet.StartAsync(Nodes, Cancel);
        var token = (await File.ReadAllTextAsync(Path.Combine(fleet.DataFolder, "join.token"), Cancel)).Trim();
        var options = new ParleyOptions { Url = fleet.Url, Token = token, ConfigFolder = fleet.ConfigFolder };
        await using var one = await ParleyAgent.ConnectAsync(options with { AgentId = LayeredPlan.One }, Cancel);
        await using var two = await ParleyAgent.ConnectAsync(options with { AgentId = LayeredPlan.Two }, Cancel);
        using var working = one.OnWorkflowStep(LayeredPlan.WorkAsync);
        using var workingToo = two.OnWorkflowStep(LayeredPlan.WorkAsync);
        await using var api = fleet.Open();

        for (var fault = 1; fault <= faults; fault++)
        {
            var title = string.Create(CultureInfo.InvariantCulture, $"run {fault}");
            var starting = LayeredPlan.StartAsync(api, title, Cancel);
            // At any moment of its life: the time itself is what is tested.
            await Task.Delay(LongestLife * random.NextDouble(), TimeProvider.System, Cancel);
            var node = fleet.Nodes[random.Next(Nodes)];
            var standsStill = fault % 2 == 0;
            await (standsStill ? node.PauseAsync() : node.KillAsync());
            var when = $"after fault {fault} of {faults} ({(standsStill ? "a node stands still" : "kill -9")}), seed {seed}";
            // The other node goes on with it alone, until the first is back.
            await using (var other = fleet.Open(fleet.Nodes[0] == node ? 1 : 0))
            {
                if (await FindAsync(other, title) is { } id)
                    await LayeredPlan.VerifyAsync(other, id, when, Cancel);
            }

            await (standsStill ? node.WakeAsync() : node.StartAsync(Cancel));
            var isConfirmed = await starting;
            if (await FindAsync(api, title) is { } found)
                await LayeredPlan.VerifyAsync(api, found, $"{when}, with both nodes", Cancel);
            else
                Assert.False(isConfirmed, $"A workflow that was confirmed is gone {when}.");
        }
    }

    private static async Task<string?> FindAsync(ParleyApi api, string title) =>
        (await api.Workflows.ListAsync(cancellationToken: Cancel)).Items.FirstOrDefault(workflow => workflow.Title == title)?.WorkflowId;

    private static int? Number(string variable) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
