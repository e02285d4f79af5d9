using System.Net;
using System.Net.Sockets;
using Parley.Server.Settings;

namespace Parley.Server.Outgoing;

/// <summary>Sends requests to addresses that users choose, but only to those that the users could reach themselves: see <see cref="PublicAddress"/>. Does
/// not follow redirects or use a proxy. Whoever uses it limits the time, and the size of what is read.</summary>
internal sealed class OutgoingClient : IDisposable
{
    private readonly ServerSettings _settings;
    private readonly HttpClient _client;

    public OutgoingClient(ServerSettings settings)
    {
        _settings = settings;
        _client = new HttpClient(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseProxy = false,
            UseCookies = false,
            ActivityHeadersPropagator = null,
            ConnectCallback = ConnectAsync,
            // Resolves the name again if it leads elsewhere by now.
            PooledConnectionLifetime = TimeSpan.FromMinutes(2),
            PooledConnectionIdleTimeout = TimeSpan.FromSeconds(30),
            MaxResponseHeadersLength = 16,
            MaxResponseDrainSize = 0,
        })
        {
            // The caller's limit is for the whole answer.
            Timeout = Timeout.InfiniteTimeSpan,
        };
    }

    /// <summary>Resolves a host name. Tests use their own names.</summary>
    internal Func<string, CancellationToken, Task<IPAddress[]>> Resolve { get; set; } = Dns.GetHostAddressesAsync;

    public void Dispose() => _client.Dispose();

    /// <returns>The answer as soon as its headers are there.</returns>
    /// <exception cref="HttpRequestException">There is none; see <see cref="Words"/>.</exception>
    internal Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        request.Headers.TryAddWithoutValidation("User-Agent", "Parley");
        return _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
    }

    /// <summary>Why there is no answer. Contains no text from the receiver, and nothing that reveals this network.</summary>
    internal static string Words(Exception fault)
    {
        for (var cause = fault; cause is not null; cause = cause.InnerException)
        {
            if (cause is AddressRefusedException refused)
                return refused.Message;
        }

        return ((fault as HttpRequestException)?.HttpRequestError ?? (fault as HttpIOException)?.HttpRequestError) switch
        {
            HttpRequestError.NameResolutionError => "the receiver's name is not known",
            HttpRequestError.ConnectionError => "the receiver could not be connected to",
            HttpRequestError.SecureConnectionError => "no secure connection could be made: the receiver's certificate is not valid for its name, or not trusted here",
            HttpRequestError.ConfigurationLimitExceeded => "the receiver's headers are too long",
            HttpRequestError.ResponseEnded => "the connection ended before the whole answer had come",
            _ => "the receiver's answer could not be read",
        };
    }

    /// <summary>Checked here, when the address that the name resolves to is known, so a name that now leads elsewhere changes nothing.</summary>
    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var (host, port) = (context.DnsEndPoint.Host, context.DnsEndPoint.Port);
        var found = IPAddress.TryParse(host, out var literal) ? [literal] : await Resolve(host, cancellationToken);
        var allowed = _settings.WebhookPrivateAddresses ? found : [.. found.Where(PublicAddress.Is)];
        if (allowed.Length == 0)
            throw new AddressRefusedException(found.Length > 0);
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(allowed, port, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private sealed class AddressRefusedException(bool isPrivate) : IOException(isPrivate
        ? "the receiver's name leads to a private address, which needs the setting webhook_private_addresses"
        : "the receiver's name has no address");
}
