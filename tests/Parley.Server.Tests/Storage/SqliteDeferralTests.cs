using System.Globalization;
using Parley.Server.Mailboxes;
using Parley.Server.Storage;
using Parley.Server.Storage.Sqlite;
using Parley.Server.Tests.Harness;
using Xunit;

namespace Parley.Server.Tests.Storage;

/// <summary>Acknowledgments that nobody waits for share the commit of what comes next, and are stored soon even if nothing comes.</summary>
public sealed class SqliteDeferralTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    [Fact]
    public async Task A_deferred_acknowledgment_shares_the_commit_of_the_next_send()
    {
        await using var store = await OpenAsync();
        var claimed = await ClaimedAsync(store, 1);
        var commits = Count(store);

        var settled = Defer(store, claimed);
        await store.StoreAsync(new Letter("ada", "bob"));

        Assert.Equal([Settlement.Settled], await settled);
        Assert.Equal(1, commits.Count);
    }

    [Fact]
    public async Task It_is_stored_even_if_nothing_comes()
    {
        await using var store = await SqliteStoreScope.OpenAsync();
        var claimed = await ClaimedAsync(store, 2);

        Assert.Equal([Settlement.Settled], await Defer(store, [claimed[0]]));
        Assert.Equal([Settlement.Settled], await Defer(store, [claimed[1]]));
    }

    [Fact]
    public async Task Many_do_not_wait_for_more()
    {
        await using var store = await OpenAsync();
        var claimed = await ClaimedAsync(store, SqliteWriter.MaxDeferred);

        var settled = claimed.Select(delivery => Defer(store, [delivery])).ToList();

        Assert.All(await Task.WhenAll(settled), results => Assert.Equal([Settlement.Settled], results));
    }

    [Fact]
    public async Task It_is_stored_when_the_server_stops()
    {
        await using var store = await OpenAsync();
        var claimed = await ClaimedAsync(store, 1);
        var settled = Defer(store, claimed);

        await store.ReopenAsync();

        Assert.Equal([Settlement.Settled], await settled);
        Assert.Empty(await store.PeekAsync("bob"));
    }

    [Fact]
    public async Task Later_operations_are_applied_after_it()
    {
        await using var store = await OpenAsync();
        await store.StoreAsync(new Letter("ada", "bob"));
        var holder = store.Handover.Connect(store.Agent("bob").Number, room: 1);
        var claimed = await store.ClaimOneAsync("bob", holder: holder);

        var settled = Defer(store, [claimed]);
        await store.ReleaseAsync("bob", holder);

        Assert.Equal([Settlement.Settled], await settled);
        Assert.Empty(await store.PeekAsync("bob"));
    }

    [Fact]
    public async Task It_is_acknowledged_when_it_arrived_and_not_when_it_was_stored()
    {
        await using var store = await OpenAsync();
        await store.StoreAsync(new Letter("ada", "bob"));
        var claimed = await store.ClaimOneAsync("bob", holder: store.Handover.Connect(store.Agent("bob").Number, room: 1));
        var came = store.Clock.GetUtcNow().ToUnixTimeMilliseconds();

        var settled = Defer(store, [claimed]);
        store.Clock.Advance(TimeSpan.FromSeconds(3));
        await store.StoreAsync(new Letter("ada", "bob"));

        _ = await settled;
        Assert.Equal(
            [came.ToString(CultureInfo.InvariantCulture)],
            await store.QueryAsync($"SELECT acknowledged_at FROM deliveries WHERE delivery = {claimed.Delivery}", columns: 1));
    }

    /// <summary>A store that defers until something comes. The writer takes note of it at its next wait: every test writes something first.</summary>
    private static async Task<SqliteStoreScope> OpenAsync()
    {
        var store = await SqliteStoreScope.OpenAsync();
        store.Writer.Deferral = TimeSpan.FromHours(1);
        return store;
    }

    private static async Task<IReadOnlyList<ClaimedDelivery>> ClaimedAsync(SqliteStoreScope store, int count)
    {
        for (var i = 0; i < count; i++)
            await store.StoreAsync(new Letter("ada", "bob"));
        return await store.ClaimAsync("bob", max: count);
    }

    private static Task<IReadOnlyList<Settlement>> Defer(SqliteStoreScope store, IReadOnlyList<ClaimedDelivery> claimed) =>
        store.Deliveries.SettleAsync([.. claimed.Select(delivery => store.Ack("bob", delivery))], Resume.OnPool, isDeferred: true)
            .WaitAsync(Patience, TestContext.Current.CancellationToken);

    private static Commits Count(SqliteStoreScope store)
    {
        var commits = new Commits();
        store.Writer.Register(commits);
        return commits;
    }

    private sealed class Commits : IWriterCache
    {
        internal int Count { get; private set; }

        public void Flush(SqliteConnection connection) => Count++;

        public void Reset()
        {
        }
    }
}
