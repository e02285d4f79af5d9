using Microsoft.Extensions.DependencyInjection;
using Parley.Server.Agents;
using Parley.Server.Entities;
using Parley.Server.Log;
using Parley.Server.Operations;

namespace Parley.Server.Squads;

internal static class SquadsSetup
{
    public static IServiceCollection AddSquads(this IServiceCollection services) => services
        .AddEntities(SquadsConcept.Kind)
        .AddSingleton<SquadDirectory>()
        .AddSingleton<IReaderGroups, AgentGroups>()
        .AddConcept<SquadsConcept>()
        .AddSingleton<ISquadMembers>(provider => provider.GetRequiredService<SquadDirectory>())
        .AddSingleton<IAgentWatcher>(provider => provider.GetRequiredService<SquadDirectory>());
}
