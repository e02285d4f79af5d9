using System.Text.Json;
using System.Text.Json.Serialization;

namespace Parley.Protocol;

/// <summary>One run of a plan: steps that are handed to agents as soon as the steps they depend on are done.</summary>
public sealed record Workflow
{
    public required string WorkflowId { get; init; }

    /// <summary>What kind of work it is, in the words of whoever started it.</summary>
    public string? WorkflowType { get; init; }

    public string? Title { get; init; }

    /// <summary>The name of the definition that it was started from; null if its steps came with the request.</summary>
    public string? Definition { get; init; }

    /// <summary>The revision of the definition.</summary>
    public int? Revision { get; init; }

    /// <summary>The agents that take part, as the request named them.</summary>
    // Generated deserializers set a property to null if the JSON leaves it out, no matter what its initializer is.
    public IReadOnlyList<string> Participants { get => field ?? []; init; }

    public WorkflowStatus Status { get; init; }

    /// <summary>Its steps, in the order of the definition; empty in lists and on feeds, because there is a feed of their own.</summary>
    public IReadOnlyList<WorkflowStep> Steps { get => field ?? []; init; }

    /// <summary>How many steps it has, and how many of them have ended.</summary>
    public WorkflowProgress Progress { get => field ?? new WorkflowProgress(); init; }

    /// <summary>Steps that could start, but nobody who is able to do them is online and has room.</summary>
    public IReadOnlyList<string> Unassigned { get => field ?? []; init; }

    /// <summary>What it was started with: any JSON, up to 64 KiB. Steps refer to it as <c>${input/...}</c>.</summary>
    public JsonElement? Input { get; init; }

    /// <summary>When it has ended: the results of its steps by the names of the steps, up to 256 KiB together. Larger ones are left out, the largest
    /// first; each step has its own.</summary>
    public JsonElement? Results { get; init; }

    /// <summary>Why it failed or was cancelled.</summary>
    public string? Error { get; init; }

    /// <summary>1, and one more with each retry.</summary>
    public int Run { get; init; } = 1;

    /// <summary>The execution of this run; null for a moment at the beginning.</summary>
    public string? ExecutionId { get; init; }

    public string? SquadId { get; init; }

    /// <summary>The workflow whose step this one is; null for most.</summary>
    public string? ParentWorkflowId { get; init; }

    /// <summary>The name of that step.</summary>
    public string? ParentStep { get; init; }

    /// <summary>The fence with which that step was handed to this workflow.</summary>
    public long? ParentFence { get; init; }

    /// <summary>The agent that started it; null for a person.</summary>
    public string? CreatedBy { get; init; }

    /// <summary>The thread of its messages.</summary>
    public string? ThreadId { get; init; }

    public DateTimeOffset CreatedAt { get; init; }
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>Increases with every change of the workflow itself. Its steps have versions of their own.</summary>
    public long Version { get; init; }
}

public enum WorkflowStatus
{
    Running,

    /// <summary>A step failed, and what was done before it is being undone.</summary>
    Compensating,
    Completed,
    Failed,
    Cancelled,
}

/// <summary>How many steps a workflow has, and how many of them have ended.</summary>
public sealed record WorkflowProgress
{
    public int Done { get; init; }
    public int Total { get; init; }
}

/// <summary>One step of a workflow, and how far it is.</summary>
public sealed record WorkflowStep
{
    public required string StepId { get; init; }
    public required string WorkflowId { get; init; }

    /// <summary>Its name, unique in the workflow.</summary>
    public required string Step { get; init; }

    /// <summary>Its place in the definition, from 0.</summary>
    public int Position { get; init; }

    public string? Agent { get; init; }
    public string? Capability { get; init; }
    public string? Person { get; init; }
    public string? Workflow { get; init; }
    public string? Action { get; init; }
    public JsonElement? Requirements { get; init; }

    /// <summary>Its input as defined, with references such as <c>${build/url}</c>.</summary>
    public JsonElement? Input { get; init; }

    /// <summary>The input as it was handed out last, with the results filled in.</summary>
    public JsonElement? FilledInput { get; init; }

    /// <summary>The names of the steps that must be done first.</summary>
    public IReadOnlyList<string> DependsOn { get => field ?? []; init; }

    /// <summary>Those of <see cref="DependsOn"/> that have not ended yet. Only in a workflow that was asked for by its id.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? WaitsFor { get; init; }

    public IReadOnlyList<WorkflowCondition> When { get => field ?? []; init; }
    public int? TimeoutSeconds { get; init; }
    public WorkflowRetries? Retries { get; init; }
    public FailurePolicy OnFailure { get; init; }

    /// <summary>The action that undoes this step.</summary>
    public string? Compensate { get; init; }

    /// <summary>For a step of a person: the possible answers; empty if any text is one.</summary>
    public IReadOnlyList<QuestionOption> Options { get => field ?? []; init; }

