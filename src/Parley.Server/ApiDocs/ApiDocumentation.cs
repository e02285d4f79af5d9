using System.Buffers;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.OpenApi;
using Parley.Protocol;
using Parley.Server.Connections.Frames;
using Parley.Server.Entities;
using Parley.Server.Security;
using Swashbuckle.AspNetCore.SwaggerUI;

namespace Parley.Server.ApiDocs;

/// <summary>The API described by itself: <c>/openapi/v1.json</c>, <c>/asyncapi.json</c>, and pages to read and try it at <c>/docs</c>.
/// All of it is served by this server alone, so that it opens offline, and tells nothing of any project.</summary>
internal static class ApiDocumentation
{
    private const string DocumentName = "v1";
    private const string OpenApiPath = $"/openapi/{DocumentName}.json";
    private const string AsyncApiPath = "/asyncapi.json";

    public static IServiceCollection AddApiDocs(this IServiceCollection services) => services
        .AddSingleton(_ => WireDocs.Load())
        .AddOpenApi(DocumentName, options =>
        {
            options.OpenApiVersion = OpenApiSpecVersion.OpenApi3_1;
            // Any JSON, and a priority, which is a number: where it stands says more than a name would.
            options.CreateSchemaReferenceId = type => (Nullable.GetUnderlyingType(type.Type) ?? type.Type) is var plain && (plain == typeof(JsonElement) || plain == typeof(Priority))
                ? null
                : OpenApiOptions.CreateDefaultSchemaReferenceId(type);
            options.AddSchemaTransformer<SchemaDetails>();
            options.AddOperationTransformer<OperationDetails>();
            options.AddDocumentTransformer<DocumentDetails>();
        });

    /// <summary>To be called after everything that it describes is mapped.</summary>
    public static void MapApiDocs(this IEndpointRouteBuilder routes)
    {
        // Made once, when somebody first asks: nothing of it changes while the server runs, and nobody pays for it at the start.
        var openApi = new Lazy<Task<byte[]>>(() => Task.Run(() => OpenApiAsync(routes.ServiceProvider)));
        var asyncApi = new Lazy<byte[]>(() => AsyncApiOf(routes));
        routes.MapGet(OpenApiPath, async context => await Results.Bytes(await openApi.Value, "application/json; charset=utf-8").ExecuteAsync(context))
            .AllowAnyone().ExcludeFromDescription();
        routes.MapGet(AsyncApiPath, context => Results.Bytes(asyncApi.Value, "application/json; charset=utf-8").ExecuteAsync(context))
            .AllowAnyone().ExcludeFromDescription();
        // While a browser fetches the page's scripts, the document that they ask for is already being made.
        routes.MapSwaggerUI("/docs", Configure).AllowAnyone().ExcludeFromDescription().Add(page =>
        {
            var serve = page.RequestDelegate!;
            page.RequestDelegate = context =>
            {
                _ = openApi.Value;
                return serve(context);
            };
        });
    }

    private static void Configure(SwaggerUIOptions options)
    {
        options.DocumentTitle = "Parley";
        options.SwaggerEndpoint(OpenApiPath, "Parley v1");
        // There is one document: the bar to choose among several would only name the page's maker.
        options.HeadContent = "<style>.swagger-ui .topbar{display:none}</style>";
        options.DefaultModelsExpandDepth(0);
        options.DisplayRequestDuration();
        options.EnableDeepLinking();
        options.EnableFilter();
        // Kept in the browser's own storage for this server, until somebody presses Logout: who tries the API reloads the page many times.
        options.ConfigObject.PersistAuthorization = true;
        options.ConfigObject.ValidatorUrl = null;
    }

    private static async Task<byte[]> OpenApiAsync(IServiceProvider services)
    {
        await using var scope = services.CreateAsyncScope();
        var document = await scope.ServiceProvider.GetRequiredKeyedService<IOpenApiDocumentProvider>(DocumentName).GetOpenApiDocumentAsync();
        using var bytes = new MemoryStream();
        await document.SerializeAsJsonAsync(bytes, OpenApiSpecVersion.OpenApi3_1);
        return bytes.ToArray();
    }

    private static byte[] AsyncApiOf(IEndpointRouteBuilder routes)
    {
        var services = routes.ServiceProvider;
        var document = new AsyncApi(
            services.GetRequiredService<FrameTable>(), services.GetRequiredService<EntityKinds>(), services.GetRequiredService<EndpointDataSource>(), services.GetRequiredService<WireDocs>()).Build();
        var bytes = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(bytes, new JsonWriterOptions { Indented = true, Encoder = WireJson.Strict.Options.Encoder }))
            document.WriteTo(writer);
        return bytes.WrittenSpan.ToArray();
    }
}
