using Parley.Protocol;
using Parley.Server.Projects;
using Parley.Server.Security;

namespace Parley.Server.Agents;

/// <summary>Tells the token vault which projects and agents there are.</summary>
internal sealed class TokenSubjects(ProjectDirectory projects, AgentDirectory directory) : ITokenSubjects
{
    public ValueTask<bool> HasProjectAsync(string projectId, CancellationToken cancellationToken) => new(projects.Find(projectId) is not null);

    public ValueTask<Agent?> FindAgentAsync(string projectId, string agentId, CancellationToken cancellationToken) =>
        new(projects.Find(projectId) is { } project && project.Agents.Find(agentId) is { } agent ? directory.ToWire(project, agent) : null);
}
