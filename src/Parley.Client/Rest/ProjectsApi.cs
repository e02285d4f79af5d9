using Parley.Protocol;

namespace Parley.Client;

/// <summary>Projects and their settings.</summary>
public sealed class ProjectsApi
{
    private readonly RestConnection _connection;

    internal ProjectsApi(RestConnection connection) => _connection = connection;

    /// <summary>Creates a project.</summary>
    /// <exception cref="ParleyException">A project with this id exists (<see cref="ErrorCodes.Conflict"/>), or the server refuses.</exception>
    public Task<Project> CreateAsync(ProjectRequest request, CancellationToken cancellationToken = default) =>
        _connection.SendAsync(
            HttpMethod.Post, new RestPath($"projects"), request, WireJson.Lenient.ProjectRequest, WireJson.Lenient.Project, cancellationToken);

    /// <summary>Lists the projects that the token can access, a page at a time.</summary>
    /// <param name="limit">Items per page, 1-500; 50 if omitted.</param>
    /// <param name="after">The <c>next</c> of the previous page; the first page if omitted.</param>
    /// <param name="cancellationToken">Stops waiting for the answer.</param>
    /// <exception cref="ParleyException">The server refuses it, or no server answers.</exception>
    public Task<Page<Project>> ListAsync(int? limit = null, string? after = null, CancellationToken cancellationToken = default) =>
        _connection.GetAsync(new RestPath($"projects").With("limit", limit).With("after", after), WireJson.Lenient.PageProject, cancellationToken);

    /// <summary>Gets a project with its own settings.</summary>
    /// <exception cref="ParleyException">It does not exist (<see cref="ErrorCodes.NotFound"/>), or the server refuses.</exception>
    public Task<Project> GetAsync(string projectId, CancellationToken cancellationToken = default) =>
        _connection.GetAsync(new RestPath($"projects/{projectId}"), WireJson.Lenient.Project, cancellationToken);

    /// <summary>Changes a project's name or settings. Omitted fields stay as they are.</summary>
    /// <exception cref="ParleyException">It does not exist (<see cref="ErrorCodes.NotFound"/>), or the server refuses.</exception>
    public Task<Project> UpdateAsync(string projectId, ProjectRequest change, CancellationToken cancellationToken = default) =>
        _connection.SendAsync(
            HttpMethod.Put, new RestPath($"projects/{projectId}"), change, WireJson.Lenient.ProjectRequest, WireJson.Lenient.Project, cancellationToken, repeatable: true);

    /// <summary>Deletes a project and everything in it.</summary>
    public Task DeleteAsync(string projectId, CancellationToken cancellationToken = default) =>
        _connection.SendAsync(HttpMethod.Delete, new RestPath($"projects/{projectId}"), cancellationToken);

    /// <summary>Pauses a project: deliveries to all its agents wait until <see cref="ResumeAsync"/>, and the server assigns no tasks.</summary>
    /// <param name="projectId">The project.</param>
    /// <param name="reason">One line that others see, up to 200 characters.</param>
    /// <param name="cancellationToken">Stops waiting for the answer.</param>
    /// <exception cref="ParleyException">It does not exist (<see cref="ErrorCodes.NotFound"/>), or the server refuses.</exception>
    public Task<Project> PauseAsync(string projectId, string? reason = null, CancellationToken cancellationToken = default) => _connection.SendAsync(
        HttpMethod.Post, new RestPath($"projects/{projectId}/pause"), new PauseRequest { Reason = reason }, WireJson.Lenient.PauseRequest, WireJson.Lenient.Project,
        cancellationToken, repeatable: true);

    /// <summary>Ends a pause, so that waiting messages are delivered. Has no effect if the project is not paused.</summary>
    /// <exception cref="ParleyException">It does not exist (<see cref="ErrorCodes.NotFound"/>), or the server refuses.</exception>
    public Task ResumeAsync(string projectId, CancellationToken cancellationToken = default) =>
        _connection.SendAsync(HttpMethod.Post, new RestPath($"projects/{projectId}/resume"), cancellationToken);
}
