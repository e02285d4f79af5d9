namespace Parley.Server.Connections.WebSockets;

/// <summary>Knows when a peer last sent something, and what it has certainly received: a pong answers a ping, and everything written before the ping
/// arrived before it.</summary>
/// <remarks>ASP.NET sends pings and receives pongs without reporting them, so this watches the frames that pass through: the server's frames begin
/// where a write begins; the client's are followed header by header (RFC 6455, section 5.2).</remarks>
internal sealed class PeerTracker(TimeProvider clock)
{
    private const int Ping = 0x9, Pong = 0xA;

    private readonly Lock _gate = new();
    private readonly byte[] _header = new byte[14];
    private int _headerLength;
    private long _payloadLeft;
    private long _written;
    private long? _pinged;
    private long _heardAt = clock.GetTimestamp();

    /// <summary>How long the peer has been silent; a pong counts.</summary>
    internal TimeSpan Silence => clock.GetElapsedTime(Volatile.Read(ref _heardAt));

    /// <summary>Called with the mark up to which everything has certainly arrived.</summary>
    internal Action<long>? Arrived { get; set; }

    /// <summary>The mark up to which everything is written; 0 for nothing.</summary>
    internal long Mark
    {
        get
        {
            lock (_gate)
                return _written;
        }
    }

    /// <summary>Everything up to this mark is written.</summary>
    internal void Written(long mark)
    {
        lock (_gate)
            _written = mark;
    }

    /// <param name="frame">Begins with a frame's header.</param>
    internal void Sent(ReadOnlySpan<byte> frame)
    {
        if (frame.Length == 0 || (frame[0] & 0xF) != Ping)
            return;
        lock (_gate)
            _pinged ??= _written;
    }

    internal void Received(ReadOnlySpan<byte> bytes)
    {
        Volatile.Write(ref _heardAt, clock.GetTimestamp());
        while (bytes.Length > 0)
        {
            if (_payloadLeft > 0)
            {
                var skipped = (int)Math.Min(_payloadLeft, bytes.Length);
                _payloadLeft -= skipped;
                bytes = bytes[skipped..];
                continue;
            }

            _header[_headerLength++] = bytes[0];
            bytes = bytes[1..];
            if (_headerLength >= 2 && _headerLength == HeaderSize())
                EndHeader();
        }
    }

    private int HeaderSize() => 2 + ((_header[1] & 0x80) != 0 ? 4 : 0) + ((_header[1] & 0x7F) switch { 126 => 2, 127 => 8, _ => 0 });

    private void EndHeader()
    {
        _payloadLeft = (_header[1] & 0x7F) switch
        {
            126 => System.Buffers.Binary.BinaryPrimitives.ReadUInt16BigEndian(_header.AsSpan(2)),
            127 => System.Buffers.Binary.BinaryPrimitives.ReadInt64BigEndian(_header.AsSpan(2)),
            var length => length,
        };
        _headerLength = 0;
        if ((_header[0] & 0xF) != Pong)
            return;
        long? arrived;
        lock (_gate)
            (arrived, _pinged) = (_pinged, null);
        if (arrived is { } mark)
            Arrived?.Invoke(mark);
    }
}
