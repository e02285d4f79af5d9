namespace Parley.Server.Limits;

/// <summary>Bodies and messages being received: tracks their memory, and that each keeps arriving.</summary>
/// <remarks>The rate is measured over the last ten seconds: an average since the start would tolerate a client that sends a megabyte at once and then
/// nothing.</remarks>
/// <param name="floor">Bytes per second; 0 for no minimum.</param>
internal sealed class Receiving : IDisposable
{
    /// <summary>Two of these windows are evaluated together.</summary>
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(5);

    private readonly ByteBudget _budget;
    private readonly double _floor;
    private readonly TimeProvider _clock;
    private readonly Lock _gate = new();
    private readonly HashSet<Reception> _open = [];
    private readonly ITimer _timer;

    internal Receiving(ByteBudget budget, double floor, TimeProvider clock)
    {
        (_budget, _floor, _clock) = (budget, floor, clock);
        _timer = clock.CreateTimer(static state => ((Receiving)state!).Look(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>How many are being received.</summary>
    internal int Count
    {
        get
        {
            lock (_gate)
                return _open.Count;
        }
    }

    /// <param name="end">Wakes the code that waits for more, which then finds <see cref="Reception.Fault"/>.</param>
    internal Reception Begin(object owner, Action end)
    {
        var reception = new Reception(this, _budget, owner, end, _clock.GetTimestamp());
        if (_floor <= 0)
            return reception;
        lock (_gate)
        {
            _open.Add(reception);
            if (_open.Count == 1)
                _timer.Change(Window, Timeout.InfiniteTimeSpan);
        }

        return reception;
    }

    internal void Forget(Reception reception)
    {
        lock (_gate)
            _open.Remove(reception);
    }

    public void Dispose() => _timer.Dispose();

    private void Look()
    {
        Reception[] slow;
        lock (_gate)
        {
            var now = _clock.GetTimestamp();
            slow = [.. _open.Where(reception => _clock.GetElapsedTime(reception.SteppedAt, now) >= Window && reception.Step(now) < _floor * 2 * Window.TotalSeconds)];
            foreach (var reception in slow)
                _open.Remove(reception);
            // Checked once a second; nothing runs while nothing is being received.
            if (_open.Count > 0)
                _timer.Change(TimeSpan.FromSeconds(1), Timeout.InfiniteTimeSpan);
        }

        foreach (var reception in slow)
            reception.Fail(ReceptionFault.TooSlow);
    }
}

/// <summary>One body or message being received.</summary>
internal sealed class Reception : IDisposable
{
    private readonly Receiving _receiving;
    private readonly ByteShare _share;
    private readonly Action _end;
    private long _bytes;
    private long _atPrevious = -1;
    private long _atThis;
    private int _fault;

    internal Reception(Receiving receiving, ByteBudget budget, object owner, Action end, long now)
    {
        (_receiving, _end, SteppedAt) = (receiving, end, now);
        _share = budget.Open(owner, () => Fail(ReceptionFault.NoRoom));
    }

    /// <summary>Why it is no longer accepted.</summary>
    internal ReceptionFault Fault => (ReceptionFault)Volatile.Read(ref _fault);

    /// <summary>When the current window began.</summary>
    internal long SteppedAt { get; private set; }

    /// <summary>How many of its bytes are in memory.</summary>
    /// <returns>Why it is refused; <see cref="ReceptionFault.None"/> to continue.</returns>
    internal ReceptionFault Reach(long bytes)
    {
        Volatile.Write(ref _bytes, bytes);
        if (Fault == ReceptionFault.None && _share.TryHold(bytes) is var room and not ByteRoom.Given)
            Interlocked.CompareExchange(ref _fault, (int)(room == ByteRoom.OwnerFull ? ReceptionFault.OwnerFull : ReceptionFault.NoRoom), 0);
        return Fault;
    }

    /// <summary>It is complete, and stays in memory until it is disposed.</summary>
    internal void Complete()
    {
        _share.IsKept = true;
        _receiving.Forget(this);
    }

    /// <summary>Begins another window.</summary>
    /// <returns>The bytes of the last two windows; large until there have been two.</returns>
    internal long Step(long now)
    {
        var bytes = Volatile.Read(ref _bytes);
        var inBoth = _atPrevious < 0 ? long.MaxValue : bytes - _atPrevious;
        (_atPrevious, _atThis, SteppedAt) = (_atThis, bytes, now);
        return inBoth;
    }

    internal void Fail(ReceptionFault fault)
    {
        if (Interlocked.CompareExchange(ref _fault, (int)fault, 0) == 0)
            _end();
    }

    public void Dispose()
    {
        _receiving.Forget(this);
        _share.Dispose();
    }
}

/// <summary>Why a body or message is no longer accepted.</summary>
internal enum ReceptionFault
{
    None,

    /// <summary>It was slower than the minimum rate for ten seconds.</summary>
    TooSlow,

    /// <summary>Its sender has too much in flight.</summary>
    OwnerFull,

    /// <summary>All senders together have too much in flight, and this one was the slowest or the last.</summary>
    NoRoom,
}
