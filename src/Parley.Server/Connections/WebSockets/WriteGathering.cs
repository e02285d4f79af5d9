using Parley.Server.Wire;

namespace Parley.Server.Connections.WebSockets;

/// <summary>Joins several writes into one. Otherwise, a client that gets each frame as a separate WebSocket message would cost a system call per
/// frame.</summary>
/// <remarks>ASP.NET's WebSocket makes one write at a time, including those of pings and pongs.</remarks>
internal sealed class WriteGathering
{
    /// <summary>This many bytes are written without waiting for more.</summary>
    private const int MostBytes = 64 * 1024;

    private FrameBuffer? _gathered;
    private volatile bool _isHeld;

    /// <summary>From now on, gathers writes.</summary>
    internal void Hold() => _isHeld = true;

    /// <summary>The next write includes what was gathered.</summary>
    internal void Release() => _isHeld = false;

    internal ValueTask WriteAsync(Stream stream, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        if (!_isHeld && _gathered is null)
            return stream.WriteAsync(bytes, cancellationToken);
        _gathered ??= new FrameBuffer();
        _gathered.Raw(bytes.Span);
        return _isHeld && _gathered.Length < MostBytes ? ValueTask.CompletedTask : FlushAsync(stream, cancellationToken);
    }

    private async ValueTask FlushAsync(Stream stream, CancellationToken cancellationToken)
    {
        using var gathered = _gathered!;
        _gathered = null;
        await stream.WriteAsync(gathered.From(0), cancellationToken);
    }
}
