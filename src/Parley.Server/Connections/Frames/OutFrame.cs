using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Parley.Protocol;
using Parley.Server.Wire;

namespace Parley.Server.Connections.Frames;

/// <summary>A frame waiting to be written. It is serialized only when the socket takes it, together with whatever else is ready.</summary>
internal abstract class OutFrame
{
    internal abstract void Write(FrameBuffer to);

    /// <summary>How many frames it is on the wire: more than one are written as an array.</summary>
    internal virtual int Count => 1;

    /// <summary>Writes it as a part of an array, so without brackets of its own.</summary>
    internal virtual void WritePart(FrameBuffer to) => Write(to);

    /// <summary>Bytes that it holds in memory while it waits, if there may be many.</summary>
    internal virtual int Size => 0;

    /// <summary>The socket has taken it.</summary>
    internal virtual void Written()
    {
    }

    /// <summary><c>{"event":"NAME"</c>, and the client's id.</summary>
    /// <param name="id">JSON as the client wrote it; empty for none.</param>
    protected static void Begin(FrameBuffer to, ReadOnlySpan<byte> name, ReadOnlySpan<byte> id)
    {
        to.Raw("{\"event\":\""u8);
        to.Raw(name);
        to.Raw("\""u8);
        if (id.IsEmpty)
            return;
        to.Raw(",\"id\":"u8);
        to.Raw(id);
    }
}

/// <summary>Any frame whose data is an object of the wire, or nothing.</summary>
internal sealed class DataFrame(byte[] name, byte[] id, byte[]? data) : OutFrame
{
    internal override int Size => data?.Length ?? 0;

    internal static DataFrame Of<T>(ReadOnlySpan<byte> name, byte[] id, T data, JsonTypeInfo<T> type) =>
        new(name.ToArray(), id, JsonSerializer.SerializeToUtf8Bytes(data, type));

    internal static DataFrame Ok(byte[] id) => new("ok"u8.ToArray(), id, null);

    internal static DataFrame Problem(byte[] id, ApiProblem problem) => Of("error"u8, id, problem.ToProblem(), WireJson.Strict.Problem);

    internal override void Write(FrameBuffer to)
    {
        Begin(to, name, id);
        if (data is not null)
        {
            to.Raw(",\"data\":"u8);
            to.Raw(data);
        }

        to.Raw("}"u8);
    }
}
