using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Parley.Server.Coordination;
using Parley.Server.Storage;

namespace Parley.Server.Mailboxes;

/// <summary>Gives back deliveries whose holder is gone: they are requeued at once, and no attempt is counted. While the store is unavailable, it
/// tries again, so that nothing has to wait for a lease to lapse.</summary>
internal sealed partial class LeaseReturns(IDeliveryStore store, ILogger<LeaseReturns> logger) : IChore
{
    private readonly ConcurrentQueue<Func<ValueTask>> _owed = new();

    public bool IsOfEachNode => true;

    public TimeSpan Interval { get; } = TimeSpan.FromSeconds(1);

    /// <summary>Gives back everything that a holder has.</summary>
    /// <param name="isLost">Whether an agent's connection was lost. If the store is unavailable, this is not counted, because that may be the
    /// reason.</param>
    /// <param name="done">Called when everything has been given back.</param>
    internal Task ReleaseAsync(int agent, IDeliveryHolder holder, bool isLost = false, Action? done = null)
    {
        return TryAsync(async () =>
        {
            var counts = isLost;
            isLost = false;
            await store.ReleaseAsync(agent, holder, counts, CancellationToken.None);
            done?.Invoke();
        });
    }

    /// <summary>Gives back what was claimed over REST.</summary>
    internal Task ReturnAsync(int project, IReadOnlyList<ClaimedDelivery> claimed) => TryAsync(() => store.ReturnAsync(project, claimed, CancellationToken.None));

    public async ValueTask<TimeSpan?> RunAsync(CancellationToken cancellationToken)
    {
        // Only as many as there are now: those that fail again are appended.
        for (var left = _owed.Count; left > 0 && _owed.TryDequeue(out var giveBack); left--)
            await TryAsync(giveBack);
        return null;
    }

    private async Task TryAsync(Func<ValueTask> giveBack)
    {
        try
        {
            await giveBack();
        }
        catch (StorageUnavailableException fault)
        {
            Log.Owed(logger, fault);
            _owed.Enqueue(giveBack);
        }
        catch (ObjectDisposedException)
        {
            // The server has stopped. Its next start, or another node, gives back what it held.
        }
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Debug, Message = "The deliveries of a holder that is gone could not be given back at the moment; will try again.")]
        internal static partial void Owed(ILogger logger, Exception fault);
    }
}
