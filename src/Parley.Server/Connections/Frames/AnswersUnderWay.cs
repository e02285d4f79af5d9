namespace Parley.Server.Connections.Frames;

/// <summary>Counts the answers of one connection that wait for the store, so that a connection which is to close can send them first.</summary>
/// <remarks>Counting is two interlocked steps an answer. Only whoever waits makes an object.</remarks>
internal sealed class AnswersUnderWay
{
    /// <summary>How long a closing connection waits for them: far longer than a disk takes, far shorter than a store can be away.</summary>
    internal static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private int _count;
    private TaskCompletionSource? _none;

    internal void Begin() => Interlocked.Increment(ref _count);

    internal void End()
    {
        if (Interlocked.Decrement(ref _count) == 0)
            Volatile.Read(ref _none)?.TrySetResult();
    }

    /// <summary>Waits, within <see cref="Patience"/>, until none is under way. For the one that begins them, once it begins no more.</summary>
    /// <param name="last">Another answer that is being made.</param>
    /// <param name="giveUp">Cancelled when nobody needs the answers any more.</param>
    internal async Task NoneAsync(Task last, TimeProvider clock, CancellationToken giveUp)
    {
        var none = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        // A full fence: either the count is seen here as it is, or whoever counts down sees this.
        Interlocked.Exchange(ref _none, none);
        if (Volatile.Read(ref _count) == 0)
            none.TrySetResult();
        try
        {
            await Task.WhenAll(none.Task, last).WaitAsync(Patience, clock, giveUp);
        }
        catch (Exception fault) when (fault is TimeoutException or OperationCanceledException)
        {
            // The store is away, or the connection ends for another reason: it closes without them.
        }
    }
}
