using Microsoft.Extensions.DependencyInjection;
using Parley.Server.Entities;
using Parley.Server.Operations;

namespace Parley.Server.Schemas;

internal static class SchemasSetup
{
    public static IServiceCollection AddSchemas(this IServiceCollection services) => services
        .AddEntities(SchemasConcept.Kind)
        .AddSingleton<SchemaDirectory>()
        .AddConcept<SchemasConcept>();
}
