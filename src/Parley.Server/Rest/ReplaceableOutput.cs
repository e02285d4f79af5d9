using System.Buffers;
using System.IO.Pipelines;

namespace Parley.Server.Rest;

/// <summary>The output of a connection. Everything passes through unchanged until it is replaced with something else, which ends the
/// connection.</summary>
internal sealed class ReplaceableOutput(PipeWriter output) : PipeWriter
{
    private byte[]? _instead;
    private byte[]? _dropped;

    public override bool CanGetUnflushedBytes => output.CanGetUnflushedBytes;

    public override long UnflushedBytes => output.UnflushedBytes;

    /// <summary>Sends this, and nothing that is written from now on.</summary>
    internal void Replace(byte[] instead)
    {
        if (_dropped is not null)
            return;
        (_instead, _dropped) = (instead, []);
    }

    public override Memory<byte> GetMemory(int sizeHint = 0) => _dropped is null ? output.GetMemory(sizeHint) : Dropped(sizeHint);

    public override Span<byte> GetSpan(int sizeHint = 0) => _dropped is null ? output.GetSpan(sizeHint) : Dropped(sizeHint);

    public override void Advance(int bytes)
    {
        if (_dropped is null)
            output.Advance(bytes);
    }

    public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default)
    {
        if (_instead is { } instead)
        {
            _instead = null;
            output.Write(instead);
        }

        return output.FlushAsync(cancellationToken);
    }

    public override ValueTask<FlushResult> WriteAsync(ReadOnlyMemory<byte> source, CancellationToken cancellationToken = default) =>
        _dropped is null ? output.WriteAsync(source, cancellationToken) : FlushAsync(cancellationToken);

    public override void CancelPendingFlush() => output.CancelPendingFlush();

    public override void Complete(Exception? exception = null) => output.Complete(exception);

    public override ValueTask CompleteAsync(Exception? exception = null) => output.CompleteAsync(exception);

    private byte[] Dropped(int sizeHint)
    {
        const int Usual = 4096;
        var size = Math.Max(sizeHint, Usual);
        if (_dropped!.Length < size)
            _dropped = new byte[size];
        return _dropped;
    }
}
