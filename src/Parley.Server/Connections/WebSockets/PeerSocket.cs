using System.Net.Sockets;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;

namespace Parley.Server.Connections.WebSockets;

/// <summary>The TCP connection under a WebSocket, to query its state. Null if there is none, as in tests and with other transports.</summary>
internal sealed class PeerSocket(Socket? socket)
{
    private const int TcpLevel = 6;

    /// <summary>An option of <c>getsockopt</c> on Linux. The first byte of its result is the state.</summary>
    private const int TcpInfo = 11;

    private const byte Established = 1;

    internal static PeerSocket Of(HttpContext context) => new(context.Features.Get<IConnectionSocketFeature>()?.Socket);

    /// <summary>Whether the peer has closed or reset the connection. The system knows this before the reader notices. On systems where this cannot be
    /// queried, the answer is no, and the reader notices a moment later.</summary>
    internal bool IsGone()
    {
        if (socket is null || !OperatingSystem.IsLinux())
            return false;
        try
        {
            Span<byte> info = stackalloc byte[8];
            return socket.GetRawSocketOption(TcpLevel, TcpInfo, info) > 0 && info[0] != Established;
        }
        catch (Exception fault) when (fault is SocketException or ObjectDisposedException)
        {
            return true;
        }
    }
}
