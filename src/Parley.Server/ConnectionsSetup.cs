using Microsoft.Extensions.DependencyInjection;
using Parley.Server.Agents;
using Parley.Server.Connections;
using Parley.Server.Connections.Relay;
using Parley.Server.Connections.ServerSentEvents;
using Parley.Server.Connections.WebSockets;
using Parley.Server.Coordination;
using Parley.Server.History;
using Parley.Server.Entities;
using Parley.Server.Log;
using Parley.Server.Mailboxes;
using Parley.Server.Monitoring;
using Parley.Server.Operations;
using Parley.Server.Projects;
using Parley.Server.Security;
using Parley.Server.Settings;
using Parley.Server.Tasks;

namespace Parley.Server;

internal static class ConnectionsSetup
{
    public static IServiceCollection AddConnections(this IServiceCollection services, ServerSettings settings) => services
        .AddSingleton<ConnectionHub>()
        .AddSingleton<IHandover>(provider => provider.GetRequiredService<ConnectionHub>())
        .AddSingleton<IMailboxWaker>(provider => provider.GetRequiredService<ConnectionHub>())
        .AddSingleton<IConnectionCount>(provider => provider.GetRequiredService<ConnectionHub>())
        .AddSingleton<IDrainSource>(provider => provider.GetRequiredService<ConnectionHub>())
        .AddSingleton<IAgentWatcher, PresenceNotifier>()
        .AddSingleton<TaskNotifier>()
        .AddSingleton<ITaskWatcher>(provider => provider.GetRequiredService<TaskNotifier>())
        .AddConcept<FeedsConcept>()
        .AddConcept<StreamsConcept>()
        .AddSingleton<FeedCatalog>()
        .AddSingleton<EventCatalog>()
        .AddSingleton<IAuditTrail, LogAuditTrail>()
        .AddSingleton(provider => new SocketTimes(settings.Heartbeat, settings.ConnectionFramesPerSecond, provider.GetRequiredService<TimeProvider>()))
        .AddSingleton<IChore, IdleConnectionMonitor>()
        .AddSingleton<Sessions>()
        .AddSingleton<Notices>()
        .AddSingleton<SocketRegistration>()
        .AddSingleton<SocketServer>()
        .AddSingleton<RelayFrames>()
        .AddSingleton<RelayServer>()
        .AddSingleton(provider => new StreamServer(
            provider.GetRequiredService<ILogStore>(), provider.GetRequiredService<MessageAccess>(), provider.GetRequiredService<EntityKinds>(), provider.GetRequiredService<EventCatalog>(),
            provider.GetRequiredService<AgentDirectory>(), provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<Stopping>(), provider.GetRequiredService<ConnectionDrain>(), settings.Heartbeat))
        .AddSingleton<Stopping>()
        .AddSingleton<ConnectionDrain>()
        .AddHostedService<MaintenanceLoop>();
}
