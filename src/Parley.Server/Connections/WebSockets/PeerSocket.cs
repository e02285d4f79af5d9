using System.Net.Sockets;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;

namespace Parley.Server.Connections.WebSockets;

/// <summary>The TCP connection beneath a WebSocket, asked for its state. Null where there is none, as in tests and behind other transports.</summary>
internal sealed class PeerSocket(Socket? socket)
{
    private const int TcpLevel = 6;

    /// <summary>Of <c>getsockopt</c> on Linux; the first byte of what it answers is the state.</summary>
    private const int TcpInfo = 11;

    private const byte Established = 1;

    internal static PeerSocket Of(HttpContext context) => new(context.Features.Get<IConnectionSocketFeature>()?.Socket);

    /// <summary>Whether the peer has closed or reset the connection. The system knows that before whoever reads here has noticed. Where the system
    /// is not asked, the answer is no, and the reader notices a moment later.</summary>
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
