using Parley.Protocol;

namespace Parley.Client;

/// <summary>Projects and their settings.</summary>
public sealed class ProjectsApi
{
    private readonly RestConnection _connection;

    internal ProjectsApi(RestConnection connection) => _connection = connection;

    public Task<Project> CreateAsync(ProjectRequest request, CancellationToken cancellationToken = default) =>
        _connection.SendAsync(
            HttpMethod.Post, new RestPath($"projects"), request, WireJson.Lenient.ProjectRequest, WireJson.Lenient.Project, cancellationToken);

    public Task<Page<Project>> ListAsync(int? limit = null, string? after = null, CancellationToken cancellationToken = default) =>
        _connection.GetAsync(new RestPath($"projects").With("limit", limit).With("after", after), WireJson.Lenient.PageProject, cancellationToken);

    public Task<Project> GetAsync(string projectId, CancellationToken cancellationToken = default) =>
        _connection.GetAsync(new RestPath($"projects/{projectId}"), WireJson.Lenient.Project, cancellationToken);

    public Task<Project> UpdateAsync(string projectId, ProjectRequest change, CancellationToken cancellationToken = default) =>
        _connection.SendAsync(
            HttpMethod.Put, new RestPath($"projects/{projectId}"), change, WireJson.Lenient.ProjectRequest, WireJson.Lenient.Project, cancellationToken, repeatable: true);

    /// <summary>Deletes a project with everything in it.</summary>
    public Task DeleteAsync(string projectId, CancellationToken cancellationToken = default) =>
        _connection.SendAsync(HttpMethod.Delete, new RestPath($"projects/{projectId}"), cancellationToken);
}
