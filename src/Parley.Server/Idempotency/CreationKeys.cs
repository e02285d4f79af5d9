using System.Collections.Concurrent;
using Parley.Server.Storage;

namespace Parley.Server.Idempotency;

/// <summary>The keys of creations that are in progress, or were made in the last day.</summary>
internal sealed class CreationKeys(IIdempotencyStore store, TimeProvider clock)
{
    /// <summary>Keys are remembered this long.</summary>
    private static readonly TimeSpan Life = TimeSpan.FromHours(24);

    private readonly ConcurrentDictionary<CreationKey, TaskCompletionSource> _running = new();

    /// <summary>Keys whose reservation could not be undone because the store was unavailable: they are taken on disk, but nothing was
    /// created.</summary>
    private readonly ConcurrentDictionary<CreationKey, bool> _free = new();

    /// <summary>Waits until no other request creates something with the key. Of two simultaneous requests, the second gets the first one's
    /// answer.</summary>
    /// <returns>Dispose it once the answer is stored.</returns>
    internal async ValueTask<IDisposable> EnterAsync(CreationKey key, CancellationToken cancellationToken)
    {
        var mine = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        while (_running.GetOrAdd(key, mine) is var first && first != mine)
            await first.Task.WaitAsync(cancellationToken);
        return new Turn(this, key, mine);
    }

    internal ValueTask<KeptAnswer?> FindAsync(CreationKey key, CancellationToken cancellationToken) =>
        _free.ContainsKey(key) ? new((KeptAnswer?)null) : store.FindAsync(key, clock.GetUtcNow() - Life, cancellationToken);

    /// <summary>Reserves a key before anything is created. If the server crashes between the creation and the answer, a retry finds the key
    /// taken.</summary>
    /// <returns>False if somebody else has taken it in the meantime, on another server of the same store.</returns>
    /// <exception cref="StorageUnavailableException">It is not reserved, so nothing may be created.</exception>
    internal async ValueTask<bool> ReserveAsync(CreationKey key, long fingerprint)
    {
        var now = clock.GetUtcNow();
        var isTaken = await store.ReserveAsync(
            key, new KeptAnswer(fingerprint, CreationAnswer.Pending), now, _free.ContainsKey(key) ? now : now - Life, CancellationToken.None);
        _ = _free.TryRemove(key, out _);
        return isTaken;
    }

    internal ValueTask KeepAsync(CreationKey key, KeptAnswer answer) => store.KeepAsync(key, answer, clock.GetUtcNow(), CancellationToken.None);

    /// <summary>Releases a reserved key, because nothing was created.</summary>
    internal async ValueTask FreeAsync(CreationKey key)
    {
        try
        {
            // Stored as if it had been used long ago.
            await store.KeepAsync(key, new KeptAnswer(0, CreationAnswer.Pending), DateTimeOffset.UnixEpoch, CancellationToken.None);
        }
        catch (StorageUnavailableException)
        {
            _free[key] = true;
        }
    }

    /// <summary>Deletes keys older than a day. For the maintenance loop, at long intervals: it reads every key, because an index by time would cost
    /// each send more than this costs in total.</summary>
    internal async Task PruneAsync(CancellationToken cancellationToken)
    {
        // The most that are deleted in one commit, so that no sender has to wait long for it.
        const int step = 1_000;
        var before = clock.GetUtcNow() - Life;
        var after = await store.PruneAsync(before, null, step, cancellationToken);
        while (after is not null)
            after = await store.PruneAsync(before, after, step, cancellationToken);
    }

    private sealed class Turn(CreationKeys keys, CreationKey key, TaskCompletionSource done) : IDisposable
    {
        public void Dispose()
        {
            keys._running.TryRemove(key, out _);
            done.TrySetResult();
        }
    }
}
