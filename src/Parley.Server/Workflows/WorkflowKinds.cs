using System.Globalization;
using Parley.Protocol;
using Parley.Server.Entities;
using Parley.Server.Log;
using Parley.Server.Wire;

namespace Parley.Server.Workflows;

/// <summary>Workflows, their steps, and definitions as kinds of entities, with their search keys.</summary>
internal static class WorkflowKinds
{
    internal const string AStep =
        """
        {"step_id": "0199e1c1-0000-7000-8000-000000000a10", "workflow_id": "0199e1c1-0000-7000-8000-000000000a00", "step": "build", "position": 0, "agent": "be-1",
         "capability": null, "person": null, "workflow": null, "action": "Build the login page.", "requirements": null, "input": {"branch": "${input/branch}"},
         "filled_input": {"branch": "main"}, "depends_on": [], "when": [], "timeout_seconds": 3600, "retries": {"max": 2, "backoff_seconds": 10}, "on_failure": "fail", "compensate": null,
         "options": [], "default": null, "undoes": null, "status": "completed", "agent_id": "be-1", "child_workflow_id": null, "question_id": null, "attempt": 1, "retries_left": 2, "fence": 1,
         "result": {"pull_request": 17}, "error": null,
         "attempts": [{"attempt": 1, "agent_id": "be-1", "started_at": "2026-01-22T13:50:00.000Z", "ended_at": "2026-01-22T13:56:00.000Z", "error": null}],
         "started_at": "2026-01-22T13:50:00.000Z", "timeout_at": null, "retry_at": null, "ended_at": "2026-01-22T13:56:00.000Z", "version": 1049}
        """;

    internal static readonly string AWorkflow =
        $$$"""
        {"workflow_id": "0199e1c1-0000-7000-8000-000000000a00", "workflow_type": "release", "title": "The login page", "definition": null, "revision": null,
         "participants": ["be-1"], "status": "completed", "steps": [{{{AStep}}}], "progress": {"done": 1, "total": 1}, "unassigned": [],
         "input": {"branch": "main"}, "results": {"build": {"pull_request": 17}}, "error": null, "run": 1,
         "execution_id": "0199e1c1-0000-7000-8000-000000000400", "squad_id": null, "parent_workflow_id": null, "parent_step": null, "parent_fence": null,
         "created_by": "pm-1", "thread_id": "0199e1c1-0000-7000-8000-000000000a00", "created_at": "2026-01-22T13:50:00.000Z",
         "ended_at": "2026-01-22T13:56:00.000Z", "version": 1050}
        """;

    internal const string ADefinition =
        """
        {"name": "release", "revision": 2, "workflow_type": "release", "title": "Build and review", "participants": [],
         "steps": [{"step": "build", "capability": "dotnet", "action": "Build it.", "input": {"branch": "${input/branch}"}},
                   {"step": "review", "agent": "qa-1", "action": "Review the pull request.", "depends_on": ["build"], "input": {"pull_request": "${build/pull_request}"}}],
         "created_by": "pm-1", "updated_at": "2026-01-22T13:50:00.000Z", "version": 1040}
        """;

    internal const string StartedType = "workflow_started", UpdatedType = "workflow_updated", RetriedType = "workflow_retried", CompletionType = "workflow_completion";

    /// <summary>Workflows that have not ended.</summary>
    internal const string Live = "live";

    /// <summary>Workflows with steps for which nobody was found.</summary>
    internal const string Unassigned = "unassigned";

    internal static EntityKind<Workflow> Workflow { get; } = new()
    {
        Number = (int)EntryKind.Workflow,
        Name = "workflow",
        Feed = "workflows",
        RemovedType = "workflow_removed",
        Fields = new EntityFields("workflow_id") { Thread = "thread_id", EndedAt = "ended_at", Version = "version" },
        Json = WireJson.Lenient.Workflow,
        NameOf = NameOf,
        Marks = Marks,
        Filter = query => WorkflowQuery.Read(query).Filter,
        IsOver = workflow => !IsLive(workflow.Status),
        Events =
        [
            new(StartedType, "A workflow was started. The event has its steps as they were defined."),
            new(UpdatedType, "A workflow's progress changed."),
            new(RetriedType, "A workflow runs again from the steps that had failed."),
            new(CompletionType, "A workflow completed, failed, or was cancelled. The event has the results of its steps."),
        ],
        Example = AWorkflow,
    };

