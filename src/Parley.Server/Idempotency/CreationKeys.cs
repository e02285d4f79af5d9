using System.Collections.Concurrent;
using Parley.Server.Storage;

namespace Parley.Server.Idempotency;

/// <summary>The keys under which things are being created, and were within a day.</summary>
internal sealed class CreationKeys(IIdempotencyStore store, TimeProvider clock)
{
    /// <summary>Keys are remembered this long.</summary>
    private static readonly TimeSpan Life = TimeSpan.FromHours(24);

    private readonly ConcurrentDictionary<CreationKey, TaskCompletionSource> _running = new();

    /// <summary>Keys whose reservation could not be taken back, since the store was away: on disk they are taken, and nothing was created.</summary>
    private readonly ConcurrentDictionary<CreationKey, bool> _free = new();

    /// <summary>Waits until nobody else creates under the key: of two requests at once the second gets the first one's answer.</summary>
    /// <returns>To be disposed of when the answer is kept.</returns>
    internal async ValueTask<IDisposable> EnterAsync(CreationKey key, CancellationToken cancellationToken)
    {
        var mine = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        while (_running.GetOrAdd(key, mine) is var first && first != mine)
            await first.Task.WaitAsync(cancellationToken);
        return new Turn(this, key, mine);
    }

    internal ValueTask<KeptAnswer?> FindAsync(CreationKey key, CancellationToken cancellationToken) =>
        _free.ContainsKey(key) ? new((KeptAnswer?)null) : store.FindAsync(key, clock.GetUtcNow() - Life, cancellationToken);

    /// <summary>Takes a key before anything is created under it: whoever asks again after a crash between creation and answer finds it taken.</summary>
    /// <returns>False: somebody else has taken it meanwhile, at another server of the same store.</returns>
    /// <exception cref="StorageUnavailableException">It is not taken; nothing may be created.</exception>
    internal async ValueTask<bool> ReserveAsync(CreationKey key, long fingerprint)
    {
        var now = clock.GetUtcNow();
        var isTaken = await store.ReserveAsync(
            key, new KeptAnswer(fingerprint, CreationAnswer.Pending), now, _free.ContainsKey(key) ? now : now - Life, CancellationToken.None);
        _ = _free.TryRemove(key, out _);
        return isTaken;
    }

    internal ValueTask KeepAsync(CreationKey key, KeptAnswer answer) => store.KeepAsync(key, answer, clock.GetUtcNow(), CancellationToken.None);

    /// <summary>Gives a reserved key back: nothing was created under it.</summary>
    internal async ValueTask FreeAsync(CreationKey key)
    {
        try
        {
            // As one that was used long ago.
            await store.KeepAsync(key, new KeptAnswer(0, CreationAnswer.Pending), DateTimeOffset.UnixEpoch, CancellationToken.None);
        }
        catch (StorageUnavailableException)
        {
            _free[key] = true;
        }
    }

    /// <summary>Forgets what is older than a day; for the maintenance loop, once in a while: it looks at every key, since an index by
    /// time would cost every send more than this costs all together.</summary>
    internal async Task PruneAsync(CancellationToken cancellationToken)
    {
        // At most so many are deleted in one commit, so that no sender waits long behind it.
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
