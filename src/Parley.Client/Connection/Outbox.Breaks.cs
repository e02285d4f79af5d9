namespace Parley.Client;

/// <summary>What becomes of the unanswered when a connection breaks, stands again, or is over.</summary>
internal sealed partial class Outbox
{
    private const int NoSession = -1;

    private readonly HashSet<string> _dealtWith = [];
    private List<PendingSend> _sendsAgain = [];
    private List<ReceivedMessage> _acksAgain = [];
    private List<Operation> _operationsAgain = [];

    /// <summary>The connection broke. What was unanswered waits for the next one, before what has not been sent yet.</summary>
    /// <param name="lost">What to tell of what cannot be sent again.</param>
    /// <param name="refused">Set when the server broke off because of what was sent: then the unanswered fails with it, or it would break the
    /// next connection too.</param>
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

            // Their leases went with the connection, so they are given out once more; but they are dealt with.
            _dealtWith.Clear();
            foreach (var message in _acks)
                _dealtWith.Add(message.Message.MessageId);
        }
    }

    public void PutBack(ReadOnlySpan<PendingSend> sends) => _sendsAgain.AddRange(sends);

    public void PutBack(ReadOnlySpan<ReceivedMessage> acks) => _acksAgain.AddRange(acks);

    public void PutBack(Operation operation) => _operationsAgain.Add(operation);

    /// <summary>The next connection stands. Acknowledgments of what earlier ones brought go without their leases from now on.</summary>
    /// <param name="first">What has to be asked before anything else.</param>
    public void Resume(int session, IReadOnlyList<Operation> first)
    {
        // Asked for once: a second subscription would begin at the place that it was asked with, and repeat what the first one brought.
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

    /// <summary>Whether this came again although it is dealt with: its acknowledgment was lost with a connection.</summary>
    public bool IsDealtWith(string messageId)
    {
        // Read without the lock first: the set is empty but for the moments after a reconnect.
        if (_dealtWith.Count == 0)
            return false;
        lock (_gate)
            return _dealtWith.Contains(messageId);
    }

    /// <summary>The end: everything that waits fails with the reason, and so does what comes later.</summary>
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