    internal static EntityKind<WorkflowStep> Step { get; } = new()
    {
        Number = 29,
        Name = "workflow_step",
        Feed = "workflow_steps",
        RemovedType = "workflow_step_removed",
        Fields = new EntityFields("step_id") { CreatedAt = null, EndedAt = "ended_at", Version = "version" },
        Json = WireJson.Lenient.WorkflowStep,
        NameOf = step => NameOf(step.WorkflowId, step.Step),
        Marks = Marks,
        Filter = query => WorkflowStepQuery.Read(query).Filter,
        // A step of a person ends with its question, which has the same deadline.
        Due = step => !StepMoves.IsHeld(step.Status) ? step.RetryAt : step.QuestionId is null ? step.TimeoutAt : null,
        IsOver = step => StepMoves.IsOver(step.Status),
        Events =
        [
            new(StepMoves.CreatedType, "A step waits for its turn."),
            new(StepMoves.TypeOf(StepVerb.Assign), "A step was handed to an agent."),
            new(StepMoves.TypeOf(StepVerb.Start), "The agent began with a step."),
            new(StepMoves.TypeOf(StepVerb.Complete), "A step completed."),
            new(StepMoves.TypeOf(StepVerb.Fail), "A step failed, and will not be tried again."),
            new(StepMoves.RetryType, "A step failed or was taken from its agent, and waits for its next attempt."),
            new(StepMoves.TypeOf(StepVerb.Skip), "A step was skipped."),
            new(StepMoves.TypeOf(StepVerb.Cancel), "A step was cancelled."),
        ],
        Example = AStep,
    };

    internal static EntityKind<WorkflowDefinition> Definition { get; } = new()
    {
        Number = 32,
        Name = "workflow_definition",
        Feed = "workflow_definitions",
        RemovedType = "workflow_definition_removed",
        Fields = new EntityFields(null) { CreatedAt = null, ChangedAt = "updated_at", Version = "version" },
        Json = WireJson.Lenient.WorkflowDefinition,
        NameOf = definition => definition.Name,
        Marks = _ => [],
        Events = [new("workflow_definition_changed", "A workflow definition was created or changed."), new("workflow_definition_removed", "A workflow definition was deleted.")],
        Example = ADefinition,
    };

    internal static bool IsLive(WorkflowStatus status) => status is WorkflowStatus.Running or WorkflowStatus.Compensating;

    /// <summary>The name of a step among all steps of the project.</summary>
    internal static string NameOf(string workflowId, string step) => $"{PrefixOf(workflowId)}{step}";

    internal static string PrefixOf(string workflowId) => $"{workflowId}/";

    /// <summary>The name of an earlier revision. No definition can have such a name itself.</summary>
    internal static string OfRevision(string definition, long revision) => string.Create(CultureInfo.InvariantCulture, $"{definition}@{revision:D9}");

    /// <summary>The workflow that does a step has a name of which there is only one, so a step that is handed out again after a crash does not start a
    /// second one.</summary>
    internal static string? NameOf(Workflow workflow) => workflow.ParentWorkflowId is { } parent
        ? string.Create(CultureInfo.InvariantCulture, $"for {parent}/{workflow.ParentStep}/{workflow.ParentFence}")
        : null;

    internal static string Mark(WorkflowStatus status) => $"status={WireType.WordOf(status)}";

    internal static string Mark(WorkflowStepStatus status) => $"status={WireType.WordOf(status)}";

    internal static string OfDefinition(string name) => $"definition={name}";

    internal static string OfType(string type) => $"type={type}";

    /// <summary>All steps of a workflow.</summary>
    internal static string StepsOf(string workflowId) => $"workflow={workflowId}";

    /// <summary>The steps of a workflow that somebody has.</summary>
    internal static string HeldOf(string workflowId) => $"held_of={workflowId}";

    /// <summary>The steps that an agent has.</summary>
    internal static string HeldBy(string agentId) => $"held={agentId}";

    internal static string OfAgent(string agentId) => $"agent={agentId}";

    /// <summary>The workflows that do steps of another.</summary>
    internal static string ChildOf(string workflowId) => $"parent={workflowId}";

    private static IReadOnlyList<string> Marks(Workflow workflow)
    {
        var marks = new List<string> { Mark(workflow.Status) };
        if (workflow.Definition is { } definition)
            marks.Add(OfDefinition(definition));
        if (workflow.WorkflowType is { } type)
            marks.Add(OfType(type));
        if (!IsLive(workflow.Status))
            return marks;
        marks.Add(Live);
        if (workflow.ParentWorkflowId is { } parent)
            marks.Add(ChildOf(parent));
        if (workflow.Unassigned.Count > 0)
            marks.Add(Unassigned);
        return marks;
    }

    private static IReadOnlyList<string> Marks(WorkflowStep step)
    {
        var marks = new List<string> { StepsOf(step.WorkflowId), Mark(step.Status) };
        if (step.AgentId is { } agent)
            marks.Add(OfAgent(agent));
        if (StepMoves.IsHeld(step.Status))
        {
            marks.Add(HeldOf(step.WorkflowId));
            if (step.AgentId is { } holder)
                marks.Add(HeldBy(holder));
        }

        return marks;
    }
}
