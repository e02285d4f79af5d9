using Microsoft.Extensions.DependencyInjection;
using Parley.Server.Connections.Frames;
using Parley.Server.Coordination;
using Parley.Server.Log;
using Parley.Server.Security;
using Parley.Server.Settings;

namespace Parley.Server.Agents;

internal static class AgentsSetup
{
    public static IServiceCollection AddAgents(this IServiceCollection services) => services
        .AddSingleton<AgentDirectory>()
        .AddSingleton<IFeedSource, AgentFeed>()
        .AddSingleton<Registration>()
        .AddSingleton<ITokenSubjects, TokenSubjects>()
        .AddSingleton<IFrames, AgentFrames>()
        .AddSingleton<IChore>(provider => new PresenceMonitor(
            provider.GetRequiredService<AgentDirectory>(), provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ServerSettings>().Heartbeat));
}
