using Microsoft.Extensions.DependencyInjection;
using Parley.Protocol;
using Parley.Server.Operations;
using Parley.Server.Wire;

namespace Parley.Server.Projects;

/// <summary>The context of an operation in a project: that of the request, or of the connection. If there is no such project, the answer is
/// 404.</summary>
internal class ProjectContext : OperationContext, IOperationContext<ProjectContext>
{
    protected ProjectContext(OperationOrigin origin, ProjectState project)
        : base(origin) => Project = project;

    public static new IReadOnlyList<string> Refusals { get; } = [ErrorCodes.NotFound];

    internal ProjectState Project { get; }

    public static new ValueTask<Result<ProjectContext>> FindAsync(OperationOrigin origin)
    {
        Result<ProjectContext> found = Find(origin).TryGet(out var project, out var problem) ? new ProjectContext(origin, project) : problem;
        return new(found);
    }

    private protected static Result<ProjectState> Find(OperationOrigin origin)
    {
        if (origin.Connection is IProjectConnection connection)
            return connection.Project;
        var id = origin.Scope.ProjectId;
        return origin.Http.RequestServices.GetRequiredService<ProjectDirectory>().Find(id) is { } project ? project : Problems.NotFound("project", id);
    }
}
