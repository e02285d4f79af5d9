using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Parley.Server.Limits;

namespace Parley.Server.Settings;

/// <summary>Where Kestrel listens, with which certificate and limits, and which proxies it trusts.</summary>
internal static class KestrelSetup
{
    /// <param name="within">Wraps every connection, after TLS.</param>
    public static void UseSettings(this IWebHostBuilder host, ServerSettings settings, Func<ConnectionDelegate, ConnectionDelegate> within)
    {
        host.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            Limit(kestrel.Limits, settings);

            var limit = LimitOf(settings);
            var logger = kestrel.ApplicationServices.GetRequiredService<ILoggerFactory>().CreateLogger(typeof(ConnectionGate).FullName!);
            var tls = settings.HasTls ? LoadCertificate(settings) : null;
            if (settings.Host == "*")
                kestrel.ListenAnyIP(settings.Port, Open);
            else
                Array.ForEach(AddressesOf(settings.Host), address => kestrel.Listen(address, settings.Port, Open));

            void Open(ListenOptions listen)
            {
                ConnectionGate.Use(listen, limit, speaksPlainly: tls is null, logger);
                Secure(listen, tls).Use(within);
            }
        });
        host.ConfigureServices(services => services.Configure<ForwardedHeadersOptions>(options => Believe(options, settings.TrustedProxies)));
        // Frames and requests are read on the thread where they arrive, and written on the thread that creates them. Nothing here blocks, and each
        // thread switch would cost as much as the work.
        host.ConfigureServices(services => services.Configure<SocketTransportOptions>(options => options.UnsafePreferInlineScheduling = true));
    }

    private static ListenOptions Secure(ListenOptions listen, HttpsConnectionAdapterOptions? tls)
    {
        // Without TLS, browsers and curl have no way to negotiate HTTP/2.
        listen.Protocols = tls is null ? HttpProtocols.Http1 : HttpProtocols.Http1AndHttp2;
        if (tls is not null)
            listen.UseHttps(tls);
        return listen;
    }

    private static ConnectionLimit LimitOf(ServerSettings settings)
    {
        var most = settings.MaxConnections > 0 ? Math.Min(settings.MaxConnections, DescriptorLimit.Connections) : DescriptorLimit.Connections;
        return new ConnectionLimit(
            most, settings.MaxConnectionsPerAddress > 0 ? settings.MaxConnectionsPerAddress : Math.Max(1, most / 2),
            address => IPAddress.IsLoopback(address) || settings.TrustedProxies.Any(proxy => proxy.Contains(address)));
    }

    private static IPAddress[] AddressesOf(string host)
    {
        if (IPAddress.TryParse(host.Trim('[', ']'), out var address))
            return [address];

        // Both address families cannot be requested for one free port, and clients that know 'localhost' know 127.0.0.1.
        if (host.Equals("localhost", StringComparison.OrdinalIgnoreCase))
            return [IPAddress.Loopback];
        try
        {
            return Dns.GetHostAddresses(host);
        }
        catch (SocketException unknown)
        {
            throw CanNotListenException.UnknownHost(host, unknown);
        }
    }

    private static void Limit(KestrelServerLimits limits, ServerSettings settings)
    {
        // The default limit for all endpoints. Those that accept more, or less, say so themselves.
        limits.MaxRequestBodySize = settings.MaxBodyBytes;
        limits.MaxRequestHeadersTotalSize = 32 * 1024;
        limits.MaxRequestLineSize = 8 * 1024;
        limits.RequestHeadersTimeout = TimeSpan.FromSeconds(15);

        // A client that sends a body slower than a modem wastes a connection.
        limits.MinRequestBodyDataRate = new MinDataRate(bytesPerSecond: 240, gracePeriod: TimeSpan.FromSeconds(10));
    }

    private static HttpsConnectionAdapterOptions LoadCertificate(ServerSettings settings)
    {
        var chain = new X509Certificate2Collection();
        chain.ImportFromPemFile(settings.TlsCert!);
        return new HttpsConnectionAdapterOptions
        {
            ServerCertificate = X509Certificate2.CreateFromPemFile(settings.TlsCert!, settings.TlsKey!),
            ServerCertificateChain = chain,
        };
    }

    private static void Believe(ForwardedHeadersOptions options, IReadOnlyList<System.Net.IPNetwork> proxies)
    {
        // By default, ASP.NET trusts loopback. Here, only the configured proxies are trusted.
        options.KnownProxies.Clear();
        options.KnownIPNetworks.Clear();
        foreach (var proxy in proxies)
            options.KnownIPNetworks.Add(proxy);
        options.ForwardedHeaders = proxies.Count == 0
            ? ForwardedHeaders.None
            : ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto | ForwardedHeaders.XForwardedHost;
        options.ForwardLimit = null;
    }
}
