using Parley.Server.Mailboxes;

namespace Parley.Server.Tests.Harness;

/// <summary>Stands for the connections of a server: a test decides which agent has one and how much it takes.</summary>
internal sealed class TestHandover : IHandover
{
    private readonly Lock _gate = new();
    private readonly Dictionary<int, TestHolder> _holders = [];
    private readonly List<int> _woken = [];
    private readonly List<ReceiptNote> _receipts = [];

    /// <summary>Mailboxes that were said to have work, in order, since the last look.</summary>
    internal IReadOnlyList<int> TakeWoken()
    {
        lock (_gate)
        {
            int[] woken = [.. _woken];
            _woken.Clear();
            return woken;
        }
    }

    internal IReadOnlyList<ReceiptNote> Receipts
    {
        get
        {
            lock (_gate)
                return [.. _receipts];
        }
    }

    /// <summary>An agent's connection with room for so many deliveries.</summary>
    internal TestHolder Connect(int agent, int room)
    {
        lock (_gate)
            return _holders[agent] = new TestHolder(room);
    }

    internal void Disconnect(int agent)
    {
        lock (_gate)
            _holders.Remove(agent);
    }

    internal void DisconnectAll()
    {
        lock (_gate)
            _holders.Clear();
    }

    public void Hear(in ReceiptNote receipt) => Publish(receipt);

    public void Gather()
    {
    }

    public void Flush(bool here)
    {
    }

    public IDeliveryHolder? TryAnswer(int agent, long replyTo) => null;

    public bool IsAwaited(int agent, long replyTo) => false;

    public IDeliveryHolder? TryReserve(int agent, in DeliveryOffer offer)
    {
        lock (_gate)
            return _holders.TryGetValue(agent, out var holder) && holder.TryReserve() ? holder : null;
    }

    public void Wake(int agent)
    {
        lock (_gate)
            _woken.Add(agent);
    }

    public void Wake(int agent, in DeliveryOffer arrived)
    {
        lock (_gate)
        {
            if (!_woken.Contains(agent))
                _woken.Add(agent);
        }
    }

    public bool IsExpectant => false;

    public void Hear(Server.Log.LogEntry entry)
    {
    }

    public bool WantsReceipts(int project) => true;

    public void Publish(in ReceiptNote receipt)
    {
        lock (_gate)
            _receipts.Add(receipt);
    }
}

/// <summary>A connection that takes deliveries up to its room and keeps account of what the store tells it.</summary>
internal sealed class TestHolder(int room) : IDeliveryHolder
{
    private readonly Lock _gate = new();
    private readonly List<ClaimedDelivery> _delivered = [];
    private int _out;
    private int _released;

    public TimeSpan LeaseTime { get; init; } = StoreScope.Lease;

    /// <summary>Reserved or handed over, and not yet told to be free again.</summary>
    internal int Out
    {
        get
        {
            lock (_gate)
                return _out;
        }
    }

    /// <summary>How often it was told that a delivery it had is no longer its own.</summary>
    internal int ReleasedCount
    {
        get
        {
            lock (_gate)
                return _released;
        }
    }

    internal IReadOnlyList<ClaimedDelivery> Delivered
    {
        get
        {
            lock (_gate)
                return [.. _delivered];
        }
    }

    /// <summary>How many more it takes.</summary>
    internal int Room => room - Out;

    /// <summary>It has claimed so many by itself.</summary>
    internal void Took(int count)
    {
        lock (_gate)
            _out += count;
    }

    internal bool TryReserve()
    {
        lock (_gate)
        {
            if (_out >= room)
                return false;
            _out++;
            return true;
        }
    }

    public void Deliver(in ClaimedDelivery delivery)
    {
        lock (_gate)
            _delivered.Add(delivery);
    }

    public void Cancel()
    {
        lock (_gate)
            _out--;
    }

    public void Released()
    {
        lock (_gate)
        {
            _out--;
            _released++;
        }
    }
}
