using System.Buffers;
using System.IO.Pipelines;
using System.Text.Json;
using Parley.Server.Wire;

namespace Parley.Server.ExportImport;

/// <summary>Reads an export line by line. One line is in memory at a time.</summary>
internal sealed class LineReader(Stream from) : IAsyncDisposable
{
    /// <summary>Bytes. A message is bounded far below by the server's own limits; what has no line end is no export.</summary>
    private const int MaxLine = 256 << 20;

    private readonly PipeReader _pipe = PipeReader.Create(from, new StreamPipeReaderOptions(bufferSize: 64 << 10, leaveOpen: true));
    private byte[] _line = [];
    private int _length;

    /// <summary>Bytes of the lines read so far.</summary>
    internal long Position { get; private set; }

    /// <summary>Lines read so far.</summary>
    internal long Number { get; private set; }

    /// <summary>The line that was read, with its line end; valid until the next.</summary>
    internal ReadOnlySpan<byte> Line => _line.AsSpan(0, _length);

    /// <returns>False at the end; also where the last line is cut off, and then <see cref="IsCutOff"/>.</returns>
    internal async ValueTask<bool> ReadAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var read = await _pipe.ReadAsync(cancellationToken);
            if (read.Buffer.PositionOf((byte)'\n') is { } end)
            {
                var line = read.Buffer.Slice(0, read.Buffer.GetPosition(1, end));
                Keep(line);
                _pipe.AdvanceTo(line.End);
                return true;
            }

            IsCutOff = read.IsCompleted && !read.Buffer.IsEmpty;
            var length = read.Buffer.Length;
            _pipe.AdvanceTo(read.Buffer.Start, read.Buffer.End);
            if (read.IsCompleted)
                return false;
            if (length > MaxLine)
                throw new TransferRefusedException(TransferRefusal.Damaged, FormattableString.Invariant($"Line {Number + 1} has no end: this is not a Parley export."));
        }
    }

    /// <summary>Whether the end was met in the middle of a line.</summary>
    internal bool IsCutOff { get; private set; }

    /// <summary>The line that was read, as what it tells.</summary>
    /// <exception cref="TransferRefusedException">It is no line of an export.</exception>
    internal ExportLine Parse()
    {
        try
        {
            if (JsonSerializer.Deserialize(Line, LineJson.Lines.ExportLine) is { } line)
                return line;
        }
        catch (JsonException fault)
        {
            throw NotALine(fault);
        }

        throw NotALine(null);
    }

    /// <summary>The kind of the line that was read, without reading the rest of it.</summary>
    /// <exception cref="TransferRefusedException">It is no line of an export.</exception>
    internal string Kind()
    {
        try
        {
            var reader = new Utf8JsonReader(Line, JsonDepth.Stored);
            if (reader.Read() && reader.Read() && reader.ValueTextEquals("kind"u8) && reader.Read() && reader.GetString() is { } kind)
                return kind;
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException)
        {
            throw NotALine(fault);
        }

        throw NotALine(null);
    }

    public ValueTask DisposeAsync() => _pipe.CompleteAsync();

    private TransferRefusedException NotALine(Exception? fault) => new(
        TransferRefusal.Damaged, FormattableString.Invariant($"Line {Number} is not a line of a Parley export. Copy the file again from where it was made."), fault);

    private void Keep(in ReadOnlySequence<byte> line)
    {
        _length = (int)line.Length;
        if (_line.Length < _length)
            _line = new byte[Math.Max(_length, _line.Length * 2)];
        line.CopyTo(_line);
        Position += _length;
        Number++;
    }
}
