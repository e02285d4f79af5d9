using Parley.Protocol;
using Parley.Server.Agents;
using Parley.Server.Entities;
using Parley.Server.Operations;
using Parley.Server.Projects;
using Parley.Server.Rest;
using Parley.Server.Security;
using Parley.Server.Squads;
using Parley.Server.Wire;

namespace Parley.Server.Workflows;

/// <summary>Operations to start workflows, to follow them, and to work on their steps.</summary>
internal sealed class WorkflowsConcept(
    WorkflowBoard board, WorkflowEngine engine, DefinitionBook definitions, StepHands hands, SquadDirectory squads, IAuditTrail audit) : IConcept
{
    private const string Theirs = "the steps that it has";

    internal const string ARequest =
        """
        {"workflow_type": "release", "title": "The login page", "input": {"branch": "main"},
         "steps": [{"step": "build", "agent": "be-1", "action": "Build the login page.", "input": {"branch": "${input/branch}"},
                    "timeout_seconds": 3600, "retries": {"max": 2, "backoff_seconds": 10}},
                   {"step": "review", "capability": "review", "action": "Review the pull request.", "depends_on": ["build"],
                    "input": {"pull_request": "${build/pull_request}"}, "when": [{"step": "build", "pointer": "/pull_request", "op": "exists"}]}]}
        """;

    private const string AFromDefinition = """{"definition": "release", "input": {"branch": "main"}}""";

    private const string AValidation = """{"valid": true, "errors": {}, "waves": [["build"], ["review"]]}""";

    public string Title => "Workflows";

    public IReadOnlyList<Operation> Declare() =>
    [
        new Operation<ProjectContext, WorkflowRequest>("StartWorkflow", "Start a workflow.", WorkflowInput.Of<WorkflowRequest>(new Example("steps", ARequest), new Example("definition", AFromDefinition)), StartAsync)
        {
            Details = "The body may also be YAML (`Content-Type: application/yaml`). The workflow is checked as a whole: a refusal names everything that is wrong, with its "
                + "place. An agent gets each of its steps as a message of type `workflow_step`, and ends it by a reply with an `outcome`. Whoever started the workflow gets a "
                + "message of type `workflow_completion`.",
            Allows = Permission.WriteWorkflows,
            Refuses = [ErrorCodes.NotFound],
            Answers = [AnswerShape.Created<Workflow>(WorkflowKinds.AWorkflow)],
            OncePerKey = OncePerKey.Yes,
        }.Rest("POST", "/workflows"),

        new Operation<ProjectContext, WorkflowQuery>("ListWorkflows", "List the workflows, newest first, without their steps.", Input.Query<WorkflowQuery>(), ListAsync)
        {
            Allows = Permission.ReadProject,
            Answers = [AnswerShape.Ok<Page<Workflow>>(Example.PageOf(WorkflowKinds.AWorkflow))],
        }.Rest("GET", "/workflows"),

        new Operation<ProjectContext, WorkflowRequest>(
            "ValidateWorkflow", "Check a workflow without starting it.", WorkflowInput.Of<WorkflowRequest>(ARequest), ValidateAsync)
        {
            Details = "The answer names everything that is wrong, with its place. The body may also be YAML (`Content-Type: application/yaml`).",
            Allows = Permission.ReadProject,
            Answers = [AnswerShape.Ok<WorkflowValidation>(AValidation)],
        }.Rest("POST", "/workflows/validate"),

        new Operation<ProjectContext, string>("GetWorkflow", "Get a workflow with its steps.", Input.Path("workflow_id"), GetAsync)
        {
            Allows = Permission.ReadProject,
            Answers = [AnswerShape.Ok<Workflow>(WorkflowKinds.AWorkflow)],
        }.Rest("GET", "/workflows/{workflow_id}"),

        new Operation<ProjectContext, (string Id, WorkflowEnd? Body)>(
            "CancelWorkflow", "Cancel a workflow and all of its steps that have not ended. May be repeated.",
            Input.Path("workflow_id").And(Input.OptionalBody<WorkflowEnd>("""{"reason": "It is no longer needed."}""")), CancelAsync)
        {
            Allows = Permission.WriteWorkflows,
            Refuses = [ErrorCodes.Conflict],
            Answers = [AnswerShape.Ok<Workflow>(WorkflowKinds.AWorkflow)],
        }.Rest("POST", "/workflows/{workflow_id}/cancel"),

        new Operation<ProjectContext, string>(
            "RetryWorkflow", "Run a workflow that failed or was cancelled again, from the steps that did not complete.", Input.Path("workflow_id"), RetryAsync)
        {
            Details = "The workflow keeps its id, and its steps keep counting their attempts and fences. The run is a new execution.",
            Allows = Permission.WriteWorkflows,
            Refuses = [ErrorCodes.Conflict],
            Answers = [AnswerShape.Ok<Workflow>(WorkflowKinds.AWorkflow)],
        }.Rest("POST", "/workflows/{workflow_id}/retry"),

        new Operation<ProjectContext, (string Id, string Step)>(
            "RetryWorkflowStep", "Retry a step that failed, and go on with what waits for it.", Input.Path("workflow_id").And(Input.Path("step")), RetryStepAsync)
        {
            Details = "If the workflow has ended, it runs again with a new execution, and the steps that were cancelled with it go on too. Steps that completed keep their results.",
            Allows = Permission.WriteWorkflows,
            Refuses = [ErrorCodes.Conflict],
            Answers = [AnswerShape.Ok<Workflow>(WorkflowKinds.AWorkflow)],
        }.Rest("POST", "/workflows/{workflow_id}/steps/{step}/retry"),

        Move(StepVerb.Start, "StartWorkflowStep", "Report that work on a step has begun.", """{"fence": 1}"""),
        Move(StepVerb.Complete, "CompleteWorkflowStep", "End a step with its result. May be repeated with the same fence.", """{"fence": 1, "result": {"pull_request": 17}}"""),
        Move(StepVerb.Fail, "FailWorkflowStep", "End an attempt at a step with an error. If retries are left, the step is handed out again.", """{"fence": 1, "error": "The tests fail."}"""),
    ];

    private Operation Move(StepVerb verb, string name, string summary, string example) =>
        new Operation<ProjectContext, (string Id, string Step, WorkflowStepMove? Body)>(
            name, summary,
            Input.Path("workflow_id").And(Input.Path("step")).And(Input.OptionalBody<WorkflowStepMove>(example)),
            (asked, context) => MoveAsync(asked.Id, asked.Step, verb, asked.Body ?? new WorkflowStepMove(), context))
        {
            Allows = Permission.WorkOnTasks,
            Own = Theirs,
            Refuses = [ErrorCodes.Conflict, ErrorCodes.LeaseLost],
            Answers = [AnswerShape.Ok<WorkflowStep>(WorkflowKinds.AStep)],
        }.Rest("POST", $"/workflows/{{workflow_id}}/steps/{{step}}/{WireType.WordOf(verb)}");

    private async ValueTask<Answer> StartAsync(WorkflowRequest request, ProjectContext context)
    {
        var (project, caller) = (context.Project, context.Caller);
        if (!(await ReadAsync(request, context)).TryGet(out var read, out var problem))
            return problem;
        if (request.SquadId is { } squad && await squads.FindAsync(project, squad, context.Cancellation) is null)
            return Problems.NotFound("squad", squad);
        var workflow = WorkflowRules.Create(request, read.Definition, read.Steps, caller.AgentId);
        if (!(await board.AddAsync(project, caller.NumberIn(project), workflow, context.Cancellation)).TryGet(out var added, out var refusal))
            return refusal;
        await engine.AdvanceAsync(project, added.Value.WorkflowId, context.Cancellation);
        await audit.RecordAsync(caller, project.Id, "workflow.started", added.Value.WorkflowId, context.Cancellation);
        var shown = await board.FindWholeAsync(project, added.Value.WorkflowId, context.Cancellation);
        return shown is null
            ? WorkflowRules.NotFound(added.Value.WorkflowId)
            : Answer.Created(shown.Value.Workflow, $"/workflows/{added.Value.WorkflowId}", shown.Value.Version);
    }

    private async ValueTask<Result<(WorkflowDefinition? Definition, IReadOnlyList<WorkflowStep> Steps)>> ReadAsync(WorkflowRequest request, ProjectContext context)
    {
        var known = await definitions.KnownAsync(context.Project, request.Steps, context.Cancellation);
        var validation = WorkflowRules.Check(request, known);
        if (request.Definition is null)
        {
            var reading = WorkflowReading.Of(
                request.Steps, known, validation.Check(request.Steps is not null, "steps", "is missing, and so is definition: give one of them"));
            return validation.Problem is { } bad ? bad : (null, reading.Steps);
        }

        if (validation.Problem is { } problem)
            return problem;
        return (await definitions.ReadAsync(context.Project, request.Definition, request.Revision, context.Cancellation)).TryGet(out var read, out problem)
            ? (read.Definition, read.Steps)
            : problem;
    }

    private async ValueTask<Answer> ValidateAsync(WorkflowRequest request, ProjectContext context)
    {
        var result = await ReadAsync(request, context);
        if (!result.TryGet(out var read, out var problem))
        {
            return problem.Errors is { } errors
                ? Answer.Ok(new WorkflowValidation { Valid = false, Errors = errors })
                : problem;
        }

        var plan = new WorkflowPlan([.. read.Steps.Select(step => (step.Step, step.DependsOn))]);
        return Answer.Ok(new WorkflowValidation { Valid = true, Waves = [.. plan.Waves().Select(wave => (IReadOnlyList<string>)[.. wave.Select(place => read.Steps[place].Step)])] });
    }

    private async ValueTask<Answer> ListAsync(WorkflowQuery query, ProjectContext context)
    {
        if (!ListPlace.TryRead(query.List, out var below, out var problem))
            return problem;
        var found = await board.ListAsync(
            new EntityQuery(context.Project.Number, WorkflowKinds.Workflow.Number, query.List.Limit + 1) { Below = below, Marks = [.. query.Marks] }, context.Cancellation);
        return Answer.Ok(ListPlace.Page(found, query.List.Limit, workflow => workflow.Value with { Steps = [] }, workflow => workflow.Row.Made));
    }

    private async ValueTask<Answer> GetAsync(string id, ProjectContext context) =>
        await board.FindWholeAsync(context.Project, id, context.Cancellation) is { } shown ? Answer.Ok(shown.Workflow, shown.Version) : WorkflowRules.NotFound(id);

    private async ValueTask<Answer> CancelAsync((string Id, WorkflowEnd? Body) asked, ProjectContext context)
    {
        if (WorkflowRules.Check(asked.Body ?? new WorkflowEnd()) is { } bad)
            return bad;
        var why = asked.Body?.Reason ?? $"{context.Caller.AgentId ?? Caller.Human} cancelled the workflow.";
        var result = await engine.CancelAsync(context.Project, context.Caller.NumberIn(context.Project), asked.Id, why, context.Cancellation);
        return await AnswerAsync(result, asked.Id, "workflow.cancelled", context);
    }

    private async ValueTask<Answer> RetryAsync(string id, ProjectContext context)
    {
        var result = await engine.RetryAsync(context.Project, context.Caller.NumberIn(context.Project), id, context.Cancellation);
        if (result.Problem is null)
            await engine.AdvanceAsync(context.Project, id, context.Cancellation);
        return await AnswerAsync(result, id, "workflow.retried", context);
    }

    private async ValueTask<Answer> RetryStepAsync((string Id, string Step) asked, ProjectContext context)
    {
        var result = await engine.RetryStepAsync(context.Project, context.Caller.NumberIn(context.Project), asked.Id, asked.Step, context.Cancellation);
        if (result.Problem is null)
            await engine.AdvanceAsync(context.Project, asked.Id, context.Cancellation);
        return await AnswerAsync(result, asked.Id, "workflow.step.retried", context);
    }

    private async ValueTask<Answer> AnswerAsync(Result<Entity<Workflow>> result, string id, string action, ProjectContext context)
    {
        if (result.Problem is { } problem)
            return problem;
        await audit.RecordAsync(context.Caller, context.Project.Id, action, id, context.Cancellation);
        return await GetAsync(id, context);
    }

    private async ValueTask<Answer> MoveAsync(string id, string step, StepVerb verb, WorkflowStepMove move, ProjectContext context)
    {
        if (WorkflowRules.Check(verb, move) is { } bad)
            return bad;
        var result = await hands.CallAsync(context, id, step, verb, move);
        return result.TryGet(out var changed, out var problem) ? Answer.OkJson(changed.Shown, changed.Version) : problem;
    }
}
