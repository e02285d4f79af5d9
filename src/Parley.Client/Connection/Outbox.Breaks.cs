namespace Parley.Client;

/// <summary>What happens to unanswered frames when a connection breaks, is up again, or ends permanently.</summary>
internal sealed partial class Outbox
{
    private const int NoSession = -1;

    private readonly HashSet<string> _dealtWith = [];
    private List<PendingSend> _sendsAgain = [];
    private List<ReceivedMessage> _acksAgain = [];
    private List<Operation> _operationsAgain = [];

    /// <summary>The connection broke. Unanswered frames wait for the next connection, ahead of what has not been sent yet.</summary>
    /// <param name="lost">The error for what cannot be sent again.</param>
    /// <param name="refused">Set if the server closed the connection because of what was sent. Unanswered frames then fail with this error, because
    /// they would break the next connection too.</param>
    public void Break(ParleyException lost, ParleyException? refused)
    {
        Exchange[] open;
        lock (_gate)
        {
            open = [.. _unanswered.Values.OrderBy(exchange => exchange.Id)];
            _unanswered.Clear();
            _taken.Clear();
            _sending = 0;
            _session = NoSession;
        }

        foreach (var exchange in open)
        {
            if (refused is not null)
                exchange.Fail(refused);
            else
                exchange.Broken(this, lost);
        }

        lock (_gate)
        {
            _sending = 0;
            (_sends, _sendsAgain) = (new Queue<PendingSend>([.. _sendsAgain, .. _sends]), []);
            (_acks, _acksAgain) = ([.. _acksAgain, .. _acks], []);
            (_operations, _operationsAgain) = (new Queue<Operation>([.. _operationsAgain, .. _operations]), []);

            // Their leases ended with the connection, so they are delivered again, but they have been handled.
            _dealtWith.Clear();
            foreach (var message in _acks)
                _dealtWith.Add(message.Message.MessageId);
        }
    }

    public void PutBack(ReadOnlySpan<PendingSend> sends) => _sendsAgain.AddRange(sends);

    public void PutBack(ReadOnlySpan<ReceivedMessage> acks) => _acksAgain.AddRange(acks);

    public void PutBack(Operation operation) => _operationsAgain.Add(operation);

    /// <summary>The next connection is up. From now on, messages from earlier connections are acknowledged without their leases.</summary>
    /// <param name="first">What must be sent before anything else.</param>
    public void Resume(int session, IReadOnlyList<Operation> first)
    {
        // Requested only once: a second subscription would start at the place that it was requested with, and repeat what the first one sent.
        var askedFor = first.OfType<SubscribeOperation>().Select(operation => operation.Subscription).ToHashSet();
        lock (_gate)
        {
            _session = session;
            _operations = new Queue<Operation>(
            [
                .. first,
                .. _operations.Where(waiting => waiting is not SubscribeOperation subscribe || !askedFor.Contains(subscribe.Subscription)),
            ]);
        }

        Ready.Set();
    }

    /// <summary>Whether this message was delivered again although it has been handled, because its acknowledgment was lost with a
    /// connection.</summary>
    public bool IsDealtWith(string messageId)
    {
        // First read without the lock: the set is empty except for the moments after a reconnect.
        if (_dealtWith.Count == 0)
            return false;
        lock (_gate)
            return _dealtWith.Contains(messageId);
    }

    /// <summary>Ends everything: whatever is waiting fails with the reason, and so does whatever comes later.</summary>
    public void Close(ParleyException reason)
    {
        Exchange[] open;
        PendingSend[] sends;
        ReceivedMessage[] acks;
        Operation[] operations;
        lock (_gate)
        {
            if (_closed is not null)
                return;
            _closed = reason;
            open = [.. _unanswered.Values];
            (sends, acks, operations) = ([.. _sends], [.. _acks], [.. _operations]);
            _unanswered.Clear();
            _sends.Clear();
            _acks.Clear();
            _operations.Clear();
            while (_waitingForRoom.TryDequeue(out var turn))
                turn.TrySetResult();
        }

        foreach (var exchange in open)
            exchange.Fail(reason);
        foreach (var send in sends)
            send.Fail(reason);
        foreach (var ack in acks)
            Acknowledged(ack, reason.Problem);
        foreach (var operation in operations)
            operation.Fail(reason);
        Ready.Set();
    }
}
