using System.Globalization;
using Parley.Client;
using Parley.Tests.Postgres;
using Xunit;

namespace Parley.EndToEnd.Tests.Durability;

/// <summary>The published server, killed with <c>kill -9</c> while workflows run and SDK agents do their steps, on both databases. <c>PARLEY_KILLS</c>
/// says how often (5), <c>PARLEY_KILL_SEED</c> at which moments.</summary>
public sealed class KilledWorkflowTests(ITestOutputHelper output)
{
    private const int Kills = 5;

    private static readonly TimeSpan LongestLife = TimeSpan.FromSeconds(1);

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
        await using var one = await ParleyAgent.ConnectAsync(options with { AgentId = LayeredPlan.One }, Cancel);
        await using var two = await ParleyAgent.ConnectAsync(options with { AgentId = LayeredPlan.Two }, Cancel);
        using var working = one.OnWorkflowStep(LayeredPlan.WorkAsync);
        using var workingToo = two.OnWorkflowStep(LayeredPlan.WorkAsync);
        await using var api = ParleyApi.Open(options);

        for (var kill = 1; kill <= kills; kill++)
        {
            var title = string.Create(CultureInfo.InvariantCulture, $"run {kill}");
            var starting = LayeredPlan.StartAsync(api, title, Cancel);
            // At any moment of its life: the time itself is what is tested.
            await Task.Delay(LongestLife * random.NextDouble(), TimeProvider.System, Cancel);
            await server.KillAsync();
            await server.StartAsync(Cancel);
            await starting;
            var when = $"after kill {kill} of {kills}, seed {seed}";
            // Where its start was cut off, nobody was told that it runs, and it may be there or not.
            if ((await api.Workflows.ListAsync(cancellationToken: Cancel)).Items.FirstOrDefault(workflow => workflow.Title == title) is { } found)
                await LayeredPlan.VerifyAsync(api, found.WorkflowId, when, Cancel);
            else
                Assert.False(await starting, $"A workflow that was confirmed is gone {when}.");
        }
    }

    private static int? Number(string variable) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
