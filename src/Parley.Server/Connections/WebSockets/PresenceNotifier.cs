using Microsoft.Extensions.Logging;
using Parley.Protocol;
using Parley.Server.Agents;
using Parley.Server.Connections.Frames;
using Parley.Server.Projects;
using Parley.Server.Storage;

namespace Parley.Server.Connections.WebSockets;

/// <summary>Notifies connections that asked for it when agents come online or go offline: <c>agent:joined</c>, <c>agent:left</c>.</summary>
internal sealed partial class PresenceNotifier(ConnectionHub hub, AgentDirectory agents, ILogger<PresenceNotifier> logger) : IAgentWatcher
{
    private readonly Lock _gate = new();
    private Task _told = Task.CompletedTask;

    public void Came(ProjectState project, AgentState agent) => Tell(project, agent, "agent:joined");

    public void Left(ProjectState project, AgentState agent) => Tell(project, agent, "agent:left");

    public ValueTask RemovedAsync(ProjectState project, AgentState agent, CancellationToken cancellationToken)
    {
        Tell(project, agent, "agent:left");
        return ValueTask.CompletedTask;
    }

    private void Tell(ProjectState project, AgentState agent, string name)
    {
        if (!Listeners(project, agent).Any())
            return;
        // The mailbox counts may have to be queried first; the order of notifications is kept anyway.
        lock (_gate)
            _told = TellAsync(_told, project, agent, name);
    }

    private async Task TellAsync(Task before, ProjectState project, AgentState agent, string name)
    {
        await before;
        try
        {
            var shown = await agents.ShowAsync(project, agent, CancellationToken.None);
            var news = DataFrame.Of(System.Text.Encoding.ASCII.GetBytes(name), [], shown, WireJson.Strict.Agent);
            foreach (var connection in Listeners(project, agent))
                connection.Tell(news);
        }
        catch (Exception fault) when (fault is StorageUnavailableException or ObjectDisposedException)
        {
            // Only a notification: clients can list the agents when the store is back.
            Log.NotTold(logger, fault, agent.Id);
        }
    }

    private IEnumerable<SocketConnection> Listeners(ProjectState project, AgentState agent) =>
        hub.Listeners.Where(connection => connection.Project == project && connection.Agent != agent);

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "Nobody was notified that {Agent} came online or went offline: the store is unavailable.")]
        internal static partial void NotTold(ILogger logger, Exception fault, string agent);
    }
}
