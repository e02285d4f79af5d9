using Parley.Protocol;
using Parley.Server.Operations;
using Parley.Server.Rest;
using Parley.Server.Security;
using Parley.Server.Settings;
using Parley.Server.Wire;

namespace Parley.Server.Projects;

/// <summary>Projects: create, list, change, and delete them with everything in them.</summary>
internal sealed class ProjectsConcept(ProjectDirectory projects, TokenVault vault, IAuditTrail audit, ServerSettings server, TimeProvider clock) : IConcept
{
    private const string AProject =
        """
        {"project_id": "shop", "name": "The shop", "created_at": "2026-01-22T08:00:00.000Z", "settings": {"mailbox_limit": null,
         "message_ttl_seconds": null, "retry_delay_seconds": null, "max_attempts": 6, "max_disconnects": null, "retention_days": 90, "rate_limit_per_second": null,
         "rate_limit_burst": null, "priority_aging_seconds": null, "loop_limit": null, "reservations_ignore_case": null, "summary_url": null, "summary_model": null, "summary_key": null},
         "pause": null}
        """;

    private const string ARequest = """{"project_id": "shop", "name": "The shop", "settings": {"max_attempts": 6, "retention_days": 90}}""";

    public string Title => "Projects";

    public IReadOnlyList<Operation> Declare() =>
    [
        new Operation<OperationContext, ProjectRequest>("CreateProject", "Create a project.", Input.Body<ProjectRequest>(ARequest), CreateAsync)
        {
            Allows = Permission.Administer,
            Refuses = [ErrorCodes.Conflict],
            Answers = [AnswerShape.Created<Project>(AProject)],
            OncePerKey = OncePerKey.Yes,
        }.Rest("POST", "/projects"),

        new Operation<OperationContext, ListQuery>("ListProjects", "List the projects that the token can access, newest first.", Input.Query<ListQuery>(), List)
        {
            Allows = Permission.ReadAdministration,
            Answers = [AnswerShape.Ok<Page<Project>>(Example.PageOf(AProject))],
        }.Rest("GET", "/projects"),

        new Operation<ProjectContext>("GetProject", "Get a project and its own settings.", Get)
        {
            Allows = Permission.ReadAdministration,
            Answers = [AnswerShape.Ok<Project>(AProject)],
        }.Rest("GET", "/projects/{project_id}"),

        new Operation<ProjectContext, ProjectRequest>(
            "UpdateProject", "Rename a project, or replace its own settings.", Input.Body<ProjectRequest>(ARequest), ChangeAsync)
        {
            Allows = Permission.Administer,
            Answers = [AnswerShape.Ok<Project>(AProject)],
        }.Rest("PUT", "/projects/{project_id}"),

        new Operation<ProjectContext, PauseRequest?>(
            "PauseProject", "Pause a project: deliveries to all its agents wait, and the server assigns no tasks.",
            Input.OptionalBody<PauseRequest>(PauseRules.ARequest), PauseAsync)
        {
            Allows = Permission.Oversee,
            Answers = [AnswerShape.Ok<Project>(AProject)],
        }.Rest("POST", "/projects/{project_id}/pause"),

        new Operation<ProjectContext>("ResumeProject", "Resume a paused project.", context => PauseAsync(context, null, "project.resumed"))
        {
            Allows = Permission.Oversee,
            Answers = [AnswerShape.Ok<Project>(AProject)],
        }.Rest("POST", "/projects/{project_id}/resume"),

        new Operation<ProjectContext>("DeleteProject", "Delete a project and everything in it. Its tokens are revoked.", DeleteAsync)
        {
            Allows = Permission.Administer,
            Refuses = [ErrorCodes.Conflict],
            Answers = [AnswerShape.Done],
        }.Rest("DELETE", "/projects/{project_id}"),
    ];

    private async ValueTask<Answer> CreateAsync(ProjectRequest request, OperationContext context)
    {
        var id = request.ProjectId ?? (request.Name is { } name ? WireNames.ToId(name, WireNames.LongestProjectId) : null);
        var problem = ProjectRules.Check(request, server.WebhookPrivateAddresses)
            .Check(id is not null, "project_id", request.Name is null ? "is missing, and so is a name to make it from" : "is missing, and the name has no characters to make an id from")
            .Problem;
        if (problem is not null)
            return problem;

        if (await projects.AddAsync(id!, request.Name ?? id!, ProjectRules.WithKey(request.Settings ?? new ProjectSettings(), new ProjectSettings()), context.Cancellation) is not { } project)
            return Problems.AlreadyExists("project", id!);
        await audit.RecordAsync(context.Caller, project.Id, "project.created", project.Id, context.Cancellation);
        return Answer.Created(project.ToWire(), $"/projects/{project.Id}");
    }

    private ValueTask<Answer> List(ListQuery query, OperationContext context)
    {
        if (!ListPlace.TryRead(query, out var below, out var problem))
            return new(problem);
        var caller = context.Caller;
        var found = projects.All
            .Where(project => project.Number < below && (caller.ProjectId is null || project.Id == caller.ProjectId))
            .OrderByDescending(project => project.Number)
            .Take(query.Limit + 1)
            .ToList();
        return new(Answer.Ok(ListPlace.Page(found, query.Limit, project => project.ToWire(), project => project.Number)));
    }

    private static ValueTask<Answer> Get(ProjectContext context) => new(Answer.Ok(context.Project.ToWire()));

    private async ValueTask<Answer> ChangeAsync(ProjectRequest request, ProjectContext context)
    {
        var project = context.Project;
        var problem = ProjectRules.Check(request, server.WebhookPrivateAddresses)
            .Check(request.ProjectId is null || request.ProjectId == project.Id, "project_id", "cannot be changed")
            .Problem;
        if (problem is not null)
            return problem;

        var settings = request.Settings is { } asked ? ProjectRules.WithKey(asked, project.Record.Settings) : project.Record.Settings;
        if (!await projects.ChangeAsync(project, request.Name, settings, context.Cancellation))
            return Problems.NotFound("project", project.Id);
        await audit.RecordAsync(context.Caller, project.Id, "project.changed", project.Id, context.Cancellation);
        return Answer.Ok(project.ToWire());
    }

    private async ValueTask<Answer> PauseAsync(PauseRequest? request, ProjectContext context) => PauseRules.Check(request) is { } problem
        ? problem
        : await PauseAsync(context, PauseRules.Make(context.Project.Record.Pause, request, context.Caller, clock.GetUtcNow()), "project.paused");

    private async ValueTask<Answer> PauseAsync(ProjectContext context, Pause? pause, string action)
    {
        if (!await projects.PauseAsync(context.Project, pause, context.Cancellation))
            return Problems.NotFound("project", context.Project.Id);
        await audit.RecordAsync(context.Caller, context.Project.Id, action, context.Project.Id, context.Cancellation);
        return Answer.Ok(context.Project.ToWire());
    }

    private async ValueTask<Answer> DeleteAsync(ProjectContext context)
    {
        var project = context.Project;
        if (project.Id == ProjectDirectory.Default)
            return Problems.Conflict("The default project cannot be deleted: callers that name no project use it.");

        // Not cancelled if the caller disconnects, so that no half-deleted project is left.
        await vault.RevokeProjectAsync(project.Id, CancellationToken.None);
        await projects.DeleteAsync(project, CancellationToken.None);
        await audit.RecordAsync(context.Caller, ProjectDirectory.Default, "project.deleted", project.Id, CancellationToken.None);
        return Answer.Done;
    }
}
