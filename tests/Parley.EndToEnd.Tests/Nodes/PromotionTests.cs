using System.Diagnostics;
using Parley.EndToEnd.Tests.Durability;
using Xunit;

namespace Parley.EndToEnd.Tests.Nodes;

/// <summary>The database's failover, as <c>docs/operations/postgresql.md</c> describes it.</summary>
public sealed class PromotionTests(ITestOutputHelper output)
{
    private const int Nodes = 2;

    private const int LeastConfirmed = 500;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    /// <summary>What is promised, from the promotion on.</summary>
    private static readonly TimeSpan BackWithin = TimeSpan.FromSeconds(30);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task When_a_synchronous_standby_takes_over_nothing_that_was_confirmed_is_lost_and_service_resumes_by_itself()
    {
        var account = new Account();
        await using var fleet = await Fleet.StartWithStandbyAsync(Nodes, Cancel);
        await using var load = await Load.StartAsync(fleet, account, Cancel);
        await using var audit = new Audit(fleet, account, load.Start);
        await GoOnAsync();

        // What the primary has by itself is lost with it: it is killed when a node waits with such a commit.
        await fleet.Standby!.StopReceivingAsync();
        var waits = await Until.TrueAsync(IsOneWaitingAsync, Patience, Cancel);
        await fleet.Database.KillAsync();
        await fleet.Standby.ReceiveAgainAsync();
        await fleet.Standby.PromoteAsync();
        var away = Stopwatch.StartNew();
        await audit.AnswerEverywhereAsync(Cancel);
        output.WriteLine($"{account.Confirmed.Count} confirmed; back {away.Elapsed.TotalSeconds:0.0} s after the promotion");

        Assert.True(waits, "Commits do not wait for the standby.");
        Assert.True(away.Elapsed < BackWithin, $"Service was back only {away.Elapsed.TotalSeconds:0.0} s after the promotion.");
        await audit.VerifyAsync("After the promotion", Cancel);
        await GoOnAsync();
        await load.StopSendingAsync();
        await audit.VerifyAsync("At the end", Cancel);
        await audit.VerifyEmptyAsync(Cancel);

        // Not with its sign of life: with something that somebody hears of.
        async Task<bool> IsOneWaitingAsync() =>
            (long)(await fleet.Database.AskAsync("SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'SyncRep' AND query !~ '^WITH me AS'"))! > 0;

        async Task GoOnAsync()
        {
            var most = account.Confirmed.Count + LeastConfirmed;
            Assert.True(await Until.TrueAsync(() => account.Confirmed.Count >= most && account.AcknowledgedCount > 0, Patience, Cancel), "Nothing is confirmed any more.");
        }
    }
}
