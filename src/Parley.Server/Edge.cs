using System.Diagnostics;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Parley.Protocol;
using Parley.Server.Rest;
using Parley.Server.Security;
using Parley.Server.Settings;

namespace Parley.Server;

/// <summary>The middleware between the network and the endpoints, in order.</summary>
internal static class Edge
{
    /// <summary>Makes results use the wire's JSON.</summary>
    public static IServiceCollection AddEdge(this IServiceCollection services) => services
        .AddRouting()
        .ConfigureHttpJsonOptions(json =>
        {
            json.SerializerOptions.TypeInfoResolverChain.Insert(0, WireJson.Lenient);
            json.SerializerOptions.Encoder = WireJson.Lenient.Options.Encoder;
            json.SerializerOptions.PropertyNamingPolicy = WireJson.Lenient.Options.PropertyNamingPolicy;
            json.SerializerOptions.DictionaryKeyPolicy = WireJson.Lenient.Options.DictionaryKeyPolicy;

            // A resolver brings its types into other options, but not its converters.
            foreach (var converter in WireJson.Lenient.Options.Converters)
                json.SerializerOptions.Converters.Add(converter);
        });

    /// <summary>Everything up to and including the decision who may use which endpoint. The endpoints come after this.</summary>
    public static void UseEdge(this IApplicationBuilder app, ServerSettings settings)
    {
        KestrelRefusals.ListenTo(app.ApplicationServices.GetRequiredService<DiagnosticListener>(), app.ApplicationServices.GetRequiredService<TimeProvider>());
        app.UseMiddleware<ProblemResponses>();
        if (settings.TrustedProxies.Count > 0)
            app.UseForwardedHeaders();
        app.UseMiddleware<HostAndOriginGuard>(settings);
        app.UseMiddleware<HeadRequests>();

        // The path is rewritten before routing, and security needs the result of routing.
        app.UseUnversionedPaths();
        app.UseRouting();
        app.UseSecurity();
    }
}
