using System.Net;
using System.Text.Json;
using Parley.Protocol;
using Parley.Server.Tests.Agents;
using Parley.Server.Tests.Harness;
using Parley.Server.Tests.Rest;
using Xunit;

namespace Parley.Server.Tests.Pauses;

/// <summary>What tests of pauses do over and over, as a client does it.</summary>
internal static class PauseSteps
{
    internal static Task<Answer> PostAsync(this ConceptHost host, string token, string path, string? json = null) => SucceedAsync(host, HttpMethod.Post, token, path, json);

    internal static Task<Answer> PutAsync(this ConceptHost host, string token, string path, string? json = null) => SucceedAsync(host, HttpMethod.Put, token, path, json);

    /// <summary>The pause of an agent, a squad, or a project, as its answer shows it.</summary>
    internal static Pause? PauseIn(Answer answer)
    {
        Assert.Equal(HttpStatusCode.OK, answer.Status);
        using var json = JsonDocument.Parse(answer.Text);
        return json.RootElement.GetProperty("pause").Deserialize(WireJson.Lenient.Pause);
    }

    internal static async Task<Pause?> PauseOfAsync(this ConceptHost host, string token, string path) =>
        PauseIn(await host.SendAsync(HttpMethod.Get, $"/api/v1/{path}", token));

    /// <summary>Sends "x" to an agent, and returns what the sender is told of it.</summary>
    internal static async Task<Outlook> TellAsync(this ConceptHost host, string token, string to)
    {
        var answer = await host.PostAsync(token, "messages", $$"""{"to": "{{to}}", "content": "x"}""");
        return Assert.Single(answer.As(WireJson.Lenient.SendAnswer).Deliveries).Outlook!.Value;
    }

    /// <summary>How many messages an agent gets when it asks for them.</summary>
    internal static async Task<int> ClaimAsync(this ConceptHost host, string token, string agent) =>
        JsonDocument.Parse((await host.PostAsync(token, $"agents/{agent}/claim", "{}")).Text).RootElement.GetProperty("items").GetArrayLength();

    internal static async Task<string?> NextContentAsync(this TestSocket socket) =>
        (await socket.NextAsync(frame => frame.Event == FrameEvents.MessageReceived)).Data!.Value.GetProperty("message").GetProperty("content").GetString();

    private static async Task<Answer> SucceedAsync(ConceptHost host, HttpMethod method, string token, string path, string? json)
    {
        var answer = await host.SendAsync(method, $"/api/v1/{path}", token, json);
        Assert.True((int)answer.Status is >= 200 and < 300, $"{method} {path}: {answer.Status:D} {answer.Text}");
        return answer;
    }
}
