using System.Buffers;
using System.Net.WebSockets;
using Parley.Server.Limits;

namespace Parley.Server.Connections.WebSockets;

/// <summary>Puts together the messages of one socket. One that comes in parts must keep coming, and its memory is counted.</summary>
/// <param name="most">Bytes of one message.</param>
/// <param name="owner">Whose memory it is.</param>
/// <param name="end">Closes the connection with a code and a reason; the peer's goodbye, or its absence, ends the reading.</param>
internal sealed class MessageReceiver(WebSocket socket, int most, Receiving receiving, object owner, Action<int, string> end) : IDisposable
{
    private const int FirstBuffer = 16 * 1024;

    /// <summary>The message that is being read. A field, so that whatever ends the reading returns the array that is in use, and returns it
    /// once: an array that is returned twice is lent to two connections, which then write into each other's frames.</summary>
    private byte[] _buffer = [];

    private Reception? _reception;

    /// <summary>Waits for the next message. It is there until the next call, or until this is disposed of.</summary>
    internal async ValueTask<ReceivedMessage> NextAsync(CancellationToken cancellationToken)
    {
        Dispose();
        // Waits without a buffer: an idle connection holds none.
        var first = await socket.ReceiveAsync(Memory<byte>.Empty, cancellationToken);
        if (first.MessageType == WebSocketMessageType.Close)
            return ReceivedMessage.Closed;
        // An empty one is over: nothing of it comes any more.
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
                // Read to its end first: what follows it is another message, for whoever goes on.
                return read.MessageType == WebSocketMessageType.Binary ? ReceivedMessage.Binary : new ReceivedMessage(_buffer.AsMemory(0, length), 0, null);
            }

            if (length >= most)
                return new ReceivedMessage(default, CloseCodes.TooLarge, $"The message is larger than {most / 1024 / 1024} MiB.");
            _reception ??= receiving.Begin(owner, Fail);
            // What it will be in is counted, and not only what it is.
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

/// <summary>A message that came, or why there is none.</summary>
/// <param name="CloseCode">To close with; 0: a message is there.</param>
internal readonly record struct ReceivedMessage(ReadOnlyMemory<byte> Text, int CloseCode, string? Reason)
{
    internal static ReceivedMessage Closed { get; } = new(default, (int)WebSocketCloseStatus.NormalClosure, null);

    internal static ReceivedMessage Binary { get; } = new(default, CloseCodes.BadFrame, "Frames must be JSON text.");
}
