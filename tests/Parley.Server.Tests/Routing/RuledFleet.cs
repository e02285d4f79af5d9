using System.Net;
using Parley.Protocol;
using Parley.Server.Tests.Agents;
using Xunit;

namespace Parley.Server.Tests.Routing;

/// <summary>A host with ada, bob, and dan, who has the capability <c>dba</c>.</summary>
internal sealed class RuledFleet : IAsyncDisposable
{
    private const string Messages = "/api/v1/messages";

    private RuledFleet(ConceptHost host, string admin, string ada, string bob) => (Host, Admin, Ada, Bob) = (host, admin, ada, bob);

    internal ConceptHost Host { get; }

    internal string Admin { get; }

    internal string Ada { get; }

    internal string Bob { get; }

    public ValueTask DisposeAsync() => Host.DisposeAsync();

    internal static async Task<RuledFleet> StartAsync(ConceptHost host)
    {
        var admin = await host.TokenAsync(TokenKind.Admin);
        var fleet = new RuledFleet(host, admin, await host.RegisterAsync("ada"), await host.RegisterAsync("bob"));
        await fleet.RegisterAsync("""{"agent_id": "dan", "capabilities": ["dba"]}""");
        return fleet;
    }

    internal async Task RegisterAsync(string agent)
    {
        var answer = await Host.SendAsync(HttpMethod.Post, "/api/v1/agents/register", Admin, agent);
        Assert.True(answer.Response.IsSuccessStatusCode, answer.Text);
    }

    internal async Task SetAsync(string rules)
    {
        var answer = await Host.SendAsync(HttpMethod.Put, "/api/v1/routing/rules", Admin, $$"""{"rules": {{rules}}}""");
        Assert.True(answer.Status == HttpStatusCode.OK, answer.Text);
    }

    internal async Task<SendAnswer> SentAsync(string send, string? token = null)
    {
        var answer = await Host.SendAsync(HttpMethod.Post, Messages, token ?? Ada, send);
        Assert.True(answer.Response.IsSuccessStatusCode, answer.Text);
        return answer.As(WireJson.Lenient.SendAnswer);
    }

    internal async Task<RoutingExplanation> ExplainAsync(string send)
    {
        var answer = await Host.SendAsync(HttpMethod.Post, "/api/v1/routing/explain", Admin, send);
        Assert.True(answer.Status == HttpStatusCode.OK, answer.Text);
        return answer.As(WireJson.Lenient.RoutingExplanation);
    }

    internal async Task<MessageTrace> TraceAsync(SendAnswer sent) =>
        (await Host.SendAsync(HttpMethod.Get, $"{Messages}/{sent.MessageId}/trace", Admin)).As(WireJson.Lenient.MessageTrace);
}
