using System.Buffers;
using System.IO.Pipelines;
using System.Text.Json;
using Parley.Server.Wire;

namespace Parley.Server.ExportImport;

/// <summary>Reads an export line by line. Only one line is in memory at a time.</summary>
internal sealed class LineReader(Stream from) : IAsyncDisposable
{
    /// <summary>In bytes. The server's limits keep messages far below this. A file without line ends is not an export.</summary>
    private const int MaxLine = 256 << 20;

    private readonly PipeReader _pipe = PipeReader.Create(from, new StreamPipeReaderOptions(bufferSize: 64 << 10, leaveOpen: true));
    private byte[] _line = [];
    private int _length;

    /// <summary>The number of bytes in the lines read so far.</summary>
    internal long Position { get; private set; }

    /// <summary>The number of lines read so far.</summary>
    internal long Number { get; private set; }

    /// <summary>The current line with its line end; valid until the next is read.</summary>
    internal ReadOnlySpan<byte> Line => _line.AsSpan(0, _length);

    /// <returns>False at the end, and also if the last line is truncated; see <see cref="IsCutOff"/>.</returns>
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

    /// <summary>Whether the file ended in the middle of a line.</summary>
    internal bool IsCutOff { get; private set; }

    /// <summary>Parses the current line.</summary>
    /// <exception cref="TransferRefusedException">It is not a line of an export.</exception>
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

    /// <summary>The kind of the current line, without parsing the rest of it.</summary>
    /// <exception cref="TransferRefusedException">It is not a line of an export.</exception>
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
