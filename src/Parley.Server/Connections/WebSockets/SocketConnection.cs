using System.Net.WebSockets;
using Parley.Protocol;
using Parley.Server.Agents;
using Parley.Server.Connections.Frames;
using Parley.Server.Limits;
using Parley.Server.Mailboxes;
using Parley.Server.Messages;
using Parley.Server.Projects;
using Parley.Server.Security;

namespace Parley.Server.Connections.WebSockets;

/// <summary>One WebSocket of one agent: what it may have out, what it takes, and its way back.</summary>
internal sealed class SocketConnection : IMailboxConnection, ISendingConnection, IMessageTaker, IDeliveryHolder, IDisposable
{
    private readonly IDeliveryStore _store;
    private readonly SendLimits _limits;
    private readonly CancellationTokenSource _closing = new();
    private readonly CancellationTokenSource _ending = new();
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile DeliveryFilter _filter = DeliveryFilter.Everything;
    private int _window;
    private int _out;
    private int _pumping;
    private int _wakes;
    private int _loss;
    private Dictionary<string, IAsyncDisposable>? _subscriptions;
    private SemaphoreSlim? _readingAhead;

    /// <summary>News that came before the welcome.</summary>
    private List<OutFrame>? _early;
    private bool _isWelcomed;
    private readonly Lock _welcoming = new();

    internal SocketConnection(
        WebSocket socket, SocketTransport transport, ProjectState project, AgentState agent, Caller caller, ConnectionOptions options, IDeliveryStore store,
        SendLimits limits)
    {
        _store = store;
        _limits = limits;
        Socket = socket;
        Peer = transport.Peer;
        Project = project;
        Agent = agent;
        Caller = caller;
        Options = options;
        Session = Guid.NewGuid().ToString("N");
        Sender = null!;
        _window = options.Window;
        Outbound = new Outbound(
            socket, transport.Writes, options.Batch, limits, caller, () => End(CloseCodes.TryLater, "This client does not read what the server sends."), _closing.Token);
    }

    internal WebSocket Socket { get; }
    public ProjectState Project { get; }
    public AgentState Agent { get; }
    public Caller Caller { get; }
    internal ConnectionOptions Options { get; }

    /// <summary>Names this connection; a client that lost it names it when it comes back.</summary>
    internal string Session { get; }

    /// <summary>As whom it sends.</summary>
    public Sender Sender { get; set; }

    internal Outbound Outbound { get; }

    /// <summary>When it was last heard.</summary>
    internal PeerTracker Peer { get; }

    /// <summary>Why the server closes it; null: it does not, or not for anything that this connection did.</summary>
    internal (int Code, string? Reason)? Cause { get; private set; }

    /// <summary>Its client has connected again: whoever is still there is told that this connection is not the one any more.</summary>
    internal bool IsTakenOver { get; private set; }

    /// <summary>Whether the peer has closed or reset the connection beneath, which whoever reads here may not have noticed yet.</summary>
    internal Func<bool> IsPeerGone { get; set; } = static () => false;

    /// <summary>It broke, and neither side had said that it would end: what its reader was at may be why.</summary>
    internal void Lose() => Interlocked.CompareExchange(ref _loss, 1, 0);

    /// <summary>Whether it was <see cref="Lose">lost</see>; true once, so that it is counted once.</summary>
    internal bool TakeLoss() => Interlocked.CompareExchange(ref _loss, 2, 1) == 1;

    /// <summary>Completes when it has ended and what it held is given back.</summary>
    internal Task Ended => _ended.Task;

    internal void HasEnded() => _ended.TrySetResult();

    /// <summary>Called when it got a delivery that came too late for it.</summary>
    internal Action? Unwanted { get; set; }

    /// <summary>Ends this connection in favor of the one over which its client came back.</summary>
    internal void TakeOver()
    {
        IsTakenOver = true;
        Outbound.GoodbyeAtOnce(CloseCodes.TakenOver, "The client reconnected and named this session.");
        End(CloseCodes.TakenOver, null);
    }

    /// <summary>Ends it for something that it did, or did not do.</summary>
    internal void End(int code, string? reason)
    {
        Cause ??= (code, reason);
        Move();
    }

    /// <summary>Asks the peer to connect anew, here or at another node.</summary>
    internal void Move()
    {
        try
        {
            _ending.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // It has gone by itself.
        }
    }

