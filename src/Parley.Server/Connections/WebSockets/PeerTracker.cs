using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Parley.Server.Connections.WebSockets;

/// <summary>Knows when a peer was last heard, and what it has surely got: a pong answers a ping, and what was written before that ping
/// came before it.</summary>
/// <remarks>ASP.NET sends pings and takes pongs without telling anyone, so this looks at the frames on their way through: the server's
/// frames begin where a write begins, the client's are followed header by header (RFC 6455, section 5.2).</remarks>
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

    /// <summary>Called with the mark of what has surely arrived.</summary>
    internal Action<long>? Arrived { get; set; }

    /// <summary>Everything up to this mark is written.</summary>
    internal void Written(long mark)
    {
        lock (_gate)
            _written = mark;
    }

    /// <summary>Puts the tracker between the socket that is about to be accepted and its connection.</summary>
    internal static void Attach(HttpContext context, TimeProvider clock)
    {
        var tracker = new PeerTracker(clock);
        if (context.Features.Get<IHttpUpgradeFeature>() is { } upgrade)
            context.Features.Set<IHttpUpgradeFeature>(new Upgrade(upgrade, tracker));
        context.Features.Set(tracker);
    }

    private void Sent(ReadOnlySpan<byte> frame)
    {
        if (frame.Length == 0 || (frame[0] & 0xF) != Ping)
            return;
        lock (_gate)
            _pinged ??= _written;
    }

    private void Received(ReadOnlySpan<byte> bytes)
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

    private sealed class Upgrade(IHttpUpgradeFeature inner, PeerTracker tracker) : IHttpUpgradeFeature
    {
        public bool IsUpgradableRequest => inner.IsUpgradableRequest;

        public async Task<Stream> UpgradeAsync() => new Watched(await inner.UpgradeAsync(), tracker);
    }

    private sealed class Watched(Stream inner, PeerTracker tracker) : Stream
    {
        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var read = await inner.ReadAsync(buffer, cancellationToken);
            tracker.Received(buffer.Span[..read]);
            return read;
        }

        public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            tracker.Sent(buffer.Span);
            return inner.WriteAsync(buffer, cancellationToken);
        }

        public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override int Read(byte[] buffer, int offset, int count)
        {
            var read = inner.Read(buffer, offset, count);
            tracker.Received(buffer.AsSpan(offset, read));
            return read;
        }

        public override void Write(byte[] buffer, int offset, int count)
        {
            tracker.Sent(buffer.AsSpan(offset, count));
            inner.Write(buffer, offset, count);
        }

        public override void Flush() => inner.Flush();

        public override Task FlushAsync(CancellationToken cancellationToken) => inner.FlushAsync(cancellationToken);

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            if (disposing)
                inner.Dispose();
            base.Dispose(disposing);
        }
    }
}
