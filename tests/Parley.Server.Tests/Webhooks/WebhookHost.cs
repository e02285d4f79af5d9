using System.Net;
using Parley.Protocol;
using Parley.Server.Settings;
using Parley.Server.Tests.Agents;
using Parley.Server.Tests.Harness;
using Parley.Server.Tests.Rest;
using Xunit;

namespace Parley.Server.Tests.Webhooks;

/// <summary>A server whose webhooks may lead to receivers on this machine, as an admin uses it.</summary>
internal sealed class WebhookHost(ConceptHost host, string admin) : IAsyncDisposable
{
    internal const string Api = "/api/v1/webhooks";

    internal ConceptHost Host => host;

    internal string Admin => admin;

    internal static ServerSettings Private(ServerSettings settings) => settings with { WebhookPrivateAddresses = true, WebhookMaxFailures = 3 };

    internal static async Task<WebhookHost> StartAsync(ServerData data, TestClock? clock = null)
    {
        data.Change = Private;
        var host = await ConceptHost.StartAsync(data, clock);
        return new WebhookHost(host, await host.TokenAsync(TokenKind.Admin));
    }

    internal async Task<Webhook> CreateAsync(string url, string types = "")
    {
        var answer = await host.SendAsync(HttpMethod.Post, Api, admin, $$"""{"url": "{{url}}", "types": [{{types}}]}""");
        Assert.True(answer.Status == HttpStatusCode.Created, answer.Text);
        return answer.As(WireJson.Lenient.Webhook);
    }

    internal async Task<Webhook> GetAsync(string id) => (await host.SendAsync(HttpMethod.Get, $"{Api}/{id}", admin)).As(WireJson.Lenient.Webhook);

    internal async Task<string> PublishAsync(string type) =>
        (await host.SendAsync(HttpMethod.Post, "/api/v1/events", admin, $$"""{"event_type": "{{type}}"}""")).As(WireJson.Lenient.EventRecord).EventId;

    internal async Task<Webhook> UntilAsync(string id, Func<Webhook, bool> isSo)
    {
        var now = await GetAsync(id);
        await Polling.UntilAsync(() => $"the webhook to be otherwise than {now}", async () => isSo(now = await GetAsync(id)));
        return now;
    }

    /// <summary>Waits until a delivery has failed so many times in a row, and turns the clock to the next attempt.</summary>
    /// <returns>How long that was.</returns>
    internal async Task<TimeSpan> TurnToRetryAsync(string id, int failures)
    {
        var webhook = await UntilAsync(id, one => one.Failures == failures && one.NextAttemptAt is not null);
        var wait = webhook.NextAttemptAt!.Value - host.Clock.GetUtcNow();
        host.Clock.Advance(wait);
        return wait;
    }

    public ValueTask DisposeAsync() => host.DisposeAsync();
}
