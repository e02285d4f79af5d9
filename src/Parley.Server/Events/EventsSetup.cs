using Microsoft.Extensions.DependencyInjection;
using Parley.Server.Log;
using Parley.Server.Operations;

namespace Parley.Server.Events;

internal static class EventsSetup
{
    public static IServiceCollection AddEvents(this IServiceCollection services) => services
        .AddSingleton<IFeedSource, EventFeed>()
        .AddSingleton<EventPages>()
        .AddConcept<EventsConcept>();
}
