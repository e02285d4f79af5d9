using Parley.Server.Connections.Frames;
using Parley.Server.Wire;

namespace Parley.Server.Connections.WebSockets;

/// <summary>Holds the changes of a subscription back, so that they go out together, at most once per window, in their order. The first one opens the
/// window.</summary>
internal sealed class FrameCoalescing : IDisposable
{
    /// <summary>As much as one write has. With more, the window ends early, so that little memory is held.</summary>
    internal const int MostBytes = 64 * 1024;

    /// <summary>About what surrounds an item.</summary>
    private const int Envelope = 128;

    private readonly TimeSpan _window;
    private readonly Action<OutFrame> _send;
    private readonly ITimer _timer;
    private readonly Lock _gate = new();
    private List<OutFrame> _held = [];
    private int _bytes;
    private bool _isOver;

    internal FrameCoalescing(TimeSpan window, TimeProvider clock, Action<OutFrame> send)
    {
        (_window, _send) = (window, send);
        _timer = clock.CreateTimer(static self => ((FrameCoalescing)self!).Flush(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    internal void Add(OutFrame frame)
    {
        lock (_gate)
        {
            if (_isOver)
                return;
            _held.Add(frame);
            _bytes += frame.Size + Envelope;
            if (_bytes >= MostBytes)
                SendHeld();
            else if (_held.Count == 1)
                _timer.Change(_window, Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>Drops what is held.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _isOver = true;
            _held.Clear();
        }

        _timer.Dispose();
    }

    private void Flush()
    {
        lock (_gate)
            SendHeld();
    }

    private void SendHeld()
    {
        if (_held.Count == 0)
            return;
        _send(new CoalescedFrames(_held));
        (_held, _bytes) = ([], 0);
    }
}

/// <summary>Frames that go out as an array, also to a client that otherwise gets one frame per message.</summary>
internal sealed class CoalescedFrames(IReadOnlyList<OutFrame> frames) : OutFrame
{
    internal override int Size { get; } = frames.Sum(frame => frame.Size);

    internal override int Count => frames.Count;

    internal override void Write(FrameBuffer to)
    {
        if (frames.Count == 1)
        {
            frames[0].Write(to);
            return;
        }

        to.Raw("["u8);
        WritePart(to);
        to.Raw("]"u8);
    }

    internal override void WritePart(FrameBuffer to)
    {
        for (var i = 0; i < frames.Count; i++)
        {
            if (i > 0)
                to.Raw(","u8);
            frames[i].Write(to);
        }
    }
}
