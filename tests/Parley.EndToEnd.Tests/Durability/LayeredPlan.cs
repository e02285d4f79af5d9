using System.Globalization;
using System.Text.Json;
using Parley.Client;
using Parley.Protocol;
using Xunit;

namespace Parley.EndToEnd.Tests.Durability;

/// <summary>A workflow of many steps for two agents, in layers that depend on each other, and a person's decision at the end; and what must be true of it
/// whatever has happened to the servers.</summary>
internal static class LayeredPlan
{
    internal const string One = "one", Two = "two";

    private const int Layers = 30, Wide = 4;

    private const string Decision = "decision";

    /// <summary>An agent may try a node that stands still several times before it finds the other one.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    /// <returns>Whether it was confirmed.</returns>
    internal static async Task<bool> StartAsync(ParleyApi api, string title, CancellationToken cancel)
    {
        var steps = from layer in Enumerable.Range(0, Layers)
                    from n in Enumerable.Range(0, Wide)
                    select new WorkflowStepRequest
                    {
                        Step = Name(layer, n),
                        Agent = n % 2 == 0 ? One : Two,
                        Action = "Do it.",
                        DependsOn = layer == 0 ? null : [Name(layer - 1, n), Name(layer - 1, (n + 1) % Wide)],
                    };
        var decision = new WorkflowStepRequest { Step = Decision, Person = "human", Action = "Is it good?", DependsOn = [Name(Layers - 1, 0)] };
        try
        {
            await api.Workflows.StartAsync(new WorkflowRequest { Title = title, Steps = [.. steps, decision] }, cancel);
            return true;
        }
        catch (ParleyException unanswered) when (unanswered.Retryable)
        {
            return false;
        }
    }

    /// <summary>Does a step.</summary>
    internal static Task<JsonElement?> WorkAsync(AssignedStep step, CancellationToken stop) => Task.FromResult<JsonElement?>(JsonElement.Parse("""{"n": 1}"""));

    /// <summary>Waits until it has ended, decides as the person, and checks that each step was handed out and completed once.</summary>
    internal static async Task VerifyAsync(ParleyApi api, string id, string when, CancellationToken cancel)
    {
        Workflow? workflow = null;
        Assert.True(
            await Until.TrueAsync(() => HasEndedAsync(), Patience, cancel),
            $"It does not end {when}: {JsonSerializer.Serialize(workflow, WireJson.Lenient.Workflow)}");
        Assert.Equal(WorkflowStatus.Completed, workflow!.Status);
        Assert.Equal((Layers * Wide) + 1, workflow.Steps.Count);
        Assert.All(workflow.Steps, step => Assert.Equal((WorkflowStepStatus.Completed, 1, 1L), (step.Status, step.Attempt, step.Fence)));
        Assert.Equal("yes", workflow.Steps.Single(step => step.Step == Decision).Result!.Value.GetProperty("answer").GetString());
        var told = await api.Messages.ListAsync(new MessageQuery { Type = "workflow_completion", Thread = id }, cancel);
        Assert.Single(told.Items);
        var execution = await api.Executions.GetAsync(workflow.ExecutionId!, cancel);
        Assert.Equal((ExecutionStatus.Completed, id), (execution.Status, execution.WorkflowId));
        Assert.Single((await api.Executions.ListAsync(500, after: null, cancel)).Items, run => run.WorkflowId == id);

        async Task<bool> HasEndedAsync()
        {
            try
            {
                workflow = await api.Workflows.GetAsync(id, cancel);
                foreach (var question in (await api.Questions.ListAsync("open", cancellationToken: cancel)).Items)
                    await api.Questions.AnswerAsync(question.QuestionId, "yes", cancellationToken: cancel);
            }
            catch (ParleyException unanswered) when (unanswered.Retryable || unanswered.Code == ErrorCodes.Conflict)
            {
                // A node is away, or the answer was given before its confirmation got lost.
            }

            return workflow?.EndedAt is not null;
        }
    }

    private static string Name(int layer, int n) => string.Create(CultureInfo.InvariantCulture, $"s{layer}-{n}");
}
