namespace Parley.Server.Connections.Frames;

/// <summary>The changes to entities that one connection has requested and that run at the same time, so that they share commits. A change that must
/// keep its order starts when the previous one is in the store's queue. A change to an entity starts when the previous change to the same entity is
/// done.</summary>
/// <remarks>Only the connection's reader starts changes. They may end on any thread.</remarks>
internal sealed class ChangesUnderWay
{
    /// <summary>Enough to share commits well. A flood of changes waits in the socket, not in memory.</summary>
    internal const int Most = 256;

    private const int MostBytes = 1024 * 1024;

    private readonly Queue<(Task Answer, int Bytes)> _answers = new();
    private readonly Dictionary<string, ChangeTurn> _ofThings = new(StringComparer.Ordinal);
    private int _bytes;
    private ChangeTurn? _last;

    /// <summary>Completes when another change may start.</summary>
    internal async ValueTask RoomAsync()
    {
        while (_answers.TryPeek(out var oldest) && (oldest.Answer.IsCompleted || _answers.Count >= Most || _bytes >= MostBytes))
        {
            await oldest.Answer;
            _bytes -= _answers.Dequeue().Bytes;
        }
    }

    /// <summary>Completes when all changes that were started are answered.</summary>
    internal async ValueTask NoneAsync()
    {
        while (_answers.TryPeek(out var oldest))
        {
            await oldest.Answer;
            _bytes -= _answers.Dequeue().Bytes;
        }
    }

    /// <param name="answer">Must never fail.</param>
    /// <param name="bytes">How many bytes it holds until then.</param>
    internal void Add(Task answer, int bytes)
    {
        _answers.Enqueue((answer, bytes));
        _bytes += bytes;
    }

    /// <summary>Takes the next turn, after all earlier ones.</summary>
    /// <param name="thing">The entity that it changes; null if that does not exist yet.</param>
    internal ChangeTurn Begin(string? thing)
    {
        lock (_ofThings)
        {
            var same = thing is null ? null : _ofThings.GetValueOrDefault(thing);
            var turn = new ChangeTurn(this, thing, _last?.Queued ?? Task.CompletedTask, same?.Ended ?? Task.CompletedTask);
            if (thing is not null)
                _ofThings[thing] = turn;
            return _last = turn;
        }
    }

    internal void Forget(ChangeTurn turn, string thing)
    {
        lock (_ofThings)
        {
            if (ReferenceEquals(_ofThings.GetValueOrDefault(thing), turn))
                _ofThings.Remove(thing);
        }
    }
}

/// <summary>A change's turn among those of its connection. Dispose it when the change is done or refused.</summary>
internal sealed class ChangeTurn : IDisposable
{
    private readonly ChangesUnderWay _changes;
    private readonly string? _thing;
    private readonly TaskCompletionSource _queued = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource? _ended;

    internal ChangeTurn(ChangesUnderWay changes, string? thing, Task before, Task same)
    {
        (_changes, _thing) = (changes, thing);
        _ended = thing is null ? null : new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Ready = before.IsCompleted ? same : same.IsCompleted ? before : Task.WhenAll(before, same);
    }

    /// <summary>Completes when the change may start.</summary>
    internal Task Ready { get; }

    internal Task Queued => _queued.Task;

    internal Task Ended => _ended?.Task ?? Task.CompletedTask;

    /// <summary>The store will apply this change before anything that is queued later, so the next one may start.</summary>
    internal void IsQueued() => _queued.TrySetResult();

    public void Dispose()
    {
        if (_thing is not null)
            _changes.Forget(this, _thing);
        _queued.TrySetResult();
        _ended?.TrySetResult();
    }
}
