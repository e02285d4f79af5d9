using Parley.Server.Coordination;

namespace Parley.Server.Mailboxes;

/// <summary>Queues what is due and gives back what has lapsed.</summary>
internal sealed class DeliveryRescuer(IDeliveryStore store, TimeProvider clock) : IChore
{
    /// <summary>Each node looks after what its own connections hold; what is due anywhere is queued by whoever comes first.</summary>
    public bool IsOfEachNode => true;

    public TimeSpan Interval { get; } = TimeSpan.FromSeconds(1);

    public async ValueTask<TimeSpan?> RunAsync(CancellationToken cancellationToken)
    {
        var result = await store.RescueAsync(cancellationToken);
        if (result.More)
            return TimeSpan.Zero;
        var now = clock.GetUtcNow().ToUnixTimeMilliseconds();
        return result.NextDue is { } due ? TimeSpan.FromMilliseconds(Math.Clamp(due - now, 1, 1_000)) : null;
    }
}

/// <summary>Expires what nobody took in time.</summary>
internal sealed class DeliveryExpirer(IDeliveryStore store) : IChore
{
    public TimeSpan Interval { get; } = TimeSpan.FromSeconds(1);

    public async ValueTask<TimeSpan?> RunAsync(CancellationToken cancellationToken) =>
        await store.ExpireAsync(cancellationToken) > 0 ? TimeSpan.FromMilliseconds(10) : null;
}
