using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Parley.Protocol;
using Parley.Server.Tests.Agents;
using Parley.Server.Tests.Harness;
using Parley.Server.Tests.Rest;
using Xunit;

namespace Parley.Server.Tests.Tasks;

/// <summary>What tests of tasks do over and over, as a client does it.</summary>
internal static class TaskSteps
{
    internal const string Api = "/api/v1/tasks";

    internal static AgentTask Task(this Answer answer, HttpStatusCode status = HttpStatusCode.OK)
    {
        Assert.True(status == answer.Status, $"{answer.Status:D} instead of {status:D}: {answer.Text}");
        return answer.As(WireJson.Lenient.AgentTask);
    }

    internal static Problem Refused(this Answer answer, HttpStatusCode status, string code)
    {
        Assert.True(status == answer.Status, $"{answer.Status:D} instead of {status:D}: {answer.Text}");
        var problem = answer.As(WireJson.Lenient.Problem);
        Assert.Equal(code, problem.Code);
        return problem;
    }

    internal static async Task<AgentTask> CreateAsync(this ConceptHost host, string token, string json) =>
        (await host.SendAsync(HttpMethod.Post, Api, token, json)).Task(HttpStatusCode.Created);

    internal static async Task<AgentTask> GetAsync(this ConceptHost host, string token, string id) => (await host.SendAsync(HttpMethod.Get, $"{Api}/{id}", token)).Task();

    internal static Task<Answer> MoveAsync(this ConceptHost host, string token, string id, string verb, string? json = null) =>
        host.SendAsync(HttpMethod.Post, $"{Api}/{id}/{verb}", token, json);

    internal static async Task<IReadOnlyList<Assignment>> AssignmentsAsync(this ConceptHost host, string token, string id) =>
        (await host.SendAsync(HttpMethod.Get, $"{Api}/{id}/assignments", token)).As(WireJson.Lenient.PageAssignment).Items;

    /// <summary>An agent that is online as long as the clock stands, with its token.</summary>
    internal static async Task<string> AgentAsync(this ConceptHost host, string id, params string[] capabilities)
    {
        var words = string.Join(',', capabilities.Select(capability => $"\"{capability}\""));
        var answer = await host.SendAsync(
            HttpMethod.Post, "/api/v1/agents/register", await host.TokenAsync(TokenKind.Join), $$"""{"agent_id": "{{id}}", "capabilities": [{{words}}]}""");
        var token = answer.As(WireJson.Lenient.Agent).Token!;
        await host.ComesAsync(id, token);
        return token;
    }

    internal static async Task ComesAsync(this ConceptHost host, string id, string token) => Assert.Equal(
        HttpStatusCode.OK, (await host.SendAsync(HttpMethod.Put, $"/api/v1/agents/{id}/status", token, """{"status": "online"}""")).Status);

    internal static async Task GoesAsync(this ConceptHost host, string id, string token) => Assert.Equal(
        HttpStatusCode.OK, (await host.SendAsync(HttpMethod.Put, $"/api/v1/agents/{id}/status", token, """{"status": "offline"}""")).Status);

    /// <summary>The task once it is so: what the server does by itself follows a change, and is not part of it.</summary>
    internal static async Task<AgentTask> UntilAsync(this ConceptHost host, string token, string id, Func<AgentTask, bool> isSo, TimeSpan step = default)
    {
        AgentTask? task = null;
        await Polling.UntilAsync(() => $"another state of the task than {task}", async () =>
        {
            if (step > TimeSpan.Zero)
                host.Clock.Advance(step);
            return isSo(task = await host.GetAsync(token, id));
        });
        return task!;
    }

    internal static async Task<HttpStatusCode> PutAsync(this ConceptHost host, string token, string id, string tag, string json)
    {
        using var request = new HttpRequestMessage(HttpMethod.Put, $"{Api}/{id}");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        request.Headers.TryAddWithoutValidation("If-Match", tag);
        request.Content = new StringContent(json, Encoding.UTF8, "application/json");
        using var response = await host.Client.SendAsync(request, TestContext.Current.CancellationToken);
        return response.StatusCode;
    }
}
