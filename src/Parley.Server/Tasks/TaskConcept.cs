using Parley.Protocol;
using Parley.Server.Agents;
using Parley.Server.Entities;
using Parley.Server.Operations;
using Parley.Server.Projects;
using Parley.Server.Rest;
using Parley.Server.Security;
using Parley.Server.Wire;

namespace Parley.Server.Tasks;

/// <summary>Operations to create, find, change, and delete tasks. Those for assigned tasks are in <see cref="AssignmentConcept"/>.</summary>
internal sealed class TaskConcept(TaskBoard board, TaskDependencies dependencies, AssignmentEngine engine, TaskHands hands, IAuditTrail audit) : IConcept
{
    private const string ARequest =
        """
        {"title": "Build the login page", "description": "With a form and a test.", "auto_assign": true, "required_capabilities": ["typescript"],
         "requirements": {"estimated_hours": 8}, "due_date": "2026-01-23T12:00:00.000Z"}
        """;

    private const string APatch = """{"priority": 3, "due_date": "2026-01-24T12:00:00.000Z"}""";

    private const string AFramePatch = """{"task_id": "0199e1c1-0000-7000-8000-000000000700", "status": "in_progress", "fence": 1}""";

    public string Title => "Tasks";

    public IReadOnlyList<Operation> Declare() =>
    [
        new Operation<ProjectContext, TaskRequest>("CreateTask", "Create a task.", Input.Body<TaskRequest>(ARequest), CreateAsync)
        {
            Details = "With `auto_assign`, the server assigns it to the most suitable agent, at once or when one comes online, and reassigns it when that agent loses it.",
            Allows = Permission.WriteTasks,
            Refuses = [ErrorCodes.Conflict, ErrorCodes.MailboxFull],
            Answers = [AnswerShape.Created<AgentTask>(TaskKinds.ATask)],
            OncePerKey = OncePerKey.Yes,
            // Each assignment by the engine affects its next choice.
            Overlap = new Overlap<TaskRequest>(static request => request.AutoAssign == true ? TaskKinds.ByTheEngine : null, KeepOrder: false),
        }.Rest("POST", "/tasks").Frame(FrameEvents.TaskCreate),

        Listing("ListTasks", "List the tasks, newest first.", Input.Query<TaskQuery>(), "/tasks"),
        Listing("ListPendingTasks", "List the tasks that no agent has yet, newest first.",
            Input.Query<PlainQuery>().As(query => new TaskQuery(query.List) { Status = AgentTaskStatus.Pending }), "/tasks/pending"),
        Listing("ListOverdueTasks", "List the tasks that have not ended although their due date has passed, newest first.",
            Input.Query<PlainQuery>().As(query => new TaskQuery(query.List) { Overdue = true }), "/tasks/overdue"),
        Listing("ListAgentTasks", "List the tasks that an agent has or had, newest first.",
            Input.Path("agent_id").And(Input.Query<StatusQuery>()).As(asked => new TaskQuery(asked.Second.List) { Agent = asked.First, Status = asked.Second.Status }),
            "/tasks/agent/{agent_id}"),

        new Operation<ProjectContext, string>("GetTask", "Get a task, with what you can do with it now.", Input.Path("task_id"), GetAsync)
        {
            Allows = Permission.ReadProject,
            Answers = [AnswerShape.Ok<AgentTask>(TaskKinds.ATaskAlone)],
        }.Rest("GET", "/tasks/{task_id}"),

        new Operation<ProjectContext, (string? Id, long? Match, TaskPatch Body)>(
            "UpdateTask", "Change a task. Absent fields do not change. A `status` makes the transition to that status.",
            Input.Path("task_id").And(Input.IfMatch).And(Input.Body<TaskPatch>(APatch)).As(all => ((string?)all.First, all.Second, all.Third))
                .OrFrame(Input.Body<TaskPatch>(AFramePatch).As(body => (body.TaskId, (long?)null, body))),
            UpdateAsync)
        {
            Allows = Permission.WriteTasks,
            Refuses = [ErrorCodes.Conflict, ErrorCodes.LeaseLost, ErrorCodes.Forbidden],
            Answers = [AnswerShape.Ok<AgentTask>(TaskKinds.ATask)],
            Overlap = new Overlap<(string? Id, long? Match, TaskPatch Body)>(static asked => asked.Id, KeepOrder: false),
        }.Rest("PUT", "/tasks/{task_id}").Frame(FrameEvents.TaskUpdate),

        new Operation<ProjectContext, (string Id, long? Match)>("DeleteTask", "Delete a task. The agent that has it loses it.",
            Input.Path("task_id").And(Input.IfMatch), DeleteAsync)
        {
            Allows = Permission.WriteTasks,
            Refuses = [ErrorCodes.Conflict],
            Answers = [AnswerShape.Done],
        }.Rest("DELETE", "/tasks/{task_id}"),
    ];

    private Operation Listing(string name, string summary, Input<TaskQuery> input, string path) =>
        new Operation<ProjectContext, TaskQuery>(name, summary, input, ListAsync)
        {
            Allows = Permission.ReadProject,
            Answers = [AnswerShape.Ok<Page<AgentTask>>(Example.PageOf(TaskKinds.ATask))],
        }.Rest("GET", path);