    /// <summary>For a step of a person: the answer if nobody gives one in time; null for none.</summary>
    public string? Default { get; init; }

    /// <summary>For a step that undoes another one: the name of that one.</summary>
    public string? Undoes { get; init; }

    public WorkflowStepStatus Status { get; init; }

    /// <summary>The agent that has it, or had it last.</summary>
    public string? AgentId { get; init; }

    /// <summary>The workflow that does this step.</summary>
    public string? ChildWorkflowId { get; init; }

    /// <summary>The question that puts this step to a person.</summary>
    public string? QuestionId { get; init; }

    /// <summary>How many times it was handed out.</summary>
    public int Attempt { get; init; }

    /// <summary>How many more times it is tried after a failure.</summary>
    public int RetriesLeft { get; init; }

    /// <summary>Increases each time the step is handed out or taken away. Whoever has the step sends it with the result.</summary>
    public long Fence { get; init; }

    /// <summary>Any JSON, up to 256 KiB.</summary>
    public JsonElement? Result { get; init; }

    /// <summary>Why it failed, was skipped, or was cancelled; while it waits to be tried again, why the last attempt failed.</summary>
    public string? Error { get; init; }

    /// <summary>Its attempts, oldest first; the newest 50.</summary>
    public IReadOnlyList<WorkflowAttempt> Attempts { get => field ?? []; init; }

    /// <summary>When it was handed out for the first time.</summary>
    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>If it has not ended by then, the attempt fails.</summary>
    public DateTimeOffset? TimeoutAt { get; init; }

    /// <summary>While it waits to be tried again: when that happens.</summary>
    public DateTimeOffset? RetryAt { get; init; }

    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>Increases with every change.</summary>
    public long Version { get; init; }
}

public enum WorkflowStepStatus
{
    /// <summary>For the steps that it depends on, for an agent that can do it, or for its next attempt.</summary>
    Waiting,

    /// <summary>An agent was given it.</summary>
    Assigned,

    /// <summary>The agent reported that it has begun.</summary>
    InProgress,
    Completed,
    Failed,

    /// <summary>Its conditions did not hold, or everything that it depends on was skipped.</summary>
    Skipped,
    Cancelled,
}

/// <summary>One time that a step was handed out.</summary>
public sealed record WorkflowAttempt
{
    public int Attempt { get; init; }
    public string? AgentId { get; init; }
    public DateTimeOffset StartedAt { get; init; }
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>Why it failed, or why the step was taken away.</summary>
    public string? Error { get; init; }
}

/// <summary>A condition of a step on the result of an earlier one.</summary>
public sealed record WorkflowCondition
{
    /// <summary>The name of an earlier step, or <c>input</c>.</summary>
    public string? Step { get; init; }

    /// <summary>Where in its result: a JSON Pointer such as <c>/tests/failed</c>; the whole result if absent.</summary>
    public string? Pointer { get; init; }

    /// <summary><c>eq</c> if absent.</summary>
    public ConditionOperator? Op { get; init; }

    /// <summary>What to compare with; not for <c>exists</c> and <c>missing</c>.</summary>
    public JsonElement? Value { get; init; }
}

public enum ConditionOperator
{
    /// <summary>Equal, as JSON.</summary>
    Eq,
    Ne,
    Lt,
    Le,
    Gt,
    Ge,

    /// <summary>A list has the value, or a text has it as a part.</summary>
    Contains,

    /// <summary>The value is there, and not null.</summary>
    Exists,
    Missing,
}

/// <summary>How often a step is tried again after it failed.</summary>
public sealed record WorkflowRetries
{
    /// <summary>0-20.</summary>
    public int Max { get; init; }

    /// <summary>How long to wait before the first retry, 0-86,400 seconds; each further one waits twice as long, up to a day. 0 if absent.</summary>
    public int? BackoffSeconds { get; init; }
}

/// <summary>What happens when a step has failed and is not tried again.</summary>
public enum FailurePolicy
{
    /// <summary>The workflow fails. Steps that agents are working on are cancelled.</summary>
    Fail,

    /// <summary>The workflow goes on. References to the step's result are null.</summary>
    Continue,

    /// <summary>The workflow fails after the completed steps were undone, the last one first.</summary>
    Compensate,
}

/// <summary>A workflow to start: its steps, or the name of a definition that has them.</summary>
public sealed record WorkflowRequest
{
    /// <summary>What kind of work it is, in your words.</summary>
    public string? WorkflowType { get; init; }

    public string? Title { get; init; }

    /// <summary>The name of a definition, instead of steps.</summary>
    public string? Definition { get; init; }

    /// <summary>The newest if absent.</summary>
    public int? Revision { get; init; }

