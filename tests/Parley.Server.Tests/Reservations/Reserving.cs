using System.Net;
using Parley.Protocol;
using Parley.Server.Tests.Agents;
using Parley.Server.Tests.Rest;
using Xunit;

namespace Parley.Server.Tests.Reservations;

/// <summary>What tests ask of reservations over REST.</summary>
internal static class Reserving
{
    internal const string Api = "/api/v1/reservations";

    internal static Task<Answer> ReserveAsync(ConceptHost host, string token, string json) => host.SendAsync(HttpMethod.Post, Api, token, json);

    internal static async Task<Reservation> GetAsync(ConceptHost host, string token, string id) => Read(await host.SendAsync(HttpMethod.Get, $"{Api}/{id}", token));

    internal static async Task<Reservation> ReleaseAsync(ConceptHost host, string token, string id) => Read(await host.SendAsync(HttpMethod.Delete, $"{Api}/{id}", token));

    internal static Reservation Read(Answer answer, HttpStatusCode status = HttpStatusCode.OK)
    {
        Assert.True(status == answer.Status, $"{answer.Status:D} instead of {status:D}: {answer.Text}");
        return answer.As(WireJson.Lenient.Reservation);
    }

    internal static async Task<IReadOnlyList<Message>> InboxAsync(ConceptHost host, string agent, string token) =>
        [.. (await host.SendAsync(HttpMethod.Get, $"/api/v1/agents/{agent}/inbox?max=100", token)).As(WireJson.Lenient.Inbox).Items.Select(item => item.Message)];
}
