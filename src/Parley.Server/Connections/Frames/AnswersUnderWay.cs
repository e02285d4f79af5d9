namespace Parley.Server.Connections.Frames;

/// <summary>Counts the answers of one connection that are waiting for the store, so that a closing connection can send them first.</summary>
/// <remarks>Counting takes two interlocked operations per answer. Only waiting allocates an object.</remarks>
internal sealed class AnswersUnderWay
{
    /// <summary>How long a closing connection waits for them: much longer than a disk takes, much shorter than a store may be unavailable.</summary>
    internal static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private int _count;
    private TaskCompletionSource? _none;

    internal void Begin() => Interlocked.Increment(ref _count);

    internal void End()
    {
        if (Interlocked.Decrement(ref _count) == 0)
            Volatile.Read(ref _none)?.TrySetResult();
    }

    /// <summary>Waits, up to <see cref="Patience"/>, until none is pending. Called by the reader after its last frame.</summary>
    /// <param name="last">Another pending answer.</param>
    /// <param name="giveUp">Cancelled when nobody needs the answers anymore.</param>
    internal async Task NoneAsync(Task last, TimeProvider clock, CancellationToken giveUp)
    {
        var none = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        // A full fence: either this sees the current count, or the thread that decrements it sees this.
        Interlocked.Exchange(ref _none, none);
        if (Volatile.Read(ref _count) == 0)
            none.TrySetResult();
        try
        {
            await Task.WhenAll(none.Task, last).WaitAsync(Patience, clock, giveUp);
        }
        catch (Exception fault) when (fault is TimeoutException or OperationCanceledException)
        {
            // The store is unavailable, or the connection ends for another reason: it closes without the answers.
        }
    }
}
