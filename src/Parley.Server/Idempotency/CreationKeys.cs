using System.Collections.Concurrent;

namespace Parley.Server.Idempotency;

/// <summary>The keys under which things are being created, and were within a day.</summary>
internal sealed class CreationKeys(IIdempotencyStore store, TimeProvider clock)
{
    /// <summary>Keys are remembered this long.</summary>
    private static readonly TimeSpan Life = TimeSpan.FromHours(24);

    private readonly ConcurrentDictionary<CreationKey, TaskCompletionSource> _running = new();

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
        store.FindAsync(key, clock.GetUtcNow() - Life, cancellationToken);

    internal ValueTask KeepAsync(CreationKey key, KeptAnswer answer) => store.KeepAsync(key, answer, clock.GetUtcNow(), CancellationToken.None);

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
