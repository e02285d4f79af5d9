using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Parley.Protocol;
using Parley.Server.Messages;
using Parley.Server.Rest;

namespace Parley.Server.Connections.WebSockets;

/// <summary>A frame that waits to be written. It becomes bytes only when the socket takes it, together with whatever else is ready.</summary>
internal abstract class OutFrame
{
    internal abstract void Write(FrameBuffer to);

    /// <summary>Bytes that it holds in memory while it waits, where they may be many.</summary>
    internal virtual int Size => 0;

    /// <summary>The socket has taken it.</summary>
    internal virtual void Written()
    {
    }

    /// <summary><c>{"event":"NAME"</c>, and the id with which the client asked.</summary>
    /// <param name="id">JSON as the client wrote it; empty: none.</param>
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

/// <summary><c>message:received</c>.</summary>
internal sealed class DeliveryFrame(SocketConnection connection, ClaimedDelivery delivery) : OutFrame
{
    internal ClaimedDelivery Delivery => delivery;

    internal override void Write(FrameBuffer to)
    {
        to.Raw("{\"event\":\"message:received\",\"data\":{\"message\":"u8);
        to.Raw(delivery.Json);
        to.Raw(",\"delivery_id\":\""u8);
        to.Number(delivery.Delivery);
        to.Raw("\",\"attempt\":"u8);
        to.Number(delivery.Attempt);
        to.Raw(",\"lease_id\":\""u8);
        to.Number(delivery.Delivery);
        to.Raw("."u8);
        to.Number(delivery.Lease);
        to.Raw("\",\"lease_until\":"u8);
        to.Stamp(delivery.LeaseUntil);
        to.Raw("}}"u8);
    }

    internal override void Written() => connection.DeliveryWritten(delivery);
}

/// <summary>Any frame whose data is an object of the wire, or nothing.</summary>
internal sealed class DataFrame(byte[] name, byte[] id, byte[]? data) : OutFrame
{
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

/// <summary>The answer to sends: one, or a list in their order.</summary>
internal sealed class SendAnswerFrame(byte[] id, IReadOnlyList<SendReply> replies, bool isBatch) : OutFrame
{
    internal override void Write(FrameBuffer to)
    {
        if (!isBatch && replies[0].Problem is { } problem)
        {
            DataFrame.Problem(id, problem).Write(to);
            return;
        }

        Begin(to, "ok"u8, id);
        to.Raw(",\"data\":"u8);
        if (isBatch)
            SendAnswerJson.WriteBatch(to, replies);
        else
            SendAnswerJson.Write(to, replies[0]);
        to.Raw("}"u8);
    }
}

/// <summary>The answer to several settlings, in their order.</summary>
internal sealed class SettleAnswerFrame(byte[] id, IReadOnlyList<ApiProblem?> problems) : OutFrame
{
    internal override void Write(FrameBuffer to)
    {
        Begin(to, "ok"u8, id);
        to.Raw(",\"data\":{\"items\":["u8);
        for (var i = 0; i < problems.Count; i++)
        {
            if (i > 0)
                to.Raw(","u8);
            if (problems[i] is { } problem)
                to.Raw(JsonSerializer.SerializeToUtf8Bytes(new ItemResult { Status = problem.Status, Problem = problem.ToProblem() }, WireJson.Strict.ItemResult));
            else
                to.Raw("{\"status\":204}"u8);
        }

        to.Raw("]}}"u8);
    }
}
