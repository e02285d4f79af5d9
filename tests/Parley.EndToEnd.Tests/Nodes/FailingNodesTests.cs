using System.Globalization;
using Parley.EndToEnd.Tests.Durability;
using Xunit;

namespace Parley.EndToEnd.Tests.Nodes;

/// <summary>Three nodes under load, and everything that may befall them and their database, at random moments. <c>PARLEY_FAULTS</c> says how
/// often (9), <c>PARLEY_FAULT_SEED</c> which and when; clients' own timing is not repeatable.</summary>
public sealed class FailingNodesTests(ITestOutputHelper output)
{
    private const int Faults = 9;
    private const int Nodes = 3;

    /// <summary>Around the 5 s after which a node is missed.</summary>
    private static readonly TimeSpan LongestCut = TimeSpan.FromSeconds(7);

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Whatever_fails_confirmed_messages_are_delivered_and_settled_once()
    {
        var seed = Number("PARLEY_FAULT_SEED") ?? Random.Shared.Next();
        var faults = Number("PARLEY_FAULTS") ?? Faults;
        output.WriteLine($"PARLEY_FAULT_SEED={seed}, {faults} faults");
        var random = new Random(seed);
        var account = new Account();
        await using var fleet = await Fleet.StartAsync(Nodes, Cancel);
        await using var load = await Load.StartAsync(fleet, account, Cancel);
        await using var audit = new Audit(fleet, account, load.Start);

        // Each kind in turn from a random one on, so that a few rounds meet all of them.
        var kinds = new (string Name, Func<Fleet, Random, Task> Do)[]
        {
            ("kill -9 of a node", KillAsync), ("a node stands still", PauseAsync), ("a node's wire to the database is cut", CutAsync),
            ("every session of the database is terminated", TerminateAsync), ("the database restarts", RestartAsync), ("the database crashes", CrashAsync),
        };
        var first = random.Next(kinds.Length);
        for (var fault = 1; fault <= faults; fault++)
        {
            var (name, happen) = kinds[(first + fault) % kinds.Length];
            // At any moment of the work: the time itself is what is tested.
            await Task.Delay(TimeSpan.FromSeconds(random.NextDouble()), TimeProvider.System, Cancel);
            await happen(fleet, random);
            await audit.VerifyAsync($"After fault {fault} of {faults} ({name}), seed {seed}", Cancel);
        }

        await load.StopSendingAsync();
        await audit.VerifyAsync($"At the end, seed {seed}", Cancel);
        await audit.VerifyEmptyAsync(Cancel);

        output.WriteLine($"{account.Confirmed.Count} confirmed, {account.AcknowledgedCount} acknowledged");
        Assert.True(account.Confirmed.Count > faults * 100, $"Only {account.Confirmed.Count} messages were confirmed: that is no load.");
    }

    private static async Task KillAsync(Fleet fleet, Random random)
    {
        var node = fleet.Nodes[random.Next(Nodes)];
        await node.KillAsync();
        await node.StartAsync(Cancel);
    }

    private static async Task PauseAsync(Fleet fleet, Random random)
    {
        var node = fleet.Nodes[random.Next(Nodes)];
        var before = await GoneAsync(fleet);
        await node.PauseAsync();
        Assert.True(await Until.TrueAsync(async () => await GoneAsync(fleet) > before, Patience, Cancel), "A node that stands still is not taken for gone.");
        await node.WakeAsync();
    }

    private static async Task CutAsync(Fleet fleet, Random random)
    {
        var wire = fleet.Wires[random.Next(Nodes)];
        wire.IsCut = true;
        wire.Cut();
        // For a shorter or longer time than that after which a node is missed: the time itself is what is tested.
        await Task.Delay(LongestCut * random.NextDouble(), TimeProvider.System, Cancel);
        wire.IsCut = false;
    }

    /// <summary>How many nodes were taken for gone so far.</summary>
    private static async Task<long> GoneAsync(Fleet fleet) =>
        (long)(await fleet.Database.AskAsync("SELECT count(*) FROM nodes WHERE gone_at IS NOT NULL", fleet.DatabaseName))!;

    private static Task TerminateAsync(Fleet fleet, Random random) =>
        fleet.Database.ExecuteAsync("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()");

    private static async Task RestartAsync(Fleet fleet, Random random)
    {
        await fleet.Database.StopAsync();
        await fleet.Database.StartAgainAsync();
    }

    private static async Task CrashAsync(Fleet fleet, Random random)
    {
        await fleet.Database.StopAsync("immediate");
        await fleet.Database.StartAgainAsync();
    }

    private static int? Number(string variable) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : null;
}
