using System.Buffers;
using System.Net.WebSockets;
using Parley.Server.Connections.Frames;
using Parley.Server.Wire;

namespace Parley.Server.Connections.WebSockets;

/// <summary>Reads one socket's frames and has them handled, one after the other.</summary>
internal sealed class SocketReceiver(SocketConnection connection, FrameTable frames, FrameRateLimit allowance)
{
    private const int FirstBuffer = 16 * 1024;

    private readonly List<InFrame> _frames = [];

    /// <summary>The message that is being read. A field, so that whatever ends the reading returns the array that is in use, and returns it
    /// once: an array that is returned twice is lent to two connections, which then write into each other's frames.</summary>
    private byte[] _buffer = [];

    /// <summary>Why the connection is closed, for the close frame.</summary>
    internal string? Reason { get; private set; }

    /// <returns>The code to close with.</returns>
    /// <exception cref="OperationCanceledException">The connection is to end.</exception>
    internal async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            // Waits without a buffer: an idle connection holds none.
            var first = await connection.Socket.ReceiveAsync(Memory<byte>.Empty, cancellationToken);
            if (first.MessageType == WebSocketMessageType.Close)
                return (int)WebSocketCloseStatus.NormalClosure;
            _buffer = ArrayPool<byte>.Shared.Rent(FirstBuffer);
            try
            {
                var (length, code) = await ReadMessageAsync(cancellationToken);
                if (code != 0)
                    return code;
                if (await HandleAsync(_buffer.AsMemory(0, length), cancellationToken) is var end and not 0)
                    return end;
            }
            finally
            {
                ArrayPool<byte>.Shared.Return(_buffer);
                _buffer = [];
            }
        }
    }

    private async ValueTask<(int Length, int Code)> ReadMessageAsync(CancellationToken cancellationToken)
    {
        var length = 0;
        while (true)
        {
            var read = await connection.Socket.ReceiveAsync(_buffer.AsMemory(length), cancellationToken);
            if (read.MessageType == WebSocketMessageType.Close)
                return (0, (int)WebSocketCloseStatus.NormalClosure);
            if (read.MessageType == WebSocketMessageType.Binary)
            {
                Reason = "Frames are JSON text.";
                return (0, CloseCodes.BadFrame);
            }

            length += read.Count;
            if (read.EndOfMessage)
                return (length, 0);
            if (length < _buffer.Length)
                continue;
            if (length >= SocketLimits.MessageBytes)
            {
                Reason = "The message is larger than 4 MiB.";
                return (0, CloseCodes.TooLarge);
            }

            var larger = ArrayPool<byte>.Shared.Rent(_buffer.Length * 4);
            _buffer.AsSpan(0, length).CopyTo(larger);
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = larger;
        }
    }

    /// <returns>The code to close with; 0: it goes on.</returns>
    private async ValueTask<int> HandleAsync(ReadOnlyMemory<byte> message, CancellationToken cancellationToken)
    {
        _frames.Clear();
        if (!JsonText.IsSound(message.Span) || !InFrame.TryRead(message, _frames))
        {
            Reason = "Expected {\"event\": ..., \"id\": ..., \"data\": ...} or an array of these.";
            return CloseCodes.BadFrame;
        }

        foreach (var frame in _frames)
        {
            if (allowance.TryTake(out var retryAfter))
                await frames.HandleAsync(connection, frame, cancellationToken);
            else
                connection.Fail(frame, Problems.RateLimited(retryAfter));
        }

        if (allowance.IsFlooding)
        {
            Reason = "More frames than the rate limit allows, again and again.";
            return CloseCodes.Flood;
        }

        // Answers that nobody reads are not piled up: the next frame waits until they are taken.
        await connection.Outbound.LowAsync(cancellationToken);
        return 0;
    }
}
