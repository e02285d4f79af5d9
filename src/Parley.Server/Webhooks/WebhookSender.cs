using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using Parley.Protocol;
using Parley.Server.Settings;

namespace Parley.Server.Webhooks;

/// <summary>The result of one delivery attempt.</summary>
/// <param name="Status">The status of the answer; null if there was none.</param>
/// <param name="Error">Why it failed, in a few words by this server; null if it did not.</param>
/// <param name="RetryAfter">The delay that the receiver asks for.</param>
internal sealed record WebhookAttempt(int? Status, string? Error, TimeSpan? RetryAfter = null)
{
    /// <summary>The receiver wants no more events, ever.</summary>
    internal bool IsGone => Status == (int)HttpStatusCode.Gone;
}

/// <summary>An event in the form in which it is posted.</summary>
/// <param name="Body">Its JSON, as <c>GET events</c> shows it.</param>
internal sealed record WebhookDelivery(string EventId, string Type, byte[] Body);

/// <summary>Posts events to addresses that users choose, but only to those that the users could reach themselves: see <see cref="PublicAddress"/>.
/// Does not follow redirects or use a proxy, and limits an answer's time and size.</summary>
internal sealed class WebhookSender : IDisposable
{
    internal const string TimestampHeader = "X-Parley-Timestamp", SignatureHeader = "X-Parley-Signature", EventIdHeader = "X-Parley-Event-Id",
        EventHeader = "X-Parley-Event", DeliveryHeader = "X-Parley-Delivery", MissedHeader = "X-Parley-Missed";

    /// <summary>How much of an answer is read so that the connection can be reused. If there is more, the connection is closed.</summary>
    private const int MostRead = 64 * 1024;

    private readonly ServerSettings _settings;
    private readonly TimeProvider _clock;
    private readonly HttpClient _client;

    public WebhookSender(ServerSettings settings, TimeProvider clock)
    {
        (_settings, _clock) = (settings, clock);
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
            // This class itself enforces the time limit for the whole answer.
            Timeout = Timeout.InfiniteTimeSpan,
        };
    }

    /// <summary>Resolves a host name. Tests use their own names.</summary>
    internal Func<string, CancellationToken, Task<IPAddress[]>> Resolve { get; set; } = Dns.GetHostAddressesAsync;

    public void Dispose() => _client.Dispose();

    /// <param name="place">The state of the webhook's deliveries so far.</param>
    internal async ValueTask<WebhookAttempt> PostAsync(Webhook webhook, WebhookDelivery delivery, WebhookPlace place, CancellationToken cancellationToken)
    {
        using var request = RequestOf(webhook, delivery, place);
        using var timeout = new CancellationTokenSource(_settings.WebhookTimeout, _clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            using var answer = await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, either.Token);
            await ReadAsync(answer, either.Token);
            return AttemptOf(answer);
        }
        catch (Exception fault) when (
            (fault is OperationCanceledException or HttpRequestException or IOException) && timeout.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            return new WebhookAttempt(null, string.Create(CultureInfo.InvariantCulture, $"no whole answer within {_settings.WebhookTimeout.TotalSeconds:0.###} s"));
        }
        catch (Exception fault) when (fault is HttpRequestException or IOException)
        {
            return new WebhookAttempt(null, Words(fault));
        }
    }

    private HttpRequestMessage RequestOf(Webhook webhook, WebhookDelivery delivery, WebhookPlace place)
    {
        var timestamp = _clock.GetUtcNow().ToUnixTimeSeconds();
        var content = new ByteArrayContent(delivery.Body);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        var request = new HttpRequestMessage(HttpMethod.Post, webhook.Url) { Content = content };
        request.Headers.TryAddWithoutValidation("User-Agent", "Parley");
        request.Headers.TryAddWithoutValidation(TimestampHeader, timestamp.ToString(CultureInfo.InvariantCulture));
        request.Headers.TryAddWithoutValidation(SignatureHeader, WebhookSignature.Of(webhook.Secret!, timestamp, delivery.Body));
        request.Headers.TryAddWithoutValidation(EventIdHeader, delivery.EventId);
        request.Headers.TryAddWithoutValidation(EventHeader, delivery.Type);
        request.Headers.TryAddWithoutValidation(DeliveryHeader, (place.Failures + 1).ToString(CultureInfo.InvariantCulture));
        if (place.Missed > 0)
            request.Headers.TryAddWithoutValidation(MissedHeader, place.Missed.ToString(CultureInfo.InvariantCulture));
        return request;
    }

    private static async Task ReadAsync(HttpResponseMessage answer, CancellationToken cancellationToken)
    {
        await using var body = await answer.Content.ReadAsStreamAsync(cancellationToken);
        var buffer = new byte[8 * 1024];
        var left = MostRead;
        while (left > 0 && await body.ReadAsync(buffer, cancellationToken) is > 0 and var read)
            left -= read;
    }

    private WebhookAttempt AttemptOf(HttpResponseMessage answer)
    {
        var status = (int)answer.StatusCode;
        if (answer.IsSuccessStatusCode)
            return new WebhookAttempt(status, null);
        var redirect = status is >= 300 and < 400 ? ", a redirect, which is not followed" : "";
        var after = answer.Headers.RetryAfter is { } retry ? retry.Delta ?? retry.Date - _clock.GetUtcNow() : null;
        return new WebhookAttempt(status, string.Create(CultureInfo.InvariantCulture, $"the receiver answered {status}{redirect}"), after);
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

    /// <summary>Contains no text from the receiver, and nothing that reveals this network.</summary>
    private static string Words(Exception fault)
    {
        for (var cause = fault; cause is not null; cause = cause.InnerException)
        {
            if (cause is AddressRefusedException refused)
                return refused.Message;
        }

        return (fault as HttpRequestException)?.HttpRequestError switch
        {
            HttpRequestError.NameResolutionError => "the receiver's name is not known",
            HttpRequestError.ConnectionError => "the receiver could not be connected to",
            HttpRequestError.SecureConnectionError => "no secure connection could be made: the receiver's certificate is not valid for its name, or not trusted here",
            HttpRequestError.ConfigurationLimitExceeded => "the receiver's headers are too long",
            HttpRequestError.ResponseEnded => "the connection ended before the whole answer had come",
            _ => "the receiver's answer could not be read",
        };
    }

    private sealed class AddressRefusedException(bool isPrivate) : IOException(isPrivate
        ? "the receiver's name leads to a private address, which needs the setting webhook_private_addresses"
        : "the receiver's name has no address");
}
