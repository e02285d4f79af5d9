using System.Buffers;
using System.Net.WebSockets;
using System.Text.Encodings.Web;
using System.Text.Json;
using Parley.Protocol;

namespace Parley.Client;

/// <summary>One WebSocket, with a reader and a writer, until either ends.</summary>
internal sealed class Session(WebSocket socket, int number, Outbox outbox) : IDisposable
{
    private static readonly JsonWriterOptions Writing = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    private volatile bool _ended;

    /// <summary>Its number among the agent's connections, which increases.</summary>
    public int Number { get; } = number;

    /// <summary>Set by the first frame.</summary>
    public Welcome? Welcome { get; set; }

    /// <summary>The server's close code and description, if it closed with a close frame.</summary>
    public (int Code, string? Description)? Closed { get; private set; }

    /// <summary>The server's last error that did not answer a frame. If the server then closes the connection, this is the reason.</summary>
    public Problem? Complaint { get; set; }

    /// <summary>Reads one WebSocket message; false at the end.</summary>
    public async Task<bool> ReadOneAsync(ReadBuffer buffer, IFrameTaker taker, CancellationToken cancellationToken)
    {
        buffer.Clear();
        while (true)
        {
            var part = await socket.ReceiveAsync(buffer.Room(), cancellationToken);
            if (part.MessageType == WebSocketMessageType.Close)
            {
                Closed = ((int)(socket.CloseStatus ?? WebSocketCloseStatus.Empty), socket.CloseStatusDescription);
                return false;
            }

            buffer.Advance(part.Count);
            if (!part.EndOfMessage)
                continue;
            Frames.Read(buffer.Written, taker);
            return true;
        }
    }

    /// <summary>Sends what the outbox has ready, until the session ends.</summary>
    public async Task WriteAsync(CancellationToken cancellationToken)
    {
        var bytes = new ArrayBufferWriter<byte>(16 * 1024);
        await using var json = new Utf8JsonWriter(bytes, Writing);
        while (!_ended)
        {
            if (!outbox.Fill(json))
            {
                await outbox.Ready.WaitAsync();
                continue;
            }

            await socket.SendAsync(bytes.WrittenMemory, WebSocketMessageType.Text, endOfMessage: true, cancellationToken);
            bytes.ResetWrittenCount();
            json.Reset();
        }
    }

    /// <summary>Makes the writer end at its next turn.</summary>
    public void EndWriting()
    {
        _ended = true;
        outbox.Ready.Set();
    }

    /// <summary>Sends a close frame, so that the server frees the leases at once instead of after a timeout.</summary>
    public async Task CloseAsync(CancellationToken cancellationToken)
    {
        try
        {
            if (socket.State is WebSocketState.Open or WebSocketState.CloseReceived)
                await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, statusDescription: null, cancellationToken);
        }
        catch (Exception gone) when (gone is WebSocketException or OperationCanceledException or ObjectDisposedException)
        {
            // The connection was already gone, which is what we want.
        }
    }

    public void Abort() => socket.Abort();

    public void Dispose() => socket.Dispose();
}

/// <summary>Collects received bytes until a WebSocket message is complete. Rented, and doubled when it is full.</summary>
internal sealed class ReadBuffer : IDisposable
{
    private const int First = 64 * 1024;
    private byte[] _bytes = ArrayPool<byte>.Shared.Rent(First);
    private int _length;

    public ReadOnlySpan<byte> Written => _bytes.AsSpan(0, _length);

    public void Clear() => _length = 0;

    public Memory<byte> Room()
    {
        if (_bytes.Length - _length < First / 4)
        {
            var larger = ArrayPool<byte>.Shared.Rent(_bytes.Length * 2);
            Written.CopyTo(larger);
            ArrayPool<byte>.Shared.Return(_bytes);
            _bytes = larger;
        }

        return _bytes.AsMemory(_length);
    }

    public void Advance(int count) => _length += count;

    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(_bytes);
        _bytes = [];
    }
}
