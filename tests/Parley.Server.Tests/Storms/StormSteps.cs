using System.Net;
using Parley.Protocol;
using Parley.Server.Tests.Agents;
using Parley.Server.Tests.Harness;
using Parley.Server.Tests.Rest;
using Xunit;

namespace Parley.Server.Tests.Storms;

/// <summary>What tests of storms do over and over, as clients do it.</summary>
internal static class StormSteps
{
    internal const string Api = "/api/v1/storms";

    internal static async Task<SendAnswer> SayAsync(this ConceptHost host, string token, string to, string content, string? replyTo = null, string more = "")
    {
        var reply = replyTo is null ? "" : $", \"reply_to\": \"{replyTo}\"";
        var answer = await host.SendAsync(HttpMethod.Post, "/api/v1/messages", token, $$"""{"to": "{{to}}", "content": "{{content}}"{{reply}}{{more}}}""");
        Assert.True(answer.Status is HttpStatusCode.Created or HttpStatusCode.OK, $"{answer.Status:D} {answer.Text}");
        return answer.As(WireJson.Lenient.SendAnswer);
    }

    /// <summary>Agents that answer each other in turn, each the one before it, until a reply is held.</summary>
    /// <param name="pause">How long each thinks.</param>
    /// <returns>How many replies got through, the last of them, and the held one; nothing is held if there were as many as <paramref name="most"/>.</returns>
    internal static async Task<(int Through, string Last, string? Held)> AnswerEachOtherAsync(
        this ConceptHost host, IReadOnlyList<(string Id, string Token)> agents, string first, int most = 200, TimeSpan pause = default, Func<int, Task>? between = null)
    {
        var last = first;
        for (var i = 1; i <= most; i++)
        {
            host.Clock.Advance(pause);
            if (between is not null)
                await between(i);
            var (sender, recipient) = (agents[i % agents.Count], agents[(i + 1) % agents.Count]);
            var sent = await host.SayAsync(sender.Token, recipient.Id, $"Thank you, {recipient.Id}!", last);
            if (sent.IsHeld())
                return (i - 1, last, sent.MessageId);
            last = sent.MessageId;
        }

        return (most, last, null);
    }

    internal static bool IsHeld(this SendAnswer sent) => Assert.Single(sent.Deliveries).Outlook == Outlook.Held;

    internal static async Task<IReadOnlyList<Storm>> StormsAsync(this ConceptHost host, string token, string query = "") =>
        (await host.SendAsync(HttpMethod.Get, $"{Api}{query}", token)).As(WireJson.Lenient.PageStorm).Items;

    internal static async Task<Storm> StormAsync(this ConceptHost host, string token, string id) => Read(await host.SendAsync(HttpMethod.Get, $"{Api}/{id}", token));

    internal static async Task<Storm> EndAsync(this ConceptHost host, string token, string id, string verb, string? json = null) =>
        Read(await host.SendAsync(HttpMethod.Post, $"{Api}/{id}/{verb}", token, json));

    internal static async Task<IReadOnlyList<Message>> MessagesAsync(this ConceptHost host, string token, string agent) =>
        [.. (await host.SendAsync(HttpMethod.Get, $"/api/v1/agents/{agent}/inbox?max=500", token)).As(WireJson.Lenient.Inbox).Items.Select(item => item.Message)];

    internal static async Task<Delivery> DeliveryAsync(this ConceptHost host, string token, string messageId) =>
        Assert.Single((await host.SendAsync(HttpMethod.Get, $"/api/v1/messages/{messageId}/trace", token)).As(WireJson.Lenient.MessageTrace).Deliveries);

    internal static async Task<Message> MessageAsync(this ConceptHost host, string token, string messageId) =>
        (await host.SendAsync(HttpMethod.Get, $"/api/v1/messages/{messageId}", token)).As(WireJson.Lenient.Message);

    private static Storm Read(Answer answer)
    {
        Assert.True(answer.Status == HttpStatusCode.OK, $"{answer.Status:D} {answer.Text}");
        return answer.As(WireJson.Lenient.Storm);
    }
}
