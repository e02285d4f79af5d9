using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Parley.Server.Connections.WebSockets;

/// <summary>What lies under a WebSocket: it knows the peer, and joins writes. It stands between the connection and ASP.NET's WebSocket, which tells
/// nothing of pongs and writes each message by itself.</summary>
internal sealed class SocketTransport(TimeProvider clock)
{
    internal PeerTracker Peer { get; } = new(clock);

    internal WriteGathering Writes { get; } = new();

    /// <summary>Prepares for a WebSocket that is about to be accepted, whichever way it is asked for.</summary>
    internal static void Attach(HttpContext context, TimeProvider clock)
    {
        var transport = new SocketTransport(clock);
        if (context.Features.Get<IHttpUpgradeFeature>() is { } upgrade)
            context.Features.Set<IHttpUpgradeFeature>(new Upgrade(upgrade, transport));
        if (context.Features.Get<IHttpExtendedConnectFeature>() is { } connect)
            context.Features.Set<IHttpExtendedConnectFeature>(new ExtendedConnect(connect, transport));
        context.Features.Set(transport);
    }

    internal static SocketTransport Of(HttpContext context) => context.Features.GetRequiredFeature<SocketTransport>();

    /// <summary>HTTP/1.1 (RFC 6455).</summary>
    private sealed class Upgrade(IHttpUpgradeFeature inner, SocketTransport transport) : IHttpUpgradeFeature
    {
        public bool IsUpgradableRequest => inner.IsUpgradableRequest;

        public async Task<Stream> UpgradeAsync() => new SocketStream(await inner.UpgradeAsync(), transport);
    }

    /// <summary>HTTP/2 (RFC 8441), which browsers use where TLS let them choose it.</summary>
    private sealed class ExtendedConnect(IHttpExtendedConnectFeature inner, SocketTransport transport) : IHttpExtendedConnectFeature
    {
        public bool IsExtendedConnect => inner.IsExtendedConnect;

        public string? Protocol => inner.Protocol;

        public async ValueTask<Stream> AcceptAsync() => new SocketStream(await inner.AcceptAsync(), transport);
    }
}
