using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using Parley.Protocol;
using Parley.Server.Outgoing;
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

/// <summary>Posts events, and limits an answer's time and size.</summary>
internal sealed class WebhookSender(OutgoingClient client, ServerSettings settings, TimeProvider clock)
{
    internal const string TimestampHeader = "X-Parley-Timestamp", SignatureHeader = "X-Parley-Signature", EventIdHeader = "X-Parley-Event-Id",
        EventHeader = "X-Parley-Event", DeliveryHeader = "X-Parley-Delivery", MissedHeader = "X-Parley-Missed";

    /// <summary>How much of an answer is read so that the connection can be reused. If there is more, the connection is closed.</summary>
    private const int MostRead = 64 * 1024;

    /// <param name="place">The state of the webhook's deliveries so far.</param>
    internal async ValueTask<WebhookAttempt> PostAsync(Webhook webhook, WebhookDelivery delivery, WebhookPlace place, CancellationToken cancellationToken)
    {
        using var request = RequestOf(webhook, delivery, place);
        using var timeout = new CancellationTokenSource(settings.WebhookTimeout, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            using var answer = await client.SendAsync(request, either.Token);
            await ReadAsync(answer, either.Token);
            return AttemptOf(answer);
        }
        catch (Exception fault) when (
            (fault is OperationCanceledException or HttpRequestException or IOException) && timeout.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            return new WebhookAttempt(null, string.Create(CultureInfo.InvariantCulture, $"no whole answer within {settings.WebhookTimeout.TotalSeconds:0.###} s"));
        }
        catch (Exception fault) when (fault is HttpRequestException or IOException)
        {
            return new WebhookAttempt(null, OutgoingClient.Words(fault));
        }
    }

    private HttpRequestMessage RequestOf(Webhook webhook, WebhookDelivery delivery, WebhookPlace place)
    {
        var timestamp = clock.GetUtcNow().ToUnixTimeSeconds();
        var content = new ByteArrayContent(delivery.Body);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        var request = new HttpRequestMessage(HttpMethod.Post, webhook.Url) { Content = content };
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
        var after = answer.Headers.RetryAfter is { } retry ? retry.Delta ?? retry.Date - clock.GetUtcNow() : null;
        return new WebhookAttempt(status, string.Create(CultureInfo.InvariantCulture, $"the receiver answered {status}{redirect}"), after);
    }
}
