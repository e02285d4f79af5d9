using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Parley.Server.Connections.WebSockets;

/// <summary>The layer under a WebSocket, which tracks the peer and joins writes. It is between the connection and ASP.NET's WebSocket, which does not
/// report pongs and writes each message separately.</summary>
internal sealed class SocketTransport(TimeProvider clock)
{
    internal PeerTracker Peer { get; } = new(clock);

    internal WriteGathering Writes { get; } = new();

    /// <summary>Prepares for a WebSocket that is about to be accepted, over HTTP/1.1 or HTTP/2.</summary>
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

    /// <summary>HTTP/2 (RFC 8441), which browsers use if TLS negotiates it.</summary>
    private sealed class ExtendedConnect(IHttpExtendedConnectFeature inner, SocketTransport transport) : IHttpExtendedConnectFeature
    {
        public bool IsExtendedConnect => inner.IsExtendedConnect;

        public string? Protocol => inner.Protocol;

        public async ValueTask<Stream> AcceptAsync() => new SocketStream(await inner.AcceptAsync(), transport);
    }
}
