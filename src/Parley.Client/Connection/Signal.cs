using System.Threading.Tasks.Sources;

namespace Parley.Client;

/// <summary>Wakes one waiter, without allocating each time. If it is set while nobody waits, that is remembered once.</summary>
internal sealed class Signal : IValueTaskSource
{
    private const int Idle = 0;
    private const int Raised = 1;
    private const int Waiting = 2;

    // Asynchronous: the sender keeps sending while the writer starts on another thread, so that what is sent in the meantime shares a frame.
    private ManualResetValueTaskSourceCore<bool> _core = new() { RunContinuationsAsynchronously = true };
    private int _state;

    public void Set()
    {
        while (true)
        {
            var seen = Volatile.Read(ref _state);
            if (seen == Raised)
                return;
            if (Interlocked.CompareExchange(ref _state, seen == Waiting ? Idle : Raised, seen) != seen)
                continue;
            if (seen == Waiting)
                _core.SetResult(true);
            return;
        }
    }

    public ValueTask WaitAsync()
    {
        _core.Reset();
        if (Interlocked.CompareExchange(ref _state, Waiting, Idle) == Idle)
            return new ValueTask(this, _core.Version);
        Volatile.Write(ref _state, Idle);
        return ValueTask.CompletedTask;
    }

    public void GetResult(short token) => _core.GetResult(token);

    public ValueTaskSourceStatus GetStatus(short token) => _core.GetStatus(token);

    public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _core.OnCompleted(continuation, state, token, flags);
}
