using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Parley.Server.Coordination;
using Parley.Server.Storage;

namespace Parley.Server.Mailboxes;

/// <summary>Gives back what was handed to somebody who is gone: queued again at once, no attempt counted. While the store is away it tries again,
/// so that nothing waits for a lease to lapse.</summary>
internal sealed partial class LeaseReturns(IDeliveryStore store, ILogger<LeaseReturns> logger) : IChore
{
    private readonly ConcurrentQueue<Func<ValueTask>> _owed = new();

    public bool IsOfEachNode => true;

    public TimeSpan Interval { get; } = TimeSpan.FromSeconds(1);

    /// <summary>Everything that a holder has.</summary>
    /// <param name="isLost">The connection of an agent was lost. Where the store is away, that is not counted: it may be why.</param>
    /// <param name="done">Called when it is given back.</param>
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

    /// <summary>What was claimed over REST.</summary>
    internal Task ReturnAsync(int project, IReadOnlyList<ClaimedDelivery> claimed) => TryAsync(() => store.ReturnAsync(project, claimed, CancellationToken.None));

    public async ValueTask<TimeSpan?> RunAsync(CancellationToken cancellationToken)
    {
        // As many as there are now: those that fail again come behind them.
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
            // The server has stopped; its next start, or another node, gives back what it held.
        }
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Debug, Message = "What somebody held who is gone could not be given back now; it is tried again.")]
        internal static partial void Owed(ILogger logger, Exception fault);
    }
}
