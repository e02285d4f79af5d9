using System.Net;
using Parley.Protocol;
using Parley.Server.Agents;
using Parley.Server.Log;
using Parley.Server.Tests.Agents;
using Parley.Server.Tests.Rest;
using Parley.Server.Tests.Tasks;
using Xunit;

namespace Parley.Server.Tests.Budgets;

/// <summary>What tests of message budgets do over and over, as clients do it.</summary>
internal static class BudgetSteps
{
    internal const string Api = "/api/v1/budgets";

    internal static async Task<MessageBudget> SetBudgetAsync(this ConceptHost host, string token, string target, string json) =>
        Read(await host.SendAsync(HttpMethod.Put, $"{Api}/{target}", token, json));

    internal static async Task<MessageBudget> BudgetAsync(this ConceptHost host, string token, string target) =>
        Read(await host.SendAsync(HttpMethod.Get, $"{Api}/{target}", token));

    internal static Task<Answer> TryToSendAsync(this ConceptHost host, string token, string content = "Hello!", string to = "bob", string more = "") =>
        host.SendAsync(HttpMethod.Post, "/api/v1/messages", token, $$"""{"to": "{{to}}", "content": "{{content}}"{{more}}}""");

    internal static async Task<SendAnswer> SentAsync(this ConceptHost host, string token, string content = "Hello!", string to = "bob", string more = "")
    {
        var answer = await host.TryToSendAsync(token, content, to, more);
        Assert.True(answer.Status is HttpStatusCode.Created or HttpStatusCode.OK, $"{answer.Status:D} {answer.Text}");
        return answer.As(WireJson.Lenient.SendAnswer);
    }

    internal static async Task RefusedAsync(this ConceptHost host, string token, string content = "Hello!", string to = "bob", string more = "") =>
        (await host.TryToSendAsync(token, content, to, more)).Refused(HttpStatusCode.TooManyRequests, ErrorCodes.BudgetSpent);

    /// <summary>The types of the log entries about budgets, in order.</summary>
    internal static async Task<IReadOnlyList<string>> ToldAsync(this ConceptHost host) =>
        [.. (await host.LogAsync()).Where(entry => (int)entry.Kind == 33).Select(entry => entry.Type!)];

    internal static async Task<int> MessagesFromAsync(this ConceptHost host, string agentId) =>
        (await host.LogAsync()).Count(entry => entry.Kind == EntryKind.Message && entry.Sender == host.Default.Agents.Find(agentId)!.Number);

    private static MessageBudget Read(Answer answer)
    {
        Assert.True(answer.Status is HttpStatusCode.OK or HttpStatusCode.Created, $"{answer.Status:D} {answer.Text}");
        return answer.As(WireJson.Lenient.MessageBudget);
    }
}
