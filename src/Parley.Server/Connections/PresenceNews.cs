using Parley.Protocol;
using Parley.Server.Agents;
using Parley.Server.Connections.WebSockets;
using Parley.Server.Projects;

namespace Parley.Server.Connections;

/// <summary>Tells the connections that asked for it who comes and goes: <c>agent:joined</c>, <c>agent:left</c>.</summary>
internal sealed class PresenceNews(ConnectionHub hub, AgentDirectory agents) : IAgentWatcher
{
    public void Came(ProjectState project, AgentState agent) => Tell(project, agent, "agent:joined"u8);

    public void Left(ProjectState project, AgentState agent) => Tell(project, agent, "agent:left"u8);

    public ValueTask RemovedAsync(ProjectState project, AgentState agent, CancellationToken cancellationToken)
    {
        Tell(project, agent, "agent:left"u8);
        return ValueTask.CompletedTask;
    }

    private void Tell(ProjectState project, AgentState agent, ReadOnlySpan<byte> name)
    {
        DataFrame? news = null;
        foreach (var connection in hub.All)
        {
            if (connection.Options.NotifyAll && connection.Project == project && connection.Agent != agent)
                connection.Outbound.Add(news ??= DataFrame.Of(name, [], agents.ToWire(project, agent), WireJson.Strict.Agent));
        }
    }
}