    /// <summary>Agents that take part. They must exist.</summary>
    public IReadOnlyList<string>? Participants { get; init; }

    /// <summary>1-2,000.</summary>
    public IReadOnlyList<WorkflowStepRequest>? Steps { get; init; }

    /// <summary>Any JSON, up to 64 KiB. Steps refer to it as <c>${input/...}</c>.</summary>
    public JsonElement? Input { get; init; }

    public string? SquadId { get; init; }
}

/// <summary>One step as defined. Exactly one of agent, capability, person, and workflow says who does it.</summary>
public sealed record WorkflowStepRequest
{
    /// <summary>Its name, unique in the workflow: 1-100 of A-Z a-z 0-9 . _ -. If absent, it is made from the action.</summary>
    public string? Step { get; init; }

    public string? Agent { get; init; }

    /// <summary>Any agent that has it: online, not paused, with the least to do.</summary>
    public string? Capability { get; init; }

    /// <summary><c>human</c> for whoever operates the project, or the agent id of a person.</summary>
    public string? Person { get; init; }

    /// <summary>The name of a definition that is run as this step.</summary>
    public string? Workflow { get; init; }

    /// <summary>What to do, up to 16,384 characters.</summary>
    public string? Action { get; init; }

    /// <summary>Any JSON, up to 64 KiB, passed on as it is.</summary>
    public JsonElement? Requirements { get; init; }

    /// <summary>Any JSON, up to 64 KiB. In its texts, <c>${step/pointer}</c> stands for a part of an earlier result.</summary>
    public JsonElement? Input { get; init; }

    /// <summary>Names of steps, or actions that only one step has.</summary>
    public IReadOnlyList<string>? DependsOn { get; init; }

    /// <summary>If one of these does not hold, the step is skipped.</summary>
    public IReadOnlyList<WorkflowCondition>? When { get; init; }

    /// <summary>How long one attempt may take, 1-2,592,000. The project's <c>message_ttl_seconds</c> if absent.</summary>
    public int? TimeoutSeconds { get; init; }

    /// <summary>None if absent.</summary>
    public WorkflowRetries? Retries { get; init; }

    /// <summary><c>fail</c> if absent.</summary>
    public FailurePolicy? OnFailure { get; init; }

    /// <summary>The action that undoes this step: given, with the step's result as input, to whoever did it.</summary>
    public string? Compensate { get; init; }

    /// <summary>Only for a person: up to 20 possible answers, each a string or an object with <c>value</c>, <c>label</c>, and <c>detail</c>. If absent,
    /// any text is an answer.</summary>
    [JsonConverter(typeof(QuestionOptionsConverter))]
    public IReadOnlyList<QuestionOption>? Options { get; init; }

    /// <summary>Only for a person, and with <see cref="TimeoutSeconds"/>: the answer if nobody gives one in time: one of the options, if there are
    /// any.</summary>
    public string? Default { get; init; }
}

/// <summary>What is wrong with a workflow, all at once.</summary>
public sealed record WorkflowValidation
{
    public bool Valid { get; init; }

    /// <summary>By the place in the request, such as <c>steps[2].depends_on[0]</c>.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> Errors { get => field ?? new Dictionary<string, IReadOnlyList<string>>(); init; }

    /// <summary>Names of the steps, in waves: the steps of one wave can run at the same time. Empty if it is not valid.</summary>
    public IReadOnlyList<IReadOnlyList<string>> Waves { get => field ?? []; init; }
}

/// <summary>How a step goes on or ends.</summary>
public sealed record WorkflowStepMove
{
    /// <summary>The fence that came with the step. An operator may leave it out.</summary>
    public long? Fence { get; init; }

    /// <summary>Any JSON, up to 256 KiB; only to complete.</summary>
    public JsonElement? Result { get; init; }

    /// <summary>Why it failed; only to fail.</summary>
    public string? Error { get; init; }
}

/// <summary>Why a workflow is cancelled.</summary>
public sealed record WorkflowEnd
{
    public string? Reason { get; init; }
}

/// <summary>A named plan, to start workflows from.</summary>
public sealed record WorkflowDefinition
{
    /// <summary>1-64 of A-Z a-z 0-9 . _ -.</summary>
    public required string Name { get; init; }

    /// <summary>1 for the first, and one more with each change. Earlier ones are kept.</summary>
    public int Revision { get; init; } = 1;

    public string? WorkflowType { get; init; }
    public string? Title { get; init; }
    public IReadOnlyList<string> Participants { get => field ?? []; init; }
    public IReadOnlyList<WorkflowStepRequest> Steps { get => field ?? []; init; }
    public string? CreatedBy { get; init; }
    public DateTimeOffset UpdatedAt { get; init; }

    /// <summary>Increases with every change. Send it as <c>If-Match</c> to make a change only if nobody else has changed it since.</summary>
    public long Version { get; init; }
}
