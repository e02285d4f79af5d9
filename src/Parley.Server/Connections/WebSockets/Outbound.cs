using System.Net.WebSockets;

namespace Parley.Server.Connections.WebSockets;

/// <summary>Frames on their way to one socket. Whoever adds never waits; one drain at a time writes everything that is ready as one
/// WebSocket message. Nothing runs and no buffer is held while there is nothing to write.</summary>
internal sealed class Outbound(WebSocket socket, CancellationToken closed) : IThreadPoolWorkItem
{
    /// <summary>A message is sent when it has grown to this: larger ones would hold up what comes behind.</summary>
    private const int MessageBytes = 64 * 1024;

    /// <summary>Frames that may wait before those who can wait are made to.</summary>
    private const int HighWater = 4_096;

    private readonly Lock _gate = new();
    private List<OutFrame> _ready = [];
    private List<OutFrame> _spare = [];
    private TaskCompletionSource? _low;
    private bool _draining;
    private bool _closed;

    internal void Add(OutFrame frame)
    {
        lock (_gate)
        {
            if (_closed)
                return;
            _ready.Add(frame);
            if (_draining)
                return;
            _draining = true;
        }

        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    /// <summary>Completes when little waits: for those who produce as fast as they are let.</summary>
    internal ValueTask LowAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (_ready.Count < HighWater || _closed)
                return ValueTask.CompletedTask;
            _low ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return new ValueTask(_low.Task.WaitAsync(cancellationToken));
        }
    }

    /// <summary>Completes when all that was added is written, or can not be.</summary>
    internal Task EmptyAsync()
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            if (_closed || !_draining)
                return Task.CompletedTask;
            _ready.Add(new Marker(done));
        }

        return done.Task;
    }

    /// <summary>Nothing more is written.</summary>
    internal void Close()
    {
        TaskCompletionSource? low;
        List<OutFrame> left;
        lock (_gate)
        {
            _closed = true;
            (low, _low) = (_low, null);
            left = _ready;
            _ready = [];
        }

        low?.TrySetResult();
        foreach (var marker in left.OfType<Marker>())
            marker.Written();
    }

    void IThreadPoolWorkItem.Execute() => _ = DrainAsync();

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
        }
        catch (Exception fault) when (fault is WebSocketException or OperationCanceledException or ObjectDisposedException or IOException or InvalidOperationException)
        {
            // The peer has gone; the receiving side notices and ends the connection.
            Close();
        }
    }

    private List<OutFrame>? Take()
    {
        TaskCompletionSource? low;
        List<OutFrame> frames;
        lock (_gate)
        {
            if (_ready.Count == 0)
            {
                _draining = false;
                return null;
            }

            frames = _ready;
            _ready = _spare;
            (low, _low) = (_low, null);
        }

        low?.TrySetResult();
        return frames;
    }

    private async ValueTask WriteAsync(List<OutFrame> frames, FrameBuffer buffer)
    {
        for (var next = 0; next < frames.Count;)
        {
            var first = next;
            buffer.Clear();
            buffer.Raw("["u8);
            var written = 0;
            for (; next < frames.Count && buffer.Length < MessageBytes; next++)
            {
                if (frames[next] is Marker)
                    continue;
                if (written++ > 0)
                    buffer.Raw(","u8);
                frames[next].Write(buffer);
            }

            var single = written == 1;
            if (!single)
                buffer.Raw("]"u8);
            if (written > 0)
                await socket.SendAsync(single ? buffer.From(1) : buffer.From(0), WebSocketMessageType.Text, endOfMessage: true, closed);
            for (var i = first; i < next; i++)
                frames[i].Written();
        }
    }

    /// <summary>Writes nothing; tells that everything before it is written.</summary>
    private sealed class Marker(TaskCompletionSource done) : OutFrame
    {
        internal override void Write(FrameBuffer to)
        {
        }

        internal override void Written() => done.TrySetResult();
    }
}
