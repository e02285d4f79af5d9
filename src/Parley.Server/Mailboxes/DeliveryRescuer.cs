using Parley.Server.Coordination;

namespace Parley.Server.Mailboxes;

/// <summary>Queues due deliveries and ends lapsed leases.</summary>
internal sealed class DeliveryRescuer(IDeliveryStore store, TimeProvider clock) : IChore
{
    /// <summary>Each node checks what its own connections hold. Due deliveries are queued by whichever node is first.</summary>
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

/// <summary>Expires deliveries that nobody took in time.</summary>
internal sealed class DeliveryExpirer(IDeliveryStore store) : IChore
{
    public TimeSpan Interval { get; } = TimeSpan.FromSeconds(1);

    public async ValueTask<TimeSpan?> RunAsync(CancellationToken cancellationToken) =>
        await store.ExpireAsync(cancellationToken) > 0 ? TimeSpan.FromMilliseconds(10) : null;
}
