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

/// <summary>One WebSocket of one agent: its window, its filter, and its outgoing frames.</summary>
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

    /// <summary>Notifications that arrived before the welcome.</summary>
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

    /// <summary>The session of this connection; a client that lost it names it when it reconnects.</summary>
    internal string Session { get; }

    /// <summary>The agent that it sends as.</summary>
    public Sender Sender { get; set; }

    internal Outbound Outbound { get; }

    /// <summary>When the peer last sent something.</summary>
    internal PeerTracker Peer { get; }

    /// <summary>Why the server closes it; null if it does not, or not because of the client.</summary>
    internal (int Code, string? Reason)? Cause { get; private set; }

    /// <summary>Its client has reconnected: tells any peer that is still here that this connection was replaced.</summary>
    internal bool IsTakenOver { get; private set; }

    /// <summary>Whether the peer has closed or reset the TCP connection, which the reader may not have noticed yet.</summary>
    internal Func<bool> IsPeerGone { get; set; } = static () => false;

    /// <summary>It broke without a close frame from either side, so the message that its reader was working on may be the cause.</summary>
    internal void Lose() => Interlocked.CompareExchange(ref _loss, 1, 0);

    /// <summary>Whether it was <see cref="Lose">lost</see>; true once, so that it is counted once.</summary>
    internal bool TakeLoss() => Interlocked.CompareExchange(ref _loss, 2, 1) == 1;

    /// <summary>Completes when it has ended and what it held is requeued.</summary>
    internal Task Ended => _ended.Task;

    internal void HasEnded() => _ended.TrySetResult();

    /// <summary>Called when it got a delivery after it had ended.</summary>
    internal Action? Unwanted { get; set; }

    /// <summary>Ends this connection because its client has reconnected.</summary>
    internal void TakeOver()
    {
        IsTakenOver = true;
        Outbound.GoodbyeAtOnce(CloseCodes.TakenOver, "The client reconnected and named this session.");
        End(CloseCodes.TakenOver, null);
    }

    /// <summary>Ends it because of something that the client did or did not do.</summary>
    internal void End(int code, string? reason)
    {
        Cause ??= (code, reason);
        Move();
    }

    /// <summary>Asks the peer to reconnect, here or to another node.</summary>
    internal void Move()
    {
        try
        {
            _ending.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // It has already ended by itself.
        }
    }

    /// <summary>Cancelled when the server wants it to end; a close frame can still be sent.</summary>
    public CancellationToken Ending => _ending.Token;

    /// <summary>Cancelled when the connection ends for any reason.</summary>
    public CancellationToken Closing => _closing.Token;

    public Task Answering { get; set; } = Task.CompletedTask;

    public ChangesUnderWay Changes { get; } = new();

    public AnswersUnderWay Answers { get; } = new();

    /// <summary>False for an observer, which only follows feeds.</summary>
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

    /// <summary>Called when its filter changes.</summary>
    internal Action? TakesAnew { get; set; }

    public bool TakesEverything => IsOpen && _filter.IsEverything;

    bool IMessageTaker.Takes(string type, Priority priority, int sender) => IsOpen && _filter.Takes(type, priority, sender);

    /// <summary>Whether it takes messages at all: it is open, its token is valid, and its window is not 0.</summary>
    private bool IsOpen => !IsOver && Volatile.Read(ref _window) > 0;

    /// <summary>It gets no more deliveries. An ended token counts at once, even before the connection knows about it.</summary>
    internal bool IsOver => IsTakenOver || _closing.IsCancellationRequested || Caller.Ended.IsCancellationRequested;

    internal bool TryReserve(in DeliveryOffer offer)
    {
        if (IsOver || !_filter.Takes(offer.Type, offer.Priority, offer.Sender))
            return false;
        // It has not read what it has, so further messages wait in the mailbox, not in memory.
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

    /// <summary>Notifies it about others, at once or after its welcome.</summary>
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
        // Deliveries reserved or claimed before the end are on disk only now.
        if (IsOver)
            Unwanted?.Invoke();
        else
            Outbound.Add(new DeliveryFrame(this, delivery));
    }

    // A claim may have found no room because of this.
    public void Cancel() => Released();

    public void Released()
    {
        Interlocked.Decrement(ref _out);
        // Claims half a window at a time: a claim per acknowledgment would be one transaction each.
        if (Volatile.Read(ref _wakes) != 0 && Volatile.Read(ref _out) <= Volatile.Read(ref _window) / 2)
            Pump();
    }

    /// <summary>There may be work in the mailbox.</summary>
    internal void Wake()
    {
        Interlocked.Exchange(ref _wakes, 1);
        Pump();
    }

    /// <summary>A message is waiting in the mailbox. One that the filter excludes is ignored; setting a filter triggers its own check.</summary>
    internal void Wake(in DeliveryOffer arrived)
    {
        if (_filter.Takes(arrived.Type, arrived.Priority, arrived.Sender))
            Wake();
    }

    /// <summary>Acknowledges what was written, if the client asked for automatic acknowledgment.</summary>
    internal void DeliveryWritten(in ClaimedDelivery delivery)
    {
        if (Options.AutoAck)
            _ = _store.SettleAsync([new Settle(SettleVerb.Ack, Project.Number, Agent.Number, delivery.Seq, delivery.Delivery, delivery.Lease)], isDeferred: true);
    }

    /// <summary>No more deliveries; the code that closes it requeues what is out.</summary>
    internal void Close()
    {
        if (!_closing.IsCancellationRequested)
        {
            _ending.Cancel();
            _closing.Cancel();
        }

        Outbound.Close();
    }

    /// <summary>Keeps a feed open until it is unsubscribed or the connection ends.</summary>
    /// <returns>False if the connection has ended in the meantime.</returns>
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

    /// <summary>Held by the one subscription that may read ahead: a page for each of many would take a lot of memory.</summary>
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

    /// <summary>Claims waiting messages, as far as the window allows.</summary>
    private async Task PumpAsync()
    {
        try
        {
            do
            {
                // Reset before checking, so that a later message wakes it again.
                Volatile.Write(ref _wakes, 0);
                if (await ClaimAsync())
                    Volatile.Write(ref _wakes, 1);
                // A full fence: the check of the wakes below must not be reordered before this.
                Interlocked.Exchange(ref _pumping, 0);
            }
            while (Volatile.Read(ref _wakes) != 0 && HasRoom() && Interlocked.CompareExchange(ref _pumping, 1, 0) == 0);
        }
        catch (Exception)
        {
            // The rescuer periodically wakes connections with a backlog, so this is retried when the store is back. A bug, which the store has
            // logged, must not stop later deliveries either.
            Volatile.Write(ref _wakes, 1);
            Interlocked.Exchange(ref _pumping, 0);
        }
    }

    private bool HasRoom() => !IsOver && Volatile.Read(ref _out) < Volatile.Read(ref _window);

    /// <returns>True if there may be more.</returns>
    private async Task<bool> ClaimAsync()
    {
        if (!Outbound.IsLow)
            await Outbound.LowAsync(Closing);
        var room = Volatile.Read(ref _window) - Volatile.Read(ref _out);
        if (room <= 0 || IsOver || Agent.IsPaused(Project))
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

        // Fewer than it had room for may be all that fit into the byte limit.
        return claimed.Count == room || (claimed.Count > 0 && !Outbound.IsLow);
    }
}

/// <summary>The query of a connecting client.</summary>
internal sealed record ConnectionOptions
{
    internal int Window { get; init; } = DeliveryWindow.Default;
    internal bool AutoAck { get; init; }
    internal TimeSpan Lease { get; init; } = TimeSpan.FromSeconds(300);

    /// <summary>Whether it is notified when agents come online or go offline.</summary>
    internal bool NotifyAll { get; init; }

    /// <summary>Whether the client reads arrays of frames.</summary>
    internal bool Batch { get; init; }

    public bool Takes { get; init; } = true;
}
