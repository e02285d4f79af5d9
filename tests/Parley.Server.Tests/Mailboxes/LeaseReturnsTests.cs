using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Parley.Server.Mailboxes;
using Parley.Server.Tests.Harness;
using Xunit;

namespace Parley.Server.Tests.Mailboxes;

/// <summary>What connections held that ended while the store was away.</summary>
public sealed class LeaseReturnsTests(PostgresDatabases databases)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Deliveries_that_cannot_be_given_back_at_once_are_given_back_when_the_store_is_back(bool isClaim)
    {
        await using var store = await PostgresStoreScope.OpenAsync(databases);
        var returns = new LeaseReturns(store.Deliveries, NullLogger<LeaseReturns>.Instance);
        var holder = new TestHolder(2);
        await store.SendAllAsync(new Letter("ada", "bob") { Content = "1" }, new Letter("ada", "bob") { Content = "2" });
        var claimed = await store.ClaimAsync("bob", holder: isClaim ? null : holder);
        var isDone = false;

        await using (var blocker = new NpgsqlConnection(store.ConnectionString))
        {
            await blocker.OpenAsync(Cancel);
            await using var transaction = await blocker.BeginTransactionAsync(Cancel);
            await using (var command = new NpgsqlCommand("SELECT 1 FROM projects FOR UPDATE", blocker))
                await command.ExecuteNonQueryAsync(Cancel);
            // Who waits for a lock for five seconds is told that the store is away.
            if (isClaim)
                await returns.ReturnAsync(store.Project.Number, claimed);
            else
                await returns.ReleaseAsync(store.Agent("bob").Number, holder, isLost: true, () => isDone = true);
            Assert.False(isDone);
        }

        await returns.RunAsync(Cancel);

        Assert.Equal(!isClaim, isDone);
        var again = await store.ClaimAsync("bob");
        // Lost as the store was away: perhaps for the same reason.
        Assert.All(claimed, delivery => Assert.Equal(0, store.DeliveryAsync(delivery.Seq, "bob").GetAwaiter().GetResult().Disconnects));
        Assert.Equal(claimed.Select(delivery => (delivery.Delivery, 1)), again.Select(delivery => (delivery.Delivery, delivery.Attempt)));
    }
}
