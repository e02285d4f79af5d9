using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Parley.Protocol;
using Parley.Server.Rest;
using Parley.Server.Security;
using Parley.Server.Wire;

namespace Parley.Server.Projects;

/// <summary>Projects over REST.</summary>
internal static class ProjectEndpoints
{
    public static RouteGroupBuilder MapProjects(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/projects").WithTags("Projects");
        group.MapPost("/", CreateAsync).WithName("CreateProject").WithSummary("Make a project.")
            .OncePerKey().Allow(Permission.Administer).Refuses(ErrorCodes.Conflict).Produces<Project>(StatusCodes.Status201Created);
        group.MapGet("/", List).WithName("ListProjects").WithSummary("List the projects that the token opens, newest first.")
            .Allow(Permission.ReadAdministration).Produces<Page<Project>>();
        group.MapGet("/{project_id}", Get).WithName("GetProject").WithSummary("Get a project and its own settings.")
            .Allow(Permission.ReadAdministration).Produces<Project>();
        group.MapPut("/{project_id}", ChangeAsync).WithName("UpdateProject").WithSummary("Rename a project, or replace its own settings.")
            .Allow(Permission.Administer).Produces<Project>();
        group.MapDelete("/{project_id}", DeleteAsync).WithName("DeleteProject").WithSummary("Delete a project with everything in it; its tokens end.")
            .Allow(Permission.Administer).Refuses(ErrorCodes.Conflict).Produces(StatusCodes.Status204NoContent);
        return group;
    }

    private static async Task<IResult> CreateAsync(
        Body<ProjectRequest> body, Caller caller, ProjectDirectory projects, IAuditTrail audit, CancellationToken cancellationToken)
    {
        var request = body.Value;
        var id = request.ProjectId ?? (request.Name is { } name ? WireNames.ToId(name, WireNames.LongestProjectId) : null);
        var problem = ProjectRules.Check(request)
            .Check(id is not null, "project_id", request.Name is null ? "is missing, and so is a name to make it from" : "is missing, and the name has no letter to make it from")
            .Problem;
        if (problem is not null)
            return problem;

        if (await projects.AddAsync(id!, request.Name ?? id!, request.Settings ?? new ProjectSettings(), cancellationToken) is not { } project)
            return Problems.AlreadyExists("project", id!);
        await audit.RecordAsync(caller, project.Id, "project.created", project.Id, cancellationToken);
        return TypedResults.Created($"{ApiPath.Base}/projects/{project.Id}", project.ToWire());
    }

    private static IResult List(Query<ListQuery> query, Caller caller, ProjectDirectory projects)
    {
        if (!ListPlace.TryRead(query.Value, out var below, out var problem))
            return problem;
        var found = projects.All
            .Where(project => project.Number < below && (caller.ProjectId is null || project.Id == caller.ProjectId))
            .OrderByDescending(project => project.Number)
            .Take(query.Value.Limit + 1)
            .ToList();
        return TypedResults.Ok(ListPlace.Page(found, query.Value.Limit, project => project.ToWire(), project => project.Number));
    }

    private static IResult Get(CurrentProject project, Caller caller) => TypedResults.Ok(project.State.ToWire());

    private static async Task<IResult> ChangeAsync(
        Body<ProjectRequest> body, CurrentProject project, Caller caller, ProjectDirectory projects, IAuditTrail audit, CancellationToken cancellationToken)
    {
        var (request, state) = (body.Value, project.State);
        var problem = ProjectRules.Check(request)
            .Check(request.ProjectId is null || request.ProjectId == state.Id, "project_id", "can not be changed")
            .Problem;
        if (problem is not null)
            return problem;

        if (!await projects.ChangeAsync(state, request.Name, request.Settings ?? state.Record.Settings, cancellationToken))
            return Problems.NotFound("project", state.Id);
        await audit.RecordAsync(caller, state.Id, "project.changed", state.Id, cancellationToken);
        return TypedResults.Ok(state.ToWire());
    }

    private static async Task<IResult> DeleteAsync(
        CurrentProject project, Caller caller, ProjectDirectory projects, TokenVault vault, IAuditTrail audit)
    {
        var state = project.State;
        if (state.Id == ProjectDirectory.Default)
            return Problems.Conflict("The default project stays: whoever names no project is in it.");

        // The caller may hang up: half a project must not stay.
        await vault.RevokeProjectAsync(state.Id, CancellationToken.None);
        await projects.DeleteAsync(state, CancellationToken.None);
        await audit.RecordAsync(caller, ProjectDirectory.Default, "project.deleted", state.Id, CancellationToken.None);
        return TypedResults.NoContent();
    }
}

/// <summary>What a project may be called and set to; the ranges of <see cref="Settings.SettingsTable"/>.</summary>
internal static class ProjectRules
{
    private const int Year = 365 * 24 * 3600;
    private const int Day = 24 * 3600;

    internal static Validation Check(ProjectRequest request)
    {
        var validation = new Validation().ProjectId("project_id", request.ProjectId).DisplayText("name", request.Name);
        if (request.Settings is not { } settings)
            return validation;
        return validation
            .Range("settings.mailbox_limit", settings.MailboxLimit, 1, 10_000_000)
            .Range("settings.message_ttl_seconds", settings.MessageTtlSeconds, 1, Year)
            .Range("settings.retry_delay_seconds", settings.RetryDelaySeconds, 0, Day)
            .Range("settings.max_attempts", settings.MaxAttempts, 1, 1000)
            .Range("settings.retention_days", settings.RetentionDays, 0, 36_500)
            .Range("settings.rate_limit_per_second", settings.RateLimitPerSecond, 0, 1_000_000)
            .Range("settings.rate_limit_burst", settings.RateLimitBurst, 1, 1_000_000)
            .Range("settings.priority_aging_seconds", settings.PriorityAgingSeconds, 0, Day)
            .Range("settings.loop_limit", settings.LoopLimit, 1, 100_000);
    }
}
