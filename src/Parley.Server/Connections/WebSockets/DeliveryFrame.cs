using Parley.Server.Connections.Frames;
using Parley.Server.Mailboxes;
using Parley.Server.Wire;

namespace Parley.Server.Connections.WebSockets;

/// <summary><c>message:received</c>.</summary>
internal sealed class DeliveryFrame(SocketConnection connection, ClaimedDelivery delivery) : OutFrame
{
    internal ClaimedDelivery Delivery => delivery;

    internal override int Size => delivery.Json.Length;

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