    private async ValueTask<Answer> CreateAsync(TaskRequest request, ProjectContext context)
    {
        var (project, caller) = (context.Project, context.Caller);
        if (TaskRules.Check(request) is { } problem)
            return problem;
        if (request.AgentId is { } agent && project.Agents.Find(agent) is null)
            return Problems.NotFound("agent", agent);
        if (!(await dependencies.OpenAsync(project, request.DependsOn ?? [], context.Cancellation)).TryGet(out var blockedBy, out problem))
            return problem;
        if (request.AgentId is not null && blockedBy is [var first, ..])
            return Problems.InvalidField("agent_id", $"must be absent: the task depends on '{first}', which is not completed yet");

        var draft = TaskRules.Create(request, caller.AgentId, blockedBy);
        if (!(await board.CreateAsync(project, caller.NumberIn(project), draft, context.Cancellation)).TryGet(out var made, out problem))
            return problem;
        if (blockedBy.Count > 0)
            made = await dependencies.LookAsync(project, made, context.Cancellation);
        if (request.AgentId is not null)
        {
            if (!(await hands.GiveAsync(project, caller, made.Value.TaskId, request.AgentId, null, context.Cancellation)).TryGet(out var given, out problem))
            {
                // A refusal means that there is no task. If somebody has changed it in the meantime, it stays.
                _ = await board.RemoveAsync(project, made.Value.TaskId, caller.NumberIn(project), made.Version, context.Cancellation);
                return problem;
            }

            made = given;
        }
        else if (TaskMoves.IsWaiting(made.Value))
        {
            made = await engine.GiveAsync(project, made, context.Cancellation);
        }

        await audit.RecordAsync(caller, project.Id, "task.created", made.Value.TaskId, context.Cancellation);
        return Answer.CreatedJson(made.Shown, $"/tasks/{made.Value.TaskId}", made.Version);
    }

    private async ValueTask<Answer> ListAsync(TaskQuery query, ProjectContext context)
    {
        if (!ListPlace.TryRead(query.List, out var below, out var problem))
            return problem;
        var found = await board.ListAsync(
            new EntityQuery(context.Project.Number, TaskKinds.Task.Number, query.List.Limit + 1) { Below = below, Marks = [.. query.Marks] }, context.Cancellation);
        return Answer.Ok(ListPlace.Page(found, query.List.Limit, task => task.Value, task => task.Row.Made));
    }

    private async ValueTask<Answer> GetAsync(string id, ProjectContext context) =>
        await board.FindNamedAsync(context.Project, id, context.Cancellation) is { } task
            ? Answer.Ok(task.Value with { May = TaskMay.Of(task.Value, context.Caller) }, task.Version)
            : TaskRules.NotFound(id);

    private async ValueTask<Answer> UpdateAsync((string? Id, long? Match, TaskPatch Body) asked, ProjectContext context)
    {
        var (path, match, patch) = asked;
        if (!TaskHands.TryAgree(path, patch.TaskId, match, patch.IfVersion, out var id, out var version, out var problem))
            return problem;
        if (TaskRules.Check(patch) is { } bad)
            return bad;
        id = await board.IdOfAsync(context.Project, id, context.Cancellation);
        var result = patch.Status is { } status
            ? await hands.MoveAsync(context, id, VerbOf(status), version, new TaskMove { Fence = patch.Fence, Result = patch.Result, Error = patch.Error }, patch.Error)
            : await ChangeAsync(id, version, patch, context);
        return result.TryGet(out var task, out var refusal) ? Answer.OkJson(task.Shown, task.Version) : refusal;
    }

    private async ValueTask<Result<Entity<AgentTask>>> ChangeAsync(string id, long? version, TaskPatch patch, ProjectContext context)
    {
        var (project, caller) = (context.Project, context.Caller);
        var result = patch.DependsOn is { } others
            ? await dependencies.ChangeAsync(project, caller.NumberIn(project), id, version, patch, others, context.Cancellation)
            : await board.ChangeAsync(
                project, id, caller.NumberIn(project), version, (task, _) => new TaskRuling(TaskRules.Change(task, patch, null)), context.Cancellation);
        if (!result.TryGet(out var changed, out var problem))
            return problem;
        await audit.RecordAsync(caller, project.Id, "task.updated", id, context.Cancellation);
        return TaskMoves.IsWaiting(changed.Value) ? await engine.GiveAsync(project, changed, context.Cancellation) : changed;
    }

    private async ValueTask<Answer> DeleteAsync((string Id, long? Match) asked, ProjectContext context)
    {
        var id = await board.IdOfAsync(context.Project, asked.Id, context.Cancellation);
        if ((await board.RemoveAsync(context.Project, id, context.Caller.NumberIn(context.Project), asked.Match, context.Cancellation)).Problem is { } refusal)
            return refusal;
        await audit.RecordAsync(context.Caller, context.Project.Id, "task.deleted", id, context.Cancellation);
        return Answer.Done;
    }

    private static TaskVerb VerbOf(AgentTaskStatus status) => status switch
    {
        AgentTaskStatus.Pending => TaskVerb.Unassign,
        AgentTaskStatus.InProgress => TaskVerb.Start,
        AgentTaskStatus.Completed => TaskVerb.Complete,
        AgentTaskStatus.Failed => TaskVerb.Fail,
        _ => TaskVerb.Cancel,
    };

    private sealed record PlainQuery(ListQuery List) : IQuery<PlainQuery>
    {
        public static PlainQuery Read(QueryReader query) => new(query.List());
    }

    private sealed record StatusQuery(ListQuery List, AgentTaskStatus? Status) : IQuery<StatusQuery>
    {
        public static StatusQuery Read(QueryReader query) => new(query.List(), query.Word<AgentTaskStatus>("status", "Only those with this status."));
    }
}
