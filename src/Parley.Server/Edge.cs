using System.Diagnostics;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Parley.Protocol;
using Parley.Server.Rest;
using Parley.Server.Security;
using Parley.Server.Settings;

namespace Parley.Server;

/// <summary>What stands between the network and the endpoints, in its order.</summary>
internal static class Edge
{
    /// <summary>Results are written as the wire has it.</summary>
    public static IServiceCollection AddEdge(this IServiceCollection services) => services
        .AddRouting()
        .ConfigureHttpJsonOptions(json =>
        {
            json.SerializerOptions.TypeInfoResolverChain.Insert(0, WireJson.Lenient);
            json.SerializerOptions.Encoder = WireJson.Lenient.Options.Encoder;
            json.SerializerOptions.PropertyNamingPolicy = WireJson.Lenient.Options.PropertyNamingPolicy;
            json.SerializerOptions.DictionaryKeyPolicy = WireJson.Lenient.Options.DictionaryKeyPolicy;

            // A resolver brings its types into other options, its converters not.
            foreach (var converter in WireJson.Lenient.Options.Converters)
                json.SerializerOptions.Converters.Add(converter);
        });

    /// <summary>Everything up to and including the decision who may use which endpoint. What follows are the endpoints.</summary>
    public static void UseEdge(this IApplicationBuilder app, ServerSettings settings)
    {
        KestrelRefusals.ListenTo(app.ApplicationServices.GetRequiredService<DiagnosticListener>(), app.ApplicationServices.GetRequiredService<TimeProvider>());
        app.UseMiddleware<ProblemResponses>();
        if (settings.TrustedProxies.Count > 0)
            app.UseForwardedHeaders();
        app.UseMiddleware<HostAndOriginGuard>(settings);
        app.UseMiddleware<HeadRequests>();

        // The path is rewritten before routing looks at it, and security needs to know what routing found.
        app.UseUnversionedPaths();
        app.UseRouting();
        app.UseSecurity();
    }
}
