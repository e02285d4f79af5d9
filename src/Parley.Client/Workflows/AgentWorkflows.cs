using System.Text.Json;
using Parley.Protocol;

namespace Parley.Client;

/// <summary>A step of a workflow, as it was handed to this agent.</summary>
public sealed record AssignedStep
{
    /// <summary>The workflow that it is a step of.</summary>
    public required string WorkflowId { get; init; }

    /// <summary>The name of the step.</summary>
    public required string Step { get; init; }

    /// <summary>What to do; null if the plan does not say.</summary>
    public string? Action { get; init; }

    /// <summary>Any JSON, from the plan.</summary>
    public JsonElement? Requirements { get; init; }

    /// <summary>Any JSON, with the results of earlier steps filled in.</summary>
    public JsonElement? Input { get; init; }

    /// <summary>Goes up each time the step is handed out. Only the newest one's result counts.</summary>
    public required long Fence { get; init; }

    /// <summary>1 for the first attempt.</summary>
    public int Attempt { get; init; } = 1;
}

/// <summary>Workflows: work on their steps.</summary>
public sealed partial class ParleyAgent
{
    /// <summary>Works on the steps that workflows hand to this agent, one at a time. A step completes with the handler's result. If the handler throws,
    /// the attempt fails with the exception's message. If the agent has lost the step in the meantime, its result is dropped.</summary>
    /// <param name="handler">Returns the result: any JSON up to 256 KiB, or null.</param>
    /// <returns>Dispose it to remove the handler.</returns>
    public IDisposable OnWorkflowStep(Func<AssignedStep, CancellationToken, Task<JsonElement?>> handler) =>
        OnMessage(new MailboxFilter { Types = ["workflow_step"] }, (message, stop) => WorkAsync(message, handler, stop));

    private static async Task WorkAsync(ReceivedMessage message, Func<AssignedStep, CancellationToken, Task<JsonElement?>> handler, CancellationToken stop)
    {
        // Others may send messages of this type too. If one does not hand out a step, there is nothing to work on.
        if (message.Message.Payload is not { ValueKind: JsonValueKind.Object } payload ||
            !payload.TryGetProperty("workflow_id", out var workflow) || workflow.GetString() is not { } workflowId ||
            !payload.TryGetProperty("step", out var name) || name.GetString() is not { } step ||
            !payload.TryGetProperty("fence", out var number) || !number.TryGetInt64(out var fence))
        {
            return;
        }

        var assigned = new AssignedStep
        {
            WorkflowId = workflowId,
            Step = step,
            Action = payload.TryGetProperty("action", out var action) ? action.GetString() : null,
            Requirements = Field(payload, "requirements"),
            Input = Field(payload, "input"),
            Fence = fence,
            Attempt = payload.TryGetProperty("attempt", out var attempt) && attempt.TryGetInt32(out var count) ? count : 1,
        };
        SendRequest reply;
        try
        {
            reply = new SendRequest { Outcome = Outcome.Success, Payload = await handler(assigned, stop) };
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // This agent stops. The step comes again when it is back, or to another one.
            throw;
        }
#pragma warning disable CA1031 // Whatever the handler throws is the reason why the attempt failed.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            reply = new SendRequest { Outcome = Outcome.Error, Content = failure.Message is "" ? failure.GetType().Name : failure.Message };
        }

        try
        {
            await message.ReplyAsync(reply, stop);
        }
        catch (ParleyException lost) when (lost.Code is ErrorCodes.LeaseLost or ErrorCodes.Forbidden)
        {
            // Another agent has the step now, and only its result counts.
        }
    }

    private static JsonElement? Field(JsonElement payload, string name) =>
        payload.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value.Clone() : null;
}
