using Parley.Server.Log;
using Parley.Server.Mailboxes;
using Parley.Server.Messages;
using Xunit;

namespace Parley.Server.Tests.Harness;

/// <summary>The store's verbs, said shortly: by agents' names and with what most tests mean.</summary>
internal static class StoreVerbs
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    internal static async Task<SendOutcome> SendAsync(this StoreScope scope, Letter letter) =>
        (await scope.Messages.SendAsync([letter.In(scope)]))[0];

    internal static Task<IReadOnlyList<SendOutcome>> SendAllAsync(this StoreScope scope, params IEnumerable<Letter> letters) =>
        scope.Messages.SendAsync([.. letters.Select(letter => letter.In(scope))]);

    /// <summary>Sends what is to be stored; anything else fails the test.</summary>
    internal static async Task<SendOutcome> StoreAsync(this StoreScope scope, Letter letter)
    {
        var outcome = await scope.SendAsync(letter);
        Assert.Equal(SendResult.Stored, outcome.Result);
        return outcome;
    }

    internal static Task<IReadOnlyList<ClaimedDelivery>> ClaimAsync(
        this StoreScope scope, string agent, int max = 10, TimeSpan? lease = null, DeliveryFilter? filter = null, IDeliveryHolder? holder = null) =>
        scope.Deliveries.ClaimAsync(Order(scope, agent, max, lease, filter, holder));

    internal static async Task<ClaimedDelivery> ClaimOneAsync(this StoreScope scope, string agent, TimeSpan? lease = null, IDeliveryHolder? holder = null) =>
        Assert.Single(await scope.ClaimAsync(agent, max: 1, lease, holder: holder));

    internal static ValueTask<IReadOnlyList<ClaimedDelivery>> PeekAsync(this StoreScope scope, string agent, int max = 10, DeliveryFilter? filter = null) =>
        scope.Deliveries.PeekAsync(Order(scope, agent, max, null, filter, null), Cancel);

    /// <summary>The seqs of what waits, in the order in which it would be given out.</summary>
    internal static async Task<IReadOnlyList<long>> QueueAsync(this StoreScope scope, string agent) =>
        [.. (await scope.PeekAsync(agent, max: 1_000)).Select(delivery => delivery.Seq)];

    internal static async Task<Settlement> SettleAsync(this StoreScope scope, Settle settle) => (await scope.Deliveries.SettleAsync([settle]))[0];

    internal static Settle Ack(this StoreScope scope, string agent, ClaimedDelivery claimed) => scope.Settle(SettleVerb.Ack, agent, claimed);

    internal static Task<Settlement> AckAsync(this StoreScope scope, string agent, ClaimedDelivery claimed) => scope.SettleAsync(scope.Ack(agent, claimed));

    internal static Task<Settlement> NackAsync(this StoreScope scope, string agent, ClaimedDelivery claimed, TimeSpan? delay = null, string? reason = null) =>
        scope.SettleAsync(scope.Settle(SettleVerb.Nack, agent, claimed) with { Delay = delay, Reason = reason });

    internal static Task<Settlement> ExtendAsync(this StoreScope scope, string agent, ClaimedDelivery claimed, TimeSpan by) =>
        scope.SettleAsync(scope.Settle(SettleVerb.Extend, agent, claimed) with { Extension = by });

    internal static Settle Settle(this StoreScope scope, SettleVerb verb, string agent, ClaimedDelivery claimed) =>
        new(verb, scope.Project.Number, scope.Agent(agent).Number, claimed.Seq, claimed.Delivery, claimed.Lease);

    /// <summary>Settles by the message alone, as a caller does who kept no lease.</summary>
    internal static async Task<Settlement> SettleByMessageAsync(this StoreScope scope, SettleVerb verb, string agent, long seq, Guid? id = null)
    {
        var message = id ?? (await scope.Log.FindAsync(scope.Project.Number, seq, Cancel) is { } entry ? MessageJsonReader.Id(entry.Json) : Guid.Empty);
        return await scope.SettleAsync(new Settle(verb, scope.Project.Number, scope.Agent(agent).Number, seq, 0, 0) { MessageId = message });
    }

    internal static ValueTask ReleaseAsync(this StoreScope scope, string agent, IDeliveryHolder holder, bool isLost = false) =>
        scope.Deliveries.ReleaseAsync(scope.Agent(agent).Number, holder, isLost, Cancel);

    /// <summary>Turns the clock and does what is due, as the server's loops would.</summary>
    internal static async Task PassAsync(this StoreScope scope, TimeSpan time)
    {
        scope.Clock.Advance(time);
        await scope.RescueAsync();
    }

    internal static async Task RescueAsync(this StoreScope scope)
    {
        while ((await scope.Deliveries.RescueAsync(Cancel)).More)
        {
        }
    }

    /// <summary>Looks round all mailboxes once.</summary>
    /// <returns>How many deliveries expired.</returns>
    internal static async Task<int> ExpireAsync(this StoreScope scope) => await scope.Deliveries.ExpireAsync(Cancel);

    /// <summary>Fails a delivery until it is dead.</summary>
    internal static async Task KillAsync(this StoreScope scope, string agent, string reason = "refused")
    {
        for (var attempt = 1; attempt <= scope.Settings.MaxAttempts; attempt++)
            Assert.Equal(Settlement.Settled, await scope.NackAsync(agent, await scope.ClaimOneAsync(agent), TimeSpan.Zero, reason));
    }

    internal static async Task<DeliveryRow> DeliveryAsync(this StoreScope scope, long seq, string agent) =>
        Assert.Single(await scope.DeliveryHistory.DeliveriesAsync(scope.Project.Number, seq, Cancel), delivery => delivery.Agent == scope.Agent(agent).Number);

    /// <summary>The whole log as it is on disk.</summary>
    internal static async Task<IReadOnlyList<LogEntry>> EntriesAsync(this StoreScope scope) =>
        (await scope.Log.ReadAsync(scope.Project.Number, 0, int.MaxValue, long.MaxValue, LogQuery.All, Cancel)).Entries;

    internal static async Task<LogEntry> EntryAsync(this StoreScope scope, long seq) => (await scope.Log.FindAsync(scope.Project.Number, seq, Cancel))!;

    /// <summary>Brings the index up to the log's head.</summary>
    internal static async Task IndexAsync(this StoreScope scope)
    {
        while (await scope.Index.CatchUpAsync(scope.Project.Number, isAwaited: true, Cancel))
        {
        }
    }

    private static ClaimOrder Order(StoreScope scope, string agent, int max, TimeSpan? lease, DeliveryFilter? filter, IDeliveryHolder? holder) =>
        new(scope.Project.Number, scope.Agent(agent).Number, max, lease ?? StoreScope.Lease, filter ?? DeliveryFilter.Everything, holder);
}
