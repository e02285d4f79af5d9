using Microsoft.Extensions.DependencyInjection;
using Parley.Server.Entities;
using Parley.Server.Operations;

namespace Parley.Server.Inbound;

internal static class InboundSetup
{
    public static IServiceCollection AddInbound(this IServiceCollection services) => services
        .AddEntities(InboundConcept.Kind)
        .AddSingleton<InboundDoor>()
        .AddConcept<InboundConcept>();
}
