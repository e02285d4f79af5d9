using Microsoft.Extensions.DependencyInjection;
using Parley.Server.Coordination;
using Parley.Server.Log;
using Parley.Server.Operations;
using Parley.Server.Security;
using Parley.Server.Settings;

namespace Parley.Server.Agents;

internal static class AgentsSetup
{
    public static IServiceCollection AddAgents(this IServiceCollection services) => services
        .AddSingleton<AgentDirectory>()
        .AddSingleton<AgentPortraits>()
        .AddSingleton<IFeedSource, AgentFeed>()
        .AddSingleton(AgentEvents.All)
        .AddSingleton<Registration>()
        .AddSingleton<ConnectionRate>()
        .AddSingleton<ITokenSubjects, TokenSubjects>()
        .AddConcept<AgentsConcept>()
        .AddSingleton<IChore>(provider => new PresenceMonitor(
            provider.GetRequiredService<AgentDirectory>(), provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ServerSettings>().Heartbeat));
}
