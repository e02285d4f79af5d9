using System.Globalization;
using System.Text.Json;
using Parley.Protocol;
using Parley.Server.Entities;
using Parley.Server.Wire;

namespace Parley.Server.Workflows;

/// <summary>What can happen to a step.</summary>
internal enum StepVerb
{
    Assign,
    Start,
    Complete,
    Fail,
    Skip,
    Cancel,

    /// <summary>Its agent is gone, so somebody else gets it. This is no failure.</summary>
    Lose,
}

/// <summary>What a caller wants to happen to a step.</summary>
internal sealed record StepCall(StepVerb Verb, DateTimeOffset Now)
{
    internal long? Fence { get; init; }

    /// <summary>The agent that acts only for itself; null for an operator or the server.</summary>
    internal string? Worker { get; init; }

    internal JsonElement? Result { get; init; }
    internal string? Error { get; init; }

    /// <summary>It would fail again in the same way.</summary>
    internal bool IsFinal { get; init; }
}

/// <summary>The state machine of steps: which transitions are legal, who may make them, and what they change. Pure functions.</summary>
internal static class StepMoves
{
    internal const string CreatedType = "workflow_step_created", RetryType = "workflow_step_retried";

    private const int MostAttempts = 50;

    private static readonly TimeSpan LongestBackoff = TimeSpan.FromDays(1);

    internal static bool IsHeld(WorkflowStepStatus status) => status is WorkflowStepStatus.Assigned or WorkflowStepStatus.InProgress;

    internal static bool IsOver(WorkflowStepStatus status) => status is not WorkflowStepStatus.Waiting && !IsHeld(status);

    internal static string TypeOf(StepVerb verb) => verb switch
    {
        StepVerb.Assign => "workflow_step_assigned",
        StepVerb.Start => "workflow_step_started",
        StepVerb.Complete => "workflow_step_completed",
        StepVerb.Fail => "workflow_step_failed",
        StepVerb.Skip => "workflow_step_skipped",
        StepVerb.Cancel => "workflow_step_cancelled",
        _ => RetryType,
    };

    /// <summary>What whoever has a step does with it.</summary>
    internal static Decision<WorkflowStep> Make(WorkflowStep step, StepCall call)
    {
        if (Refusal(step, call) is { } problem)
            return Decision<WorkflowStep>.Refuse(problem);
        return call.Verb switch
        {
            // A caller whose answer got lost may ask again.
            StepVerb.Complete when step.Status == WorkflowStepStatus.Completed => Decision<WorkflowStep>.Keep,
            StepVerb.Start when step.Status == WorkflowStepStatus.InProgress => Decision<WorkflowStep>.Keep,
            StepVerb.Start => Put(step with { Status = WorkflowStepStatus.InProgress }, StepVerb.Start),
            StepVerb.Complete => Put(
                Ended(step, call.Now, null) with { Status = WorkflowStepStatus.Completed, Result = call.Result, Error = null, Fence = FenceAfter(step, call) }, StepVerb.Complete),
            StepVerb.Fail when step.RetriesLeft > 0 && !call.IsFinal => Decision<WorkflowStep>.Put(
                Ended(step, call.Now, call.Error) with
                {
                    Status = WorkflowStepStatus.Waiting,
                    RetriesLeft = step.RetriesLeft - 1,
                    RetryAt = call.Now + BackoffOf(step),
                    Fence = step.Fence + 1,
                    Error = call.Error,
                },
                RetryType),
            StepVerb.Fail => Put(Ended(step, call.Now, call.Error) with { Status = WorkflowStepStatus.Failed, Error = call.Error, Fence = FenceAfter(step, call) }, StepVerb.Fail),
            StepVerb.Lose => Decision<WorkflowStep>.Put(
                Ended(step, call.Now, call.Error) with { Status = WorkflowStepStatus.Waiting, RetryAt = null, AgentId = null, Fence = step.Fence + 1 }, RetryType),
            _ => throw new System.Diagnostics.UnreachableException($"Nobody asks for {call.Verb}."),
        };
    }

