using System.Net;
using Parley.Protocol;
using Parley.Server.Tests.Agents;
using Parley.Server.Tests.Harness;
using Parley.Server.Tests.Rest;
using Xunit;

namespace Parley.Server.Tests.Questions;

/// <summary>What tests ask of questions over REST.</summary>
internal static class Asking
{
    internal const string Api = "/api/v1/questions";

    /// <summary>A question with two options, an hour, and a default.</summary>
    internal const string WithDefault =
        """{"content": "Which database?", "options": ["sqlite", {"value": "postgres", "label": "PostgreSQL"}], "default": "sqlite", "deadline": "2026-01-22T14:56:52Z"}""";

    internal static Task<Answer> AskAsync(ConceptHost host, string token, string json) => host.SendAsync(HttpMethod.Post, Api, token, json);

    internal static async Task<Question> AskedAsync(ConceptHost host, string token, string json = WithDefault) => Read(await AskAsync(host, token, json), HttpStatusCode.Created);

    internal static Task<Answer> AnswerAsync(ConceptHost host, string token, string id, string json) => host.SendAsync(HttpMethod.Post, $"{Api}/{id}/answer", token, json);

    internal static Task<Answer> WithdrawAsync(ConceptHost host, string token, string id) => host.SendAsync(HttpMethod.Post, $"{Api}/{id}/withdraw", token);

    internal static async Task<Question> GetAsync(ConceptHost host, string token, string id) => Read(await host.SendAsync(HttpMethod.Get, $"{Api}/{id}", token));

    internal static async Task<IReadOnlyList<Question>> ListAsync(ConceptHost host, string token, string query = "") =>
        (await host.SendAsync(HttpMethod.Get, $"{Api}{query}", token)).As(WireJson.Lenient.PageQuestion).Items;

    internal static Question Read(Answer answer, HttpStatusCode status = HttpStatusCode.OK)
    {
        Assert.True(status == answer.Status, $"{answer.Status:D} instead of {status:D}: {answer.Text}");
        return answer.As(WireJson.Lenient.Question);
    }

    internal static async Task<IReadOnlyList<Message>> InboxAsync(ConceptHost host, string agent, string token) =>
        [.. (await host.SendAsync(HttpMethod.Get, $"/api/v1/agents/{agent}/inbox?max=100", token)).As(WireJson.Lenient.Inbox).Items.Select(item => item.Message)];

    /// <summary>The types of what waits for somebody, in order.</summary>
    internal static async Task<IReadOnlyList<string>> TypesAsync(ConceptHost host, string agent, string token) =>
        [.. (await InboxAsync(host, agent, token)).Select(message => message.MessageType)];

    internal static async Task<Agent> AgentAsync(ConceptHost host, string token, string id) =>
        (await host.SendAsync(HttpMethod.Get, $"/api/v1/agents/{id}", token)).As(WireJson.Lenient.Agent);

    /// <summary>The question once it is so, after the clock was turned.</summary>
    internal static async Task<Question> UntilAsync(ConceptHost host, string token, string id, Func<Question, bool> isSo, TimeSpan step = default)
    {
        Question? seen = null;
        await Polling.UntilAsync(() => $"the question to be so: {seen}", async () =>
        {
            host.Clock.Advance(step);
            return isSo(seen = await GetAsync(host, token, id));
        });
        return seen!;
    }

    internal static async Task<Message> SendAsync(ConceptHost host, string token, string json)
    {
        var answer = await host.SendAsync(HttpMethod.Post, "/api/v1/messages", token, json);
        Assert.True(answer.Status == HttpStatusCode.Created, $"{answer.Status:D}: {answer.Text}");
        var id = answer.As(WireJson.Lenient.SendAnswer).MessageId;
        return (await host.SendAsync(HttpMethod.Get, $"/api/v1/messages/{id}", token)).As(WireJson.Lenient.Message);
    }
}
