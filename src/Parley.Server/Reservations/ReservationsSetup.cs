using Microsoft.Extensions.DependencyInjection;
using Parley.Protocol;
using Parley.Server.Agents;
using Parley.Server.Coordination;
using Parley.Server.Entities;
using Parley.Server.Operations;

namespace Parley.Server.Reservations;

internal static class ReservationsSetup
{
    public static IServiceCollection AddReservations(this IServiceCollection services) => services
        .AddEntities(ReservationKinds.Reservation)
        .AddSingleton<ReservationBoard>()
        .AddSingleton<IDueLook<Reservation>, ReservationDue>()
        .AddSingleton<IAgentWatcher, ReservationOwners>()
        .AddSingleton<IChore, ReservationKeeper>()
        .AddConcept<ReservationsConcept>();
}