    /// <summary>Cancelled when the server wants it to end; its goodbye can still be said.</summary>
    public CancellationToken Ending => _ending.Token;

    /// <summary>Cancelled when the connection ends for any reason.</summary>
    public CancellationToken Closing => _closing.Token;

    public Task Answering { get; set; } = Task.CompletedTask;

    public AnswersUnderWay Answers { get; } = new();

    /// <summary>False for an observer, who only holds feeds.</summary>
    public bool Takes => Options.Takes;

    internal int Window => _window;

    public TimeSpan LeaseTime => Options.Lease;

    public void SetWindow(int window)
    {
        Volatile.Write(ref _window, window);
        TakesAnew?.Invoke();
        Wake();
    }

    public void SetFilter(DeliveryFilter filter)
    {
        _filter = filter;
        TakesAnew?.Invoke();
        Wake();
    }

    /// <summary>Called when it takes other messages than before.</summary>
    internal Action? TakesAnew { get; set; }

    public bool TakesEverything => IsOpen && _filter.IsEverything;

    bool IMessageTaker.Takes(string type, Priority priority, int sender) => IsOpen && _filter.Takes(type, priority, sender);

    /// <summary>Whether it takes anything at all: it lasts, its token is in force, and its client did not close the window.</summary>
    private bool IsOpen => !IsOver && Volatile.Read(ref _window) > 0;

    /// <summary>Nothing more is given to it. A token that has ended counts at once, before the connection has heard of it.</summary>
    internal bool IsOver => IsTakenOver || _closing.IsCancellationRequested || Caller.Ended.IsCancellationRequested;

    internal bool TryReserve(in DeliveryOffer offer)
    {
        if (IsOver || !_filter.Takes(offer.Type, offer.Priority, offer.Sender))
            return false;
        // It has not read what it has: what else there is waits in the mailbox and not in memory.
        if (!Outbound.IsLow)
            return false;
        if (Interlocked.Increment(ref _out) <= Volatile.Read(ref _window))
            return true;
        Interlocked.Decrement(ref _out);
        return false;
    }

    public void Add(OutFrame frame) => Outbound.Add(frame);

    /// <summary>Its first frame.</summary>
    internal void Welcome(OutFrame welcome)
    {
        lock (_welcoming)
        {
            Outbound.Add(welcome);
            _early?.ForEach(Outbound.Add);
            (_early, _isWelcomed) = (null, true);
        }
    }

    /// <summary>Tells it of others: at once, or after its welcome.</summary>
    internal void Tell(OutFrame news)
    {
        lock (_welcoming)
        {
            if (!_isWelcomed)
                (_early ??= []).Add(news);
            else
                Outbound.Add(news);
        }
    }

    public ValueTask LowAsync(CancellationToken cancellationToken) => Outbound.LowAsync(cancellationToken);

    public void Deliver(in ClaimedDelivery delivery)
    {
        // What was reserved or claimed before the end is on disk only now.
        if (IsOver)
            Unwanted?.Invoke();
        else
            Outbound.Add(new DeliveryFrame(this, delivery));
    }

    // A claim may have found no room because of it.
    public void Cancel() => Released();

    public void Released()
    {
        Interlocked.Decrement(ref _out);
        // Half a window at a time: a claim for each acknowledgement would be one transaction each.
        if (Volatile.Read(ref _wakes) != 0 && Volatile.Read(ref _out) <= Volatile.Read(ref _window) / 2)
            Pump();
    }

    /// <summary>There is, or may be, work in the mailbox.</summary>
    internal void Wake()
    {
        Interlocked.Exchange(ref _wakes, 1);
        Pump();
    }

    /// <summary>A message waits in the mailbox. One that the filter does not take is no work for it; a filter that is set looks for itself.</summary>
    internal void Wake(in DeliveryOffer arrived)
    {
        if (_filter.Takes(arrived.Type, arrived.Priority, arrived.Sender))
            Wake();
    }

    /// <summary>Acknowledges what was written, where the client asked for that.</summary>
    internal void DeliveryWritten(in ClaimedDelivery delivery)
    {
        if (Options.AutoAck)
            _ = _store.SettleAsync([new Settle(SettleVerb.Ack, Project.Number, Agent.Number, delivery.Seq, delivery.Delivery, delivery.Lease)], isDeferred: true);
    }

