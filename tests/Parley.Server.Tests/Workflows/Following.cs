using System.Net;
using System.Text.Json;
using Parley.Protocol;
using Parley.Server.Tests.Agents;
using Parley.Server.Tests.Harness;
using Parley.Server.Tests.Rest;
using Xunit;

namespace Parley.Server.Tests.Workflows;

/// <summary>What tests of workflows do over and over, as a client does it.</summary>
internal static class Following
{
    internal const string Api = "/api/v1/workflows";

    internal static Workflow Workflow(this Answer answer, HttpStatusCode status = HttpStatusCode.OK)
    {
        Assert.True(status == answer.Status, $"{answer.Status:D} instead of {status:D}: {answer.Text}");
        return answer.As(WireJson.Lenient.Workflow);
    }

    internal static WorkflowStep Named(this Workflow workflow, string step) => workflow.Steps.Single(one => one.Step == step);

    internal static async Task<Workflow> StartAsync(this ConceptHost host, string token, string json) =>
        (await host.SendAsync(HttpMethod.Post, Api, token, json)).Workflow(HttpStatusCode.Created);

    internal static async Task<Workflow> FollowAsync(this ConceptHost host, string token, string id) => (await host.SendAsync(HttpMethod.Get, $"{Api}/{id}", token)).Workflow();

    internal static Task<Answer> StepAsync(this ConceptHost host, string token, string id, string step, string verb, string json) =>
        host.SendAsync(HttpMethod.Post, $"{Api}/{id}/steps/{step}/{verb}", token, json);

    /// <summary>The workflow once it is so: what the server does by itself follows a change, and is not part of it.</summary>
    internal static async Task<Workflow> UntilAsync(this ConceptHost host, string token, string id, Func<Workflow, bool> isSo, TimeSpan step = default)
    {
        Workflow? workflow = null;
        await Polling.UntilAsync(() => $"another state of the workflow than {JsonSerializer.Serialize(workflow, WireJson.Lenient.Workflow)}", async () =>
        {
            if (step > TimeSpan.Zero)
                host.Clock.Advance(step);
            return isSo(workflow = await host.FollowAsync(token, id));
        });
        return workflow!;
    }

    internal static Task<Workflow> UntilAsync(this ConceptHost host, string token, string id, string step, WorkflowStepStatus status, TimeSpan wait = default) =>
        host.UntilAsync(token, id, workflow => workflow.Named(step).Status == status, wait);

    /// <summary>Ends a step as whoever has it.</summary>
    internal static async Task EndAsync(this ConceptHost host, string token, Workflow workflow, string step, string result = "{}")
    {
        var held = await host.UntilAsync(token, workflow.WorkflowId, one => StepIsHeld(one.Named(step)));
        var answer = await host.StepAsync(token, workflow.WorkflowId, step, "complete", $$"""{"fence": {{held.Named(step).Fence}}, "result": {{result}}}""");
        Assert.True(answer.Status == HttpStatusCode.OK, answer.Text);
    }

    internal static async Task FailAsync(this ConceptHost host, string token, Workflow workflow, string step, string error = "It broke.")
    {
        var held = await host.UntilAsync(token, workflow.WorkflowId, one => StepIsHeld(one.Named(step)));
        var answer = await host.StepAsync(token, workflow.WorkflowId, step, "fail", $$"""{"fence": {{held.Named(step).Fence}}, "error": "{{error}}"}""");
        Assert.True(answer.Status == HttpStatusCode.OK, answer.Text);
    }

    /// <summary>The messages of a type in an agent's mailbox.</summary>
    internal static async Task<IReadOnlyList<Message>> InboxAsync(this ConceptHost host, string agent, string token, string type) =>
    [
        .. (await host.SendAsync(HttpMethod.Get, $"/api/v1/agents/{agent}/inbox?max=100", token)).As(WireJson.Lenient.Inbox).Items
            .Select(item => item.Message).Where(message => message.MessageType == type),
    ];

    private static bool StepIsHeld(WorkflowStep step) => step.Status is WorkflowStepStatus.Assigned or WorkflowStepStatus.InProgress;
}
