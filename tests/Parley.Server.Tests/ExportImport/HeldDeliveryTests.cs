using Parley.Protocol;
using Parley.Server.ExportImport;
using Parley.Server.Storage.Postgres;
using Parley.Server.Tests.Harness;
using Xunit;

namespace Parley.Server.Tests.ExportImport;

/// <summary>PostgreSQL keeps the leases of connections in its rows; a move ends them.</summary>
public sealed class HeldDeliveryTests(PostgresDatabases databases)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_connections_deliveries_are_queued_or_withdrawn_if_their_message_is_gone()
    {
        await using var store = await PostgresStoreScope.OpenAsync(databases);
        var holder = new TestHolder(4);
        var kept = await store.StoreAsync(new Letter("ada", "bob"));
        var held = await store.ClaimOneAsync("bob", holder: holder);
        var deleted = await store.StoreAsync(new Letter("ada", "bob"));
        _ = await store.ClaimOneAsync("bob", holder: holder);
        Assert.True(await store.Messages.DeleteAsync(store.Project.Number, deleted.Seq, Cancel));
        var overRest = await store.StoreAsync(new Letter("ada", "bob"));
        var leased = await store.ClaimOneAsync("bob");

        await using var export = await PostgresExport.OpenAsync(store.Address, Cancel);
        var lines = await export.ReadAsync(LineKinds.Delivery, skip: 0, Cancel).Cast<DeliveryLine>().ToListAsync(Cancel);

        DeliveryLine Of(long seq) => Assert.Single(lines, line => line.Seq == seq);
        Assert.Equal((DeliveryState.Queued, held.Lease, null), (Of(kept.Seq).State, Of(kept.Seq).Lease, Of(kept.Seq).LeaseUntil));
        Assert.Equal((DeliveryState.Withdrawn, "deleted", null), (Of(deleted.Seq).State, Of(deleted.Seq).LastError, Of(deleted.Seq).LeaseUntil));
        Assert.Equal((DeliveryState.Leased, leased.Lease, leased.LeaseUntil), (Of(overRest.Seq).State, Of(overRest.Seq).Lease, Of(overRest.Seq).LeaseUntil));
    }
}
