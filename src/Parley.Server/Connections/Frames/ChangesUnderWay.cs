namespace Parley.Server.Connections.Frames;

/// <summary>What one connection asks of things, made together so that it shares commits. What is to keep its order begins when the one before it is in the
/// store's queue; what is about one thing begins when the one before it about that thing is done.</summary>
/// <remarks>Begun by the one who reads the connection, and by nobody else; ended by anyone.</remarks>
internal sealed class ChangesUnderWay
{
    /// <summary>As many as share a commit well. A flood waits in the socket and not in memory.</summary>
    internal const int Most = 256;

    private const int MostBytes = 1024 * 1024;

    private readonly Queue<(Task Answer, int Bytes)> _answers = new();
    private readonly Dictionary<string, ChangeTurn> _ofThings = new(StringComparer.Ordinal);
    private int _bytes;
    private ChangeTurn? _last;

    /// <summary>Completes when one more may be begun.</summary>
    internal async ValueTask RoomAsync()
    {
        while (_answers.TryPeek(out var oldest) && (oldest.Answer.IsCompleted || _answers.Count >= Most || _bytes >= MostBytes))
        {
            await oldest.Answer;
            _bytes -= _answers.Dequeue().Bytes;
        }
    }

    /// <summary>Completes when all that were begun are answered.</summary>
    internal async ValueTask NoneAsync()
    {
        while (_answers.TryPeek(out var oldest))
        {
            await oldest.Answer;
            _bytes -= _answers.Dequeue().Bytes;
        }
    }

    /// <param name="answer">It never fails.</param>
    /// <param name="bytes">That it holds until then.</param>
    internal void Add(Task answer, int bytes)
    {
        _answers.Enqueue((answer, bytes));
        _bytes += bytes;
    }

    /// <summary>Takes the turn behind all that were taken before.</summary>
    /// <param name="thing">What it is about; null: nothing that is there yet.</param>
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

/// <summary>One change's place among those of its connection. Disposed when the change is done or refused.</summary>
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

    /// <summary>Completes when it may begin.</summary>
    internal Task Ready { get; }

    internal Task Queued => _queued.Task;

    internal Task Ended => _ended?.Task ?? Task.CompletedTask;

    /// <summary>The store will make it before whatever is queued after this: the next may begin.</summary>
    internal void IsQueued() => _queued.TrySetResult();

    public void Dispose()
    {
        if (_thing is not null)
            _changes.Forget(this, _thing);
        _queued.TrySetResult();
        _ended?.TrySetResult();
    }
}