    /// <summary>Hands it to an agent, a person, or a workflow.</summary>
    /// <param name="input">Its input with the references filled in.</param>
    /// <param name="timeout">Null if it may take as long as it wants.</param>
    /// <param name="questionId">The question that puts it to a person.</param>
    internal static Decision<WorkflowStep> Assign(
        WorkflowStep step, string? agentId, JsonElement? input, DateTimeOffset now, TimeSpan? timeout, string? questionId = null) => Put(
        step with
        {
            Status = WorkflowStepStatus.Assigned,
            AgentId = agentId,
            ChildWorkflowId = null,
            QuestionId = questionId,
            FilledInput = input,
            Attempt = step.Attempt + 1,
            Fence = step.Fence + 1,
            Error = null,
            RetryAt = null,
            StartedAt = step.StartedAt ?? now,
            TimeoutAt = now + timeout,
            Attempts = [.. step.Attempts.TakeLast(MostAttempts - 1), new WorkflowAttempt { Attempt = step.Attempt + 1, AgentId = agentId, StartedAt = now }],
        },
        StepVerb.Assign);

    /// <summary>It fails before anybody gets it, because nobody could do it: its input refers to something that is not there.</summary>
    internal static Decision<WorkflowStep> Fail(WorkflowStep step, string error) =>
        Put(step with { Status = WorkflowStepStatus.Failed, Error = error, RetryAt = null }, StepVerb.Fail);

    internal static Decision<WorkflowStep> Skip(WorkflowStep step, string why) =>
        Put(step with { Status = WorkflowStepStatus.Skipped, Error = why, RetryAt = null }, StepVerb.Skip);

    internal static Decision<WorkflowStep> Cancel(WorkflowStep step, string why, DateTimeOffset now) => Put(
        (IsHeld(step.Status) ? Ended(step, now, why) with { Fence = step.Fence + 1 } : step) with { Status = WorkflowStepStatus.Cancelled, Error = why, RetryAt = null },
        StepVerb.Cancel);

    /// <summary>As it was before its first attempt; attempts and fences go on.</summary>
    internal static Decision<WorkflowStep> Reset(WorkflowStep step) => Decision<WorkflowStep>.Put(
        step with
        {
            Status = WorkflowStepStatus.Waiting,
            AgentId = null,
            ChildWorkflowId = null,
            QuestionId = null,
            Result = null,
            Error = null,
            TimeoutAt = null,
            RetryAt = null,
            RetriesLeft = step.Retries?.Max ?? 0,
        },
        RetryType);

    private static Decision<WorkflowStep> Put(WorkflowStep step, StepVerb verb) => Decision<WorkflowStep>.Put(step, TypeOf(verb));

    private static WorkflowStep Ended(WorkflowStep step, DateTimeOffset now, string? error) => step with
    {
        TimeoutAt = null,
        Attempts = step.Attempts.Count == 0 ? [] : [.. step.Attempts.SkipLast(1), step.Attempts[^1] with { EndedAt = now, Error = error }],
    };

    /// <summary>When the server or an operator ends it without its fence, whoever has it must learn that it has lost it.</summary>
    private static long FenceAfter(WorkflowStep step, StepCall call) => call.Fence is null ? step.Fence + 1 : step.Fence;

    private static TimeSpan BackoffOf(WorkflowStep step)
    {
        if (step.Retries is not { BackoffSeconds: > 0 and var seconds } retries)
            return TimeSpan.Zero;
        var doubled = seconds * Math.Pow(2, retries.Max - step.RetriesLeft);
        return doubled >= LongestBackoff.TotalSeconds ? LongestBackoff : TimeSpan.FromSeconds(doubled);
    }

    private static ApiProblem? Refusal(WorkflowStep step, StepCall call)
    {
        if (call.Fence is { } fence && fence != step.Fence)
        {
            return new ApiProblem(ErrorCodes.LeaseLost, string.Create(
                CultureInfo.InvariantCulture,
                $"The fence {fence} of step '{step.Step}' is out of date: the step was taken away or handed out again in the meantime. Stop working on it."));
        }

        if (call.Worker is { } worker && worker != step.AgentId)
        {
            return Problems.Forbidden(step.AgentId is { } holder
                ? $"'{worker}' does not have the step '{step.Step}'; '{holder}' has it."
                : $"'{worker}' does not have the step '{step.Step}'.");
        }

        if (call.Worker is not null && call.Fence is null)
            return new ApiProblem(ErrorCodes.LeaseLost, $"The fence of step '{step.Step}' is missing: send the fence that came with the step.");
        if (call.Verb == StepVerb.Complete && step.Status == WorkflowStepStatus.Completed && call.Fence is not null)
            return null;
        return IsHeld(step.Status)
            ? null
            : Problems.Conflict($"The step '{step.Step}' is {WireType.WordOf(step.Status)}. Only a step that is assigned or in progress can {WireType.WordOf(call.Verb)}.");
    }
}