    /// <summary>No more deliveries; what is out is given back by whoever closes.</summary>
    internal void Close()
    {
        if (!_closing.IsCancellationRequested)
        {
            _ending.Cancel();
            _closing.Cancel();
        }

        Outbound.Close();
    }

    /// <summary>Keeps a feed open until it is dropped or the connection ends.</summary>
    /// <returns>False when the connection has ended meanwhile.</returns>
    internal bool Keep(string subscription, IAsyncDisposable feed)
    {
        lock (_closing)
        {
            if (_closing.IsCancellationRequested)
                return false;
            (_subscriptions ??= new(StringComparer.Ordinal)).Add(subscription, feed);
            return true;
        }
    }

    /// <summary>Held by the one subscription that reads the log ahead of what the socket takes: a page for each of many would be much memory.</summary>
    internal SemaphoreSlim ReadingAhead
    {
        get
        {
            lock (_closing)
                return _readingAhead ??= new SemaphoreSlim(1, 1);
        }
    }

    internal IAsyncDisposable? Drop(string subscription)
    {
        lock (_closing)
            return _subscriptions is not null && _subscriptions.Remove(subscription, out var feed) ? feed : null;
    }

    internal int SubscriptionCount
    {
        get
        {
            lock (_closing)
                return _subscriptions?.Count ?? 0;
        }
    }

    internal IReadOnlyList<IAsyncDisposable> TakeSubscriptions()
    {
        lock (_closing)
        {
            IReadOnlyList<IAsyncDisposable> taken = _subscriptions is null ? [] : [.. _subscriptions.Values];
            _subscriptions = null;
            return taken;
        }
    }

    public void Dispose()
    {
        _ending.Dispose();
        _closing.Dispose();
    }

    private void Pump()
    {
        if (Interlocked.CompareExchange(ref _pumping, 1, 0) == 0)
            _ = PumpAsync();
    }

    /// <summary>Claims a backlog as far as the window allows.</summary>
    private async Task PumpAsync()
    {
        try
        {
            do
            {
                // Forgotten before the look: a message that comes after it wakes again.
                Volatile.Write(ref _wakes, 0);
                if (await ClaimAsync())
                    Volatile.Write(ref _wakes, 1);
                // A full fence: the look at the wakes below may not come before this.
                Interlocked.Exchange(ref _pumping, 0);
            }
            while (Volatile.Read(ref _wakes) != 0 && HasRoom() && Interlocked.CompareExchange(ref _pumping, 1, 0) == 0);
        }
        catch (Exception)
        {
            // The rescuer wakes whoever has a backlog now and then: the store may be back by then. A bug, which the store has logged, may
            // not keep the connection from all that comes later either.
            Volatile.Write(ref _wakes, 1);
            Interlocked.Exchange(ref _pumping, 0);
        }
    }

    private bool HasRoom() => !IsOver && Volatile.Read(ref _out) < Volatile.Read(ref _window);

    /// <returns>True when there may be more.</returns>
    private async Task<bool> ClaimAsync()
    {
        if (!Outbound.IsLow)
            await Outbound.LowAsync(Closing);
        var room = Volatile.Read(ref _window) - Volatile.Read(ref _out);
        if (room <= 0 || IsOver || Agent.Record.Paused)
            return room <= 0;
        Interlocked.Add(ref _out, room);
        IReadOnlyList<ClaimedDelivery> claimed = [];
        try
        {
            claimed = await _store.ClaimAsync(new ClaimOrder(Project.Number, Agent.Number, room, LeaseTime, _filter, this) { Bytes = _limits.OfConnection });
        }
        finally
        {
            Interlocked.Add(ref _out, claimed.Count - room);
        }

        // Fewer than it had room for may be all that fit into the bytes.
        return claimed.Count == room || (claimed.Count > 0 && !Outbound.IsLow);
    }
}

/// <summary>What a client asked for when it connected.</summary>
internal sealed record ConnectionOptions
{
    internal int Window { get; init; } = DeliveryWindow.Default;
    internal bool AutoAck { get; init; }
    internal TimeSpan Lease { get; init; } = TimeSpan.FromSeconds(300);

    /// <summary>Whether others' coming and going is told unasked.</summary>
    internal bool NotifyAll { get; init; }

    /// <summary>Whether the client reads arrays of frames.</summary>
    internal bool Batch { get; init; }

    public bool Takes { get; init; } = true;
}
