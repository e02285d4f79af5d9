using System.Net.WebSockets;
using Parley.Server.Connections.Frames;
using Parley.Server.Limits;
using Parley.Server.Wire;

namespace Parley.Server.Connections.WebSockets;

/// <summary>Frames to be sent to one socket. Adding never waits; one drain at a time writes everything that is ready. While there is nothing to
/// write, nothing runs and no buffer is held.</summary>
/// <param name="writes">Writes to the socket.</param>
/// <param name="batch">Whether frames that are ready at the same time are sent as an array in one WebSocket message, which costs far less. Stock
/// clients expect one frame per message, so only clients that ask get arrays.</param>
/// <param name="limits">Limits on what may wait.</param>
/// <param name="owner">The token that the memory is counted for.</param>
/// <param name="end">Ends the connection if it does not read and others need the memory.</param>
internal sealed class Outbound(
    WebSocket socket, WriteGathering writes, bool batch, SendLimits limits, object owner, Action end, CancellationToken closed) : IThreadPoolWorkItem
{
    /// <summary>The most bytes written at once: more would delay what comes next.</summary>
    private const int MessageBytes = 64 * 1024;

    /// <summary>Frames that may be queued before producers that can wait have to.</summary>
    private const int HighWater = 4_096;

    private readonly Lock _gate = new();
    private List<OutFrame> _ready = [];
    private List<OutFrame> _spare = [];
    private readonly ByteShare _share = limits.InAll.Open(owner, end);

    /// <summary>The bytes of frames that are ready or being written: a few thousand large ones would take a gigabyte for a reader that does not
    /// read.</summary>
    private long _bytes;
    private TaskCompletionSource? _low;
    private TaskCompletionSource? _drained;
    private bool _draining;
    private bool _closed;
    private (int Code, string? Reason)? _goodbye;

    internal void Add(OutFrame frame)
    {
        lock (_gate)
        {
            if (_closed || _goodbye is not null)
                return;
            _ready.Add(frame);
            if (frame.Size is var size and > 0)
                _share.Hold(_bytes += size);
            if (_draining)
            {
                // Some frames, such as notifications about others, cannot wait, and are queued even for a reader that does not read.
                if (_bytes > 4 * limits.OfConnection || _ready.Count > 16 * HighWater)
                    _share.End();
                return;
            }

            _draining = true;
        }

        if (!OutboundGathering.TryAdd(this))
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    /// <summary>Whether only a little is waiting, so that more may be added.</summary>
    internal bool IsLow => Volatile.Read(ref _bytes) < limits.OfConnection && _share.HasRoom;

    /// <summary>Completes when only a little is waiting. For producers that are as fast as they are allowed to be.</summary>
    internal ValueTask LowAsync(CancellationToken cancellationToken)
    {
        Task low;
        lock (_gate)
        {
            if (_closed)
                return ValueTask.CompletedTask;
            if (_ready.Count < HighWater && _bytes < limits.OfConnection)
            {
                if (_share.HasRoom)
                    return ValueTask.CompletedTask;
                low = _share.FreedAsync(cancellationToken);
            }
            else
            {
                _low ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                low = _low.Task.WaitAsync(cancellationToken);
            }
        }

        return AgainAsync(low, cancellationToken);
    }

    private async ValueTask AgainAsync(Task low, CancellationToken cancellationToken)
    {
        await low;
        await LowAsync(cancellationToken);
    }

    /// <summary>Writes what is waiting, then sends a close frame; nothing added later is written.</summary>
    internal void Goodbye(int code, string? reason)
    {
        lock (_gate)
        {
            if (_closed || _goodbye is not null)
                return;
            _goodbye = (code, reason);
            if (_draining)
                return;
            _draining = true;
        }

        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    /// <summary>Drops what is waiting and would no longer be read.</summary>
    internal void Drop(Predicate<OutFrame> unwanted)
    {
        var dropped = 0L;
        lock (_gate)
        {
            foreach (var frame in _ready)
                dropped += unwanted(frame) ? frame.Size : 0;
            _ready.RemoveAll(unwanted);
        }

        Gone(dropped);
    }

    /// <summary>Sends a close frame without writing what is waiting.</summary>
    internal void GoodbyeAtOnce(int code, string reason)
    {
        Drop(static _ => true);
        Goodbye(code, reason);
    }

    /// <summary>Completes when nothing is being written anymore.</summary>
    internal Task DrainedAsync()
    {
        lock (_gate)
        {
            if (!_draining)
                return Task.CompletedTask;
            _drained ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return _drained.Task;
        }
    }

    /// <summary>Nothing more is written.</summary>
    internal void Close()
    {
        TaskCompletionSource? low;
        lock (_gate)
        {
            _closed = true;
            (low, _low) = (_low, null);
            _ready = [];
            _bytes = 0;
            _share.Dispose();
        }

        low?.TrySetResult();
    }

    /// <summary>Writes what is ready, on this thread as long as the socket takes it without waiting.</summary>
    internal void Drain() => _ = DrainAsync();

    void IThreadPoolWorkItem.Execute() => Drain();

    private async Task DrainAsync()
    {
        using var buffer = new FrameBuffer();
        try
        {
            while (Take() is { } frames)
            {
                await WriteAsync(frames, buffer);
                frames.Clear();
                _spare = frames;
            }

            if (_goodbye is { } goodbye && !_closed)
            {
                Close();
                await socket.CloseOutputAsync((WebSocketCloseStatus)goodbye.Code, goodbye.Reason, closed);
            }

            if (_goodbye is not null)
                Rest();
        }
        catch (Exception fault) when (fault is WebSocketException or OperationCanceledException or ObjectDisposedException or IOException or InvalidOperationException)
        {
            // The peer has gone; the receiver will notice and end the connection.
            Close();
            Rest();
        }
    }

    private void Rest()
    {
        TaskCompletionSource? drained;
        lock (_gate)
        {
            _draining = false;
            (drained, _drained) = (_drained, null);
        }

        drained?.TrySetResult();
    }

    private List<OutFrame>? Take()
    {
        TaskCompletionSource? low = null, drained = null;
        List<OutFrame>? frames = null;
        lock (_gate)
        {
            if (_ready.Count > 0)
            {
                frames = _ready;
                _ready = _spare;
                low = TakeLow();
            }
            else if (_goodbye is null || _closed)
            {
                // If there is a close frame to send, the drain continues; otherwise, the next add starts another.
                _draining = false;
                (drained, _drained) = (_drained, null);
            }
        }

        low?.TrySetResult();
        drained?.TrySetResult();
        return frames;
    }

    /// <summary>The socket has these now.</summary>
    private void Gone(long bytes)
    {
        TaskCompletionSource? low;
        lock (_gate)
        {
            if (_closed)
                return;
            _share.Hold(_bytes -= bytes);
            low = TakeLow();
        }

        low?.TrySetResult();
    }

    /// <summary>Waiters to be notified that only a little is waiting now.</summary>
    private TaskCompletionSource? TakeLow()
    {
        if (_low is null || _ready.Count >= HighWater || _bytes >= limits.OfConnection)
            return null;
        var low = _low;
        _low = null;
        return low;
    }

    private async ValueTask WriteAsync(List<OutFrame> frames, FrameBuffer buffer)
    {
        for (var next = 0; next < frames.Count;)
        {
            var first = next;
            next = batch ? await WriteArrayAsync(frames, first, buffer) : await WriteEachAsync(frames, first, buffer);
            var bytes = 0L;
            for (var i = first; i < next; i++)
            {
                bytes += frames[i].Size;
                frames[i].Written();
                // Once written, it should not be held until its neighbors are.
                frames[i] = null!;
            }

            if (bytes > 0)
                Gone(bytes);
        }
    }

    /// <returns>The place of the next frame.</returns>
    private async ValueTask<int> WriteArrayAsync(List<OutFrame> frames, int first, FrameBuffer buffer)
    {
        var (next, count) = (first, 0);
        buffer.Clear();
        buffer.Raw("["u8);
        do
        {
            if (next > first)
                buffer.Raw(","u8);
            count += frames[next].Count;
            frames[next++].WritePart(buffer);
        }
        while (next < frames.Count && buffer.Length < MessageBytes);

        var single = count == 1;
        if (!single)
            buffer.Raw("]"u8);
        await SendAsync(single ? buffer.From(1) : buffer.From(0));
        return next;
    }

    /// <returns>The place of the next frame.</returns>
    private async ValueTask<int> WriteEachAsync(List<OutFrame> frames, int first, FrameBuffer buffer)
    {
        var next = first;
        var length = 0;
        writes.Hold();
        try
        {
            while (true)
            {
                buffer.Clear();
                frames[next++].Write(buffer);
                length += buffer.Length;
                var isLast = next == frames.Count || length >= MessageBytes;
                if (isLast)
                    writes.Release();
                await SendAsync(buffer.From(0));
                if (isLast)
                    return next;
            }
        }
        finally
        {
            writes.Release();
        }
    }

    private ValueTask SendAsync(ReadOnlyMemory<byte> message) => socket.SendAsync(message, WebSocketMessageType.Text, endOfMessage: true, closed);
}
