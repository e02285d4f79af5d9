using Microsoft.Extensions.DependencyInjection;
using Parley.Server.Agents;
using Parley.Server.Operations;

namespace Parley.Server.Squads;

internal static class SquadsSetup
{
    public static IServiceCollection AddSquads(this IServiceCollection services) => services
        .AddSingleton<SquadDirectory>()
        .AddConcept<SquadsConcept>()
        .AddSingleton<ISquadMembers>(provider => provider.GetRequiredService<SquadDirectory>())
        .AddSingleton<IAgentWatcher>(provider => provider.GetRequiredService<SquadDirectory>());
}
