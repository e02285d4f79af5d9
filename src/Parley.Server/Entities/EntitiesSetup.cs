using Microsoft.Extensions.DependencyInjection;
using Parley.Server.Coordination;
using Parley.Server.Log;

namespace Parley.Server.Entities;

internal static class EntitiesSetup
{
    /// <summary>Registers a kind, with everything that follows from its declaration. Needs an <see cref="IEntityStore"/>.</summary>
    public static IServiceCollection AddEntities<T>(this IServiceCollection services, EntityKind<T> kind)
        where T : class
    {
        services
            .AddSingleton<EntityKind>(kind)
            .AddSingleton<EntityKinds>()
            .AddSingleton(kind)
            .AddSingleton(new SystemEvents(kind.Entry, kind.Noun, kind.Example, kind.Events))
            .AddSingleton<EntityBoard<T>>()
            .AddSingleton<IFeedSource, EntityFeed<T>>();
        return kind.Due is null ? services : services.AddSingleton<IChore, DueEntities<T>>();
    }
}
