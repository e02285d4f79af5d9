using System.Buffers;
using System.Buffers.Text;
using System.Text;
using System.Text.Json;
using Parley.Protocol;

namespace Parley.Server.Wire;

/// <summary>Writes JSON with hand-written code into a growing pooled array: frames, answers, and messages.</summary>
internal sealed class FrameBuffer : IBufferWriter<byte>, IDisposable
{
    private byte[] _bytes = ArrayPool<byte>.Shared.Rent(16 * 1024);

    internal int Length { get; private set; }

    internal ReadOnlyMemory<byte> From(int start) => _bytes.AsMemory(start, Length - start);

    /// <summary>Makes room in advance for this many bytes.</summary>
    internal void Reserve(int bytes) => Ensure(bytes);

    internal void Raw(ReadOnlySpan<byte> bytes)
    {
        Ensure(bytes.Length);
        bytes.CopyTo(_bytes.AsSpan(Length));
        Length += bytes.Length;
    }

    internal void Number(long value)
    {
        Ensure(20);
        _ = Utf8Formatter.TryFormat(value, _bytes.AsSpan(Length), out var written);
        Length += written;
    }

    /// <summary>Writes ASCII characters as they are.</summary>
    internal void Ascii(string value)
    {
        Ensure(value.Length);
        Length += Encoding.ASCII.GetBytes(value, _bytes.AsSpan(Length));
    }

    /// <summary>A quoted UUID, or null.</summary>
    internal void IdOrNull(Guid? value)
    {
        if (value is { } id)
            Id(id);
        else
            Raw("null"u8);
    }

    /// <summary>A quoted UUID.</summary>
    internal void Id(Guid value)
    {
        Ensure(38);
        _bytes[Length] = (byte)'"';
        _ = Utf8Formatter.TryFormat(value, _bytes.AsSpan(Length + 1), out _);
        _bytes[Length + 37] = (byte)'"';
        Length += 38;
    }

    /// <summary>A string, or null.</summary>
    internal void Text(string? value)
    {
        if (value is null)
        {
            Raw("null"u8);
        }
        else if (Ascii7.IsPlain(value))
        {
            Raw("\""u8);
            Ascii(value);
            Raw("\""u8);
        }
        else
        {
            Raw(JsonSerializer.SerializeToUtf8Bytes(value, WireJson.Strict.String));
        }
    }

    /// <summary>A time, quoted.</summary>
    /// <param name="milliseconds">Unix milliseconds.</param>
    internal void Stamp(long milliseconds)
    {
        Ensure(26);
        var at = 0;
        Rfc3339.Write(milliseconds, _bytes.AsSpan(Length), ref at);
        Length += at;
    }

    internal void Clear() => Length = 0;

    public void Advance(int count) => Length += count;

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        Ensure(Math.Max(sizeHint, 256));
        return _bytes.AsMemory(Length);
    }

    public Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;

    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(_bytes);
        _bytes = [];
    }

    private void Ensure(int more)
    {
        if (_bytes.Length - Length >= more)
            return;
        var larger = ArrayPool<byte>.Shared.Rent(Math.Max(_bytes.Length * 2, Length + more));
        _bytes.AsSpan(0, Length).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(_bytes);
        _bytes = larger;
    }
}
