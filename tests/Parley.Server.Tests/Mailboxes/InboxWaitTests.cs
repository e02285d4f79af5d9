using System.Threading.Channels;
using Parley.Protocol;
using Parley.Server.Agents;
using Parley.Server.Coordination;
using Parley.Server.Mailboxes;
using Parley.Server.Security;
using Parley.Server.Storage;
using Parley.Server.Tests.Agents;
using Parley.Server.Tests.Harness;
using Xunit;

namespace Parley.Server.Tests.Mailboxes;

/// <summary>Who waits in a mailbox looks again when something came for it, and not for what its filter does not take.</summary>
public sealed class InboxWaitTests(PostgresDatabases databases)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Only_waiters_whose_filter_matches_look_again(bool isOnPostgres)
    {
        await using var host = await ConceptHost.StartAsync(isOnPostgres ? new OnPostgres(databases) : new OnSqlite());
        var (ada, eve) = (await host.RegisterAsync("ada"), await host.RegisterAsync("eve"));
        await host.RegisterAsync("bob");
        var bob = host.Default.Agents.Find("bob")!;
        var looks = new CountedLooks(host.Get<IDeliveryStore>());
        var reader = new InboxReader(looks, host.Get<LeaseReturns>(), host.Get<AgentDirectory>(), host.Get<MailboxSignals>(), host.Get<Stopping>(), host.Clock);
        var caller = new Caller { Kind = TokenKind.Admin, TokenId = "t" };
        var all = DeliveryFilter.Everything;
        DeliveryFilter[] filters =
        [
            all with { Types = new HashSet<string> { "rare" } },
            all with { Priorities = new HashSet<Priority> { Priority.Critical } },
            all with { Senders = new HashSet<int> { host.Default.Agents.Find("eve")!.Number } },
        ];
        // Each has looked before anything comes, and waits.
        List<Task> waits = [];
        foreach (var filter in filters)
        {
            var order = new ClaimOrder(host.Default.Number, bob.Number, 1, TimeSpan.FromSeconds(30), filter, null);
            waits.Add(reader.ClaimAsync(host.Default, bob, order, TimeSpan.FromHours(1), budget: null, caller, Cancel).AsTask());
            Assert.Equal(filter, await looks.NextAsync(Cancel));
        }

        for (var i = 0; i < 10; i++)
            await SendAsync(host, ada, """{"to": "bob", "content": "for nobody"}""");
        // Whoever takes the one that comes now looks, and nobody else has looked before.
        await SendAsync(host, ada, """{"to": "bob", "content": "by its type", "message_type": "rare"}""");
        Assert.Equal(filters[0], await looks.NextAsync(Cancel));
        await waits[0];
        await SendAsync(host, ada, """{"to": "bob", "content": "by its priority", "priority": 4}""");
        Assert.Equal(filters[1], await looks.NextAsync(Cancel));
        await waits[1];
        await SendAsync(host, eve, """{"to": "bob", "content": "by its sender"}""");
        Assert.Equal(filters[2], await looks.NextAsync(Cancel));
        await waits[2];

        Assert.Equal(6, looks.Count);
    }

    private static async Task SendAsync(ConceptHost host, string token, string message) =>
        Assert.Equal(201, (int)(await host.SendAsync(HttpMethod.Post, "/api/v1/messages", token, message)).Status);

    /// <summary>The store, and who claimed from it.</summary>
    private sealed class CountedLooks(IDeliveryStore store) : IDeliveryStore
    {
        private readonly Channel<DeliveryFilter> _looks = Channel.CreateUnbounded<DeliveryFilter>();
        private int _count;

        internal int Count => Volatile.Read(ref _count);

        internal async Task<DeliveryFilter> NextAsync(CancellationToken cancellationToken) =>
            await _looks.Reader.ReadAsync(cancellationToken).AsTask().WaitAsync(TimeSpan.FromMinutes(1), TimeProvider.System, cancellationToken);

        public async Task<IReadOnlyList<ClaimedDelivery>> ClaimAsync(ClaimOrder order)
        {
            Interlocked.Increment(ref _count);
            try
            {
                return await store.ClaimAsync(order);
            }
            finally
            {
                _looks.Writer.TryWrite(order.Filter);
            }
        }

        public ValueTask<IReadOnlyList<ClaimedDelivery>> PeekAsync(ClaimOrder order, CancellationToken cancellationToken) => store.PeekAsync(order, cancellationToken);

        public Task<IReadOnlyList<Settlement>> SettleAsync(IReadOnlyList<Settle> settles, Resume resume = Resume.OnPool, bool isDeferred = false) =>
            store.SettleAsync(settles, resume, isDeferred);

        public ValueTask ReleaseAsync(int agent, IDeliveryHolder holder, bool isLost, CancellationToken cancellationToken) =>
            store.ReleaseAsync(agent, holder, isLost, cancellationToken);

        public ValueTask ReturnAsync(int project, IReadOnlyList<ClaimedDelivery> claimed, CancellationToken cancellationToken) =>
            store.ReturnAsync(project, claimed, cancellationToken);

        public ValueTask<RescueResult> RescueAsync(CancellationToken cancellationToken) => store.RescueAsync(cancellationToken);

        public ValueTask<int> ExpireAsync(CancellationToken cancellationToken) => store.ExpireAsync(cancellationToken);

        public ValueTask<IReadOnlyList<long>> RequeueAsync(DeadLetterSelection which, CancellationToken cancellationToken) => store.RequeueAsync(which, cancellationToken);

        public ValueTask<IReadOnlyList<long>> PurgeAsync(DeadLetterSelection which, CancellationToken cancellationToken) => store.PurgeAsync(which, cancellationToken);

        public ValueTask<bool> MoveAsync(long delivery, int from, int to, CancellationToken cancellationToken) => store.MoveAsync(delivery, from, to, cancellationToken);

        public ValueTask<IReadOnlyList<MovableDelivery>> MovableAsync(int agent, bool refusedOnly, CancellationToken cancellationToken) =>
            store.MovableAsync(agent, refusedOnly, cancellationToken);

        public ValueTask WithdrawAllAsync(int agent, CancellationToken cancellationToken) => store.WithdrawAllAsync(agent, cancellationToken);
    }
}
