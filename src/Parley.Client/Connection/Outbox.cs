using System.Runtime.InteropServices;
using System.Text.Json;
using Parley.Protocol;

namespace Parley.Client;

/// <summary>What is waiting to be sent, and what is waiting for an answer. It outlives connections: what was unanswered on a broken connection is
/// sent again on the next one, sends with the same keys.</summary>
/// <remarks>There is no timer. The writer starts with the first thing to send, and whatever is added while it writes shares the next frame.</remarks>
internal sealed partial class Outbox(int maxUnconfirmed, IdempotencyKeys keys, TimeProvider time)
{
    private const int MostItems = 256;
    private const int MostBytes = 64 * 1024;

    /// <summary>How long to wait before an acknowledgment that the server could not store is sent again.</summary>
    private static readonly TimeSpan AckPause = TimeSpan.FromMilliseconds(500);

    private readonly Lock _gate = new();
    private readonly Dictionary<long, Exchange> _unanswered = [];
    private readonly Queue<TaskCompletionSource> _waitingForRoom = [];
    private readonly List<Exchange> _taken = [];
    private readonly List<PendingSend> _batch = [];
    private Queue<PendingSend> _sends = [];
    private List<ReceivedMessage> _acks = [];
    private Queue<Operation> _operations = [];
    private long _lastId;
    private int _sending;
    private int _session;
    private ParleyException? _closed;

    /// <summary>Set when there is something to send.</summary>
    public Signal Ready { get; } = new();

    /// <summary>Called when an acknowledgment that nobody waits for was refused.</summary>
    public Action<ReceivedMessage, Problem>? AckRefused { get; set; }

    public void Send(PendingSend send)
    {
        lock (_gate)
        {
            ThrowIfClosed();
            _sends.Enqueue(send);
        }

        Ready.Set();
    }

    /// <summary>Waits, in the order of the calls, until there is room for another unconfirmed send.</summary>
    public Task RoomAsync()
    {
        lock (_gate)
        {
            if (_sends.Count + _sending < maxUnconfirmed || _closed is not null)
                return Task.CompletedTask;
            var turn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _waitingForRoom.Enqueue(turn);
            return turn.Task;
        }
    }

    public void Ack(ReceivedMessage message)
    {
        lock (_gate)
        {
            ThrowIfClosed();
            if (message.Session != _session)
                _dealtWith.Add(message.Message.MessageId);
            _acks.Add(message);
        }

        Ready.Set();
    }

    public void Ask(Operation operation)
    {
        lock (_gate)
        {
            ThrowIfClosed();
            _operations.Enqueue(operation);
        }

        Ready.Set();
    }

    /// <summary>Like <see cref="Ask"/>, for what no longer matters once the connection is closed.</summary>
    public void TryAsk(Operation operation)
    {
        lock (_gate)
        {
            if (_closed is null)
                _operations.Enqueue(operation);
        }

        Ready.Set();
    }

    /// <summary>Writes what is ready as one WebSocket message: a frame, or an array of frames. False if nothing is ready.</summary>
    public bool Fill(Utf8JsonWriter writer)
    {
        lock (_gate)
            Take();
        if (_taken.Count == 0)
            return false;

        if (_taken.Count > 1)
            writer.WriteStartArray();
        foreach (var exchange in _taken)
            exchange.Write(writer);
        if (_taken.Count > 1)
            writer.WriteEndArray();
        writer.Flush();
        _taken.Clear();
        return true;
    }

    /// <summary>Removes and returns the exchange that an answer with this id belongs to; null if there is none, or none anymore.</summary>
    public Exchange? Answered(long id)
    {
        lock (_gate)
            return _unanswered.Remove(id, out var exchange) ? exchange : null;
    }

    /// <summary>Puts back an exchange that is waiting for another answer with the same id.</summary>
    public void NotYetDone(Exchange exchange)
    {
        lock (_gate)
            _unanswered.Add(exchange.Id, exchange);
    }

    /// <summary>Records that this many sends are no longer in flight.</summary>
    public void Settled(int count)
    {
        bool more;
        lock (_gate)
        {
            _sending -= count;
            more = _sends.Count > 0;
            for (var room = maxUnconfirmed - _sending - _sends.Count; room > 0 && _waitingForRoom.TryDequeue(out var turn); room--)
                turn.TrySetResult();
        }

        if (more)
            Ready.Set();
    }

    public void Acknowledged(ReceivedMessage message, Problem? problem)
    {
        if (problem is { Retryable: true } && _closed is null)
            _ = AckAgainAsync(message, problem);
        else
            Answer(message, problem);
    }

    /// <summary>Sends again what the server could not store, or may have stored after all. Acknowledging twice is harmless.</summary>
    private async Task AckAgainAsync(ReceivedMessage message, Problem problem)
    {
        await Task.Delay(AckPause, time);
        try
        {
            Ack(message);
        }
        catch (ParleyException)
        {
            // The connection was closed permanently in the meantime.
            Answer(message, problem);
        }
    }

    private void Answer(ReceivedMessage message, Problem? problem)
    {
        if (problem is not null && !message.IsAwaited)
            AckRefused?.Invoke(message, problem);
        message.Settled?.TrySetResult(problem);
    }

    /// <summary>Completes when everything that is waiting now has been answered.</summary>
    public Task FlushAsync()
    {
        lock (_gate)
        {
            List<Task> open = [.. _sends.Select(send => send.Task)];
            foreach (var exchange in _unanswered.Values)
            {
                if (exchange is SendExchange sends)
                    open.AddRange(sends.Sends.ToArray().Select(send => send.Task));
                else if (exchange is AckExchange acks)
                    open.Add(acks.Messages[^1].WhenSettled());
            }

            if (_acks.Count > 0)
                open.Add(_acks[^1].WhenSettled());

            // Refusals go to the callers that sent. Here, only completion matters.
            return Task.WhenAll(open).ContinueWith(
                static _ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        }
    }

    private void Take()
    {
        for (var size = 0; size < MostBytes && _operations.TryDequeue(out var operation); size += operation.Estimate)
            Begin(operation);

        if (_acks.Count > 0)
        {
            var some = Math.Min(MostItems, _acks.Count);
            Begin(new AckExchange(this, CollectionsMarshal.AsSpan(_acks)[..some].ToArray(), _session));
            _acks.RemoveRange(0, some);
        }

        var (bytes, items) = (0, 0);
        while (items < MostItems && bytes < MostBytes && _sending < maxUnconfirmed && _sends.TryDequeue(out var send))
        {
            bytes += SendJson.Estimate(send.Request);
            items++;
            _sending++;
            if (_batch.Count > 0 && (send is PendingRequest || (_batch[0].Replies is null) != (send.Replies is null)))
                EndBatch();
            if (send is PendingRequest request)
                Begin(new RequestExchange(this, keys, request));
            else
                _batch.Add(send);
        }

        EndBatch();
    }

    private void EndBatch()
    {
        if (_batch.Count == 0)
            return;
        Begin(new SendExchange(this, keys, [.. _batch]));
        _batch.Clear();
    }

    private void Begin(Exchange exchange)
    {
        exchange.Id = ++_lastId;
        _unanswered.Add(exchange.Id, exchange);
        _taken.Add(exchange);
    }

    private void ThrowIfClosed()
    {
        if (_closed is not null)
            throw new ParleyException(_closed.Problem, _closed);
    }
}
