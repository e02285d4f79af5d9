using System.Net;
using Parley.Protocol;
using Parley.Server.Coordination;
using Parley.Server.Log;
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

    internal static ServerSettings Private(ServerSettings settings) => settings with { WebhookPrivateAddresses = true, WebhookMaxFailures = 3, RateLimitPerSecond = 0 };

    internal static async Task<WebhookHost> StartAsync(ServerData data, TestClock? clock = null)
    {
        data.Change = Private;
        var host = await ConceptHost.StartAsync(data, clock);
        // On a busy machine, the first sign of life may fail, and the next comes by the clock.
        await Polling.UntilAsync("the server to lead", () =>
        {
            var leads = host.Get<ILeadership>().IsLeader;
            if (!leads)
                host.Clock.Advance(TimeSpan.FromSeconds(1));
            return leads;
        });
        return new WebhookHost(host, await host.TokenAsync(TokenKind.Admin));
    }

    internal async Task<Webhook> CreateAsync(string url, string types = "")
    {
        var answer = await host.SendAsync(HttpMethod.Post, Api, admin, $$"""{"url": "{{url}}", "types": [{{types}}]}""");
        Assert.True(answer.Status == HttpStatusCode.Created, answer.Text);
        return answer.As(WireJson.Lenient.Webhook);
    }

    internal async Task PutAsync(string id, string url, string types)
    {
        var answer = await host.SendAsync(HttpMethod.Put, $"{Api}/{id}", admin, $$"""{"url": "{{url}}", "types": [{{types}}]}""");
        Assert.True(answer.Status == HttpStatusCode.OK, answer.Text);
    }

    /// <summary>Waits until retention has taken everything up to a seq, as it does by itself.</summary>
    internal Task PruneAsync(long upTo) => Polling.UntilAsync(() => "the log to be pruned", async () =>
    {
        host.Clock.Advance(TimeSpan.FromMinutes(1));
        return await host.Get<ILogStore>().FirstSeqAsync(host.Default.Number, TestContext.Current.CancellationToken) > upTo;
    });

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
