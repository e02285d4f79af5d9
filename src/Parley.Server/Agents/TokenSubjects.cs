using Parley.Protocol;
using Parley.Server.Projects;
using Parley.Server.Security;

namespace Parley.Server.Agents;

/// <summary>Tells the token vault which projects and agents exist.</summary>
internal sealed class TokenSubjects(ProjectDirectory projects, AgentDirectory directory) : ITokenSubjects
{
    public ValueTask<bool> HasProjectAsync(string projectId, CancellationToken cancellationToken) => new(projects.Find(projectId) is not null);

    public int NumberOf(string projectId, string agentId) => projects.Find(projectId)?.Agents.Find(agentId)?.Number ?? 0;

    public async ValueTask<Agent?> FindAgentAsync(string projectId, string agentId, CancellationToken cancellationToken) =>
        projects.Find(projectId) is { } project && project.Agents.Find(agentId) is { } agent ? await directory.ShowAsync(project, agent, cancellationToken) : null;
}
