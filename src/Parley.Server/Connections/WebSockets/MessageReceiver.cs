using System.Buffers;
using System.Net.WebSockets;
using Parley.Server.Limits;

namespace Parley.Server.Connections.WebSockets;

/// <summary>Assembles the messages of one socket. A message in several parts must keep arriving, and its memory is counted.</summary>
/// <param name="most">Bytes of one message.</param>
/// <param name="owner">The token that the memory is counted for.</param>
/// <param name="end">Closes the connection with a code and a reason; reading ends with the peer's close frame, or when it does not come.</param>
internal sealed class MessageReceiver(WebSocket socket, int most, Receiving receiving, object owner, Action<int, string> end) : IDisposable
{
    private const int FirstBuffer = 16 * 1024;

    /// <summary>The message that is being read. It is a field so that the array is returned exactly once, however reading ends. An array returned
    /// twice would be used by two connections, which would write into each other's frames.</summary>
    private byte[] _buffer = [];

    private Reception? _reception;

    /// <summary>Waits for the next message. It is valid until the next call, or until this is disposed.</summary>
    internal async ValueTask<ReceivedMessage> NextAsync(CancellationToken cancellationToken)
    {
        Dispose();
        // Waits without a buffer: an idle connection holds none.
        var first = await socket.ReceiveAsync(Memory<byte>.Empty, cancellationToken);
        if (first.MessageType == WebSocketMessageType.Close)
            return ReceivedMessage.Closed;
        // An empty message is complete.
        if (first.EndOfMessage)
            return first.MessageType == WebSocketMessageType.Binary ? ReceivedMessage.Binary : new ReceivedMessage(default, 0, null);
        _buffer = ArrayPool<byte>.Shared.Rent(FirstBuffer);
        var length = 0;
        while (true)
        {
            var read = await socket.ReceiveAsync(_buffer.AsMemory(length), cancellationToken);
            if (read.MessageType == WebSocketMessageType.Close)
                return ReceivedMessage.Closed;
            length += read.Count;
            if (read.EndOfMessage)
            {
                _reception?.Complete();
                // Reads it to the end first, because the next message follows it.
                return read.MessageType == WebSocketMessageType.Binary ? ReceivedMessage.Binary : new ReceivedMessage(_buffer.AsMemory(0, length), 0, null);
            }

            if (length >= most)
                return new ReceivedMessage(default, CloseCodes.TooLarge, $"The message is larger than {most / 1024 / 1024} MiB.");
            _reception ??= receiving.Begin(owner, Fail);
            // Counts the size of the buffer, not just that of the message.
            if (_reception.Reach(length < _buffer.Length ? length : _buffer.Length * 4L) != ReceptionFault.None)
            {
                var (code, reason) = Why(_reception.Fault);
                return new ReceivedMessage(default, code, reason);
            }

            if (length == _buffer.Length)
                Enlarge();
        }
    }

    public void Dispose()
    {
        _reception?.Dispose();
        _reception = null;
        if (_buffer.Length == 0)
            return;
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = [];
    }

    private void Enlarge()
    {
        var larger = ArrayPool<byte>.Shared.Rent(_buffer.Length * 4);
        _buffer.CopyTo(larger, 0);
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = larger;
    }

    private void Fail()
    {
        var (code, reason) = Why(_reception?.Fault ?? ReceptionFault.NoRoom);
        end(code, reason);
    }

    private static (int Code, string Reason) Why(ReceptionFault fault) => fault switch
    {
        ReceptionFault.TooSlow => (CloseCodes.Silent, "The message arrived too slowly."),
        ReceptionFault.OwnerFull => (CloseCodes.TryLater, "This token's messages that are being received use too much memory."),
        _ => (CloseCodes.TryLater, "The messages that are being received use too much memory."),
    };
}

/// <summary>A received message, or why there is none.</summary>
/// <param name="CloseCode">The code to close with; 0 if there is a message.</param>
internal readonly record struct ReceivedMessage(ReadOnlyMemory<byte> Text, int CloseCode, string? Reason)
{
    internal static ReceivedMessage Closed { get; } = new(default, (int)WebSocketCloseStatus.NormalClosure, null);

    internal static ReceivedMessage Binary { get; } = new(default, CloseCodes.BadFrame, "Frames must be JSON text.");
}
