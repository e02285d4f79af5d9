using System.Globalization;
using System.Text.Json;
using Parley.Client;
using Parley.Protocol;
using Parley.Tests.Postgres;
using Xunit;

namespace Parley.EndToEnd.Tests.Durability;

/// <summary>The published server, killed with <c>kill -9</c> while workflows run and SDK agents do their steps, on both databases. <c>PARLEY_KILLS</c>
/// says how often (5), <c>PARLEY_KILL_SEED</c> at which moments.</summary>
public sealed class KilledWorkflowTests(ITestOutputHelper output)
{
    private const int Kills = 5, Layers = 30, Wide = 4;

    private static readonly TimeSpan LongestLife = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public Task On_SQLite_each_step_is_handed_out_and_completes_once() => KillAsync(database: null);

    [Fact]
    public async Task On_PostgreSQL_each_step_is_handed_out_and_completes_once()
    {
        await using var server = await PostgresServer.StartAsync();
        await KillAsync(server.Url(await server.CreateDatabaseAsync()));
    }

    private async Task KillAsync(string? database)
    {
        var kills = Number("PARLEY_KILLS") ?? Kills;
        var seed = Number("PARLEY_KILL_SEED") ?? Random.Shared.Next();
        output.WriteLine($"PARLEY_KILL_SEED={seed}, {kills} kills");
        var random = new Random(seed);
        await using var server = new KillableServer(await PublishedBinary.FindAsync(Cancel)) { Database = database };
        await server.StartAsync(Cancel);
        var options = new ParleyOptions { Url = server.Url, DataFolder = server.DataFolder, ConfigFolder = server.ConfigFolder };
        await using var one = await ParleyAgent.ConnectAsync(options with { AgentId = "one" }, Cancel);
        await using var two = await ParleyAgent.ConnectAsync(options with { AgentId = "two" }, Cancel);
        using var working = one.OnWorkflowStep(Work);
        using var workingToo = two.OnWorkflowStep(Work);
        await using var api = ParleyApi.Open(options);

        for (var kill = 1; kill <= kills; kill++)
        {
            var title = string.Create(CultureInfo.InvariantCulture, $"run {kill}");
            var starting = StartAsync(api, title);
            // At any moment of its life: the time itself is what is tested.
            await Task.Delay(LongestLife * random.NextDouble(), TimeProvider.System, Cancel);
            await server.KillAsync();
            await server.StartAsync(Cancel);
            await starting;
            var when = $"after kill {kill} of {kills}, seed {seed}";
            // Where its start was cut off, nobody was told that it runs, and it may be there or not.
            if ((await api.Workflows.ListAsync(cancellationToken: Cancel)).Items.FirstOrDefault(workflow => workflow.Title == title) is { } found)
                await VerifyAsync(api, found.WorkflowId, when);
            else
                Assert.False(await starting, $"A workflow that was confirmed is gone {when}.");
        }
    }

    private static async Task VerifyAsync(ParleyApi api, string id, string when)
    {
        Workflow? workflow = null;
        Assert.True(
            await Until.TrueAsync(async () => (workflow = await api.Workflows.GetAsync(id, Cancel)).EndedAt is not null, Patience, Cancel),
            $"It does not end {when}: {JsonSerializer.Serialize(workflow, WireJson.Lenient.Workflow)}");
        Assert.Equal(WorkflowStatus.Completed, workflow!.Status);
        Assert.Equal(Layers * Wide, workflow.Steps.Count);
        Assert.All(workflow.Steps, step => Assert.Equal((WorkflowStepStatus.Completed, 1, 1L), (step.Status, step.Attempt, step.Fence)));
        var told = await api.Messages.ListAsync(new MessageQuery { Type = "workflow_completion", Thread = id }, Cancel);
        Assert.Single(told.Items);
        var execution = await api.Executions.GetAsync(workflow.ExecutionId!, Cancel);
        Assert.Equal((ExecutionStatus.Completed, id), (execution.Status, execution.WorkflowId));
        Assert.Single((await api.Executions.ListAsync(500, after: null, Cancel)).Items, run => run.WorkflowId == id);
    }

    /// <returns>Whether it was confirmed.</returns>
    private static async Task<bool> StartAsync(ParleyApi api, string title)
    {
        var steps = from layer in Enumerable.Range(0, Layers)
                    from n in Enumerable.Range(0, Wide)
                    select new WorkflowStepRequest
                    {
                        Step = Name(layer, n),
                        Agent = n % 2 == 0 ? "one" : "two",
                        Action = "Do it.",
                        DependsOn = layer == 0 ? null : [Name(layer - 1, n), Name(layer - 1, (n + 1) % Wide)],
                    };
        try
        {
            await api.Workflows.StartAsync(new WorkflowRequest { Title = title, Steps = [.. steps] }, Cancel);
            return true;
        }
        catch (ParleyUnreachableException)
        {
            return false;
        }

        static string Name(int layer, int n) => string.Create(CultureInfo.InvariantCulture, $"s{layer}-{n}");
    }

    private static Task<JsonElement?> Work(AssignedStep step, CancellationToken stop) => Task.FromResult<JsonElement?>(JsonElement.Parse("""{"n": 1}"""));

    private static int? Number(string variable) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
