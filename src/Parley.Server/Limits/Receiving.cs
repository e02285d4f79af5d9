namespace Parley.Server.Limits;

/// <summary>Bodies and messages that are on their way in: how much they hold in memory, and that each keeps coming.</summary>
/// <remarks>The pace is that of the last ten seconds: an average from the start would let one go who sends a megabyte at once and then nothing.</remarks>
/// <param name="floor">Bytes a second; 0: as slow as they like.</param>
internal sealed class Receiving : IDisposable
{
    /// <summary>Two of these are looked at together.</summary>
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

    /// <summary>How many are on their way.</summary>
    internal int Count
    {
        get
        {
            lock (_gate)
                return _open.Count;
        }
    }

    /// <param name="end">Wakes whoever waits for more, who then finds <see cref="Reception.Fault"/>.</param>
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
            // A second's grain: nothing runs while nobody is in the middle of sending.
            if (_open.Count > 0)
                _timer.Change(TimeSpan.FromSeconds(1), Timeout.InfiniteTimeSpan);
        }

        foreach (var reception in slow)
            reception.Fail(ReceptionFault.TooSlow);
    }
}

/// <summary>One body or message on its way in.</summary>
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

    /// <summary>Why it is not taken any further.</summary>
    internal ReceptionFault Fault => (ReceptionFault)Volatile.Read(ref _fault);

    /// <summary>When the window began that is under way.</summary>
    internal long SteppedAt { get; private set; }

    /// <summary>So many bytes of it are in memory.</summary>
    /// <returns>Why it is refused; <see cref="ReceptionFault.None"/>: it goes on.</returns>
    internal ReceptionFault Reach(long bytes)
    {
        Volatile.Write(ref _bytes, bytes);
        if (Fault == ReceptionFault.None && _share.TryHold(bytes) is var room and not ByteRoom.Given)
            Interlocked.CompareExchange(ref _fault, (int)(room == ByteRoom.OwnerFull ? ReceptionFault.OwnerFull : ReceptionFault.NoRoom), 0);
        return Fault;
    }

    /// <summary>It has come in whole, and stays in memory until it is disposed of.</summary>
    internal void Complete()
    {
        _share.IsKept = true;
        _receiving.Forget(this);
    }

    /// <summary>Begins another window.</summary>
    /// <returns>The bytes of the last two; many while there have not been two.</returns>
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

/// <summary>Why a body or message is not taken any further.</summary>
internal enum ReceptionFault
{
    None,

    /// <summary>It came slower than the floor for ten seconds.</summary>
    TooSlow,

    /// <summary>Its sender has too much under way.</summary>
    OwnerFull,

    /// <summary>All senders together have, and this one was the slowest or came last.</summary>
    NoRoom,
}
