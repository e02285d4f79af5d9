using System.Buffers;
using System.Text.Json;
using System.Text.Json.Nodes;
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

/// <summary>The API's own documentation: <c>/openapi/v1.json</c>, <c>/asyncapi.json</c>, <c>/workflow.schema.json</c>, and pages to read and try it at
/// <c>/docs</c>. This server serves all of it, so it works offline. It reveals nothing about any project.</summary>
internal static class ApiDocumentation
{
    private const string DocumentName = "v1";
    private const string OpenApiPath = $"/openapi/{DocumentName}.json";
    private const string AsyncApiPath = "/asyncapi.json";
    private const string PlanSchemaPath = "/workflow.schema.json";

    public static IServiceCollection AddApiDocs(this IServiceCollection services) => services
        .AddSingleton(_ => WireDocs.Load())
        .AddOpenApi(DocumentName, options =>
        {
            options.OpenApiVersion = OpenApiSpecVersion.OpenApi3_1;
            // Free JSON and priorities, which are numbers, are described inline, because a name would say less.
            options.CreateSchemaReferenceId = type => (Nullable.GetUnderlyingType(type.Type) ?? type.Type) is var plain && (plain == typeof(JsonElement) || plain == typeof(Priority))
                ? null
                : OpenApiOptions.CreateDefaultSchemaReferenceId(type);
            options.AddSchemaTransformer<SchemaDetails>();
            options.AddOperationTransformer<OperationDetails>();
            options.AddDocumentTransformer<DocumentDetails>();
        });

    /// <summary>Call this after everything that it describes is mapped.</summary>
    public static void MapApiDocs(this IEndpointRouteBuilder routes)
    {
        // Created on the first request: nothing in it changes while the server runs, and the start does not pay for it.
        var openApi = new Lazy<Task<byte[]>>(() => Task.Run(() => OpenApiAsync(routes.ServiceProvider)));
        var asyncApi = new Lazy<byte[]>(() => AsyncApiOf(routes));
        var plan = new Lazy<Task<byte[]>>(async () => BytesOf(PlanSchema.Of(JsonNode.Parse(await openApi.Value)!)));
        routes.MapGet(OpenApiPath, async context => await Results.Bytes(await openApi.Value, "application/json; charset=utf-8").ExecuteAsync(context))
            .AllowAnyone().ExcludeFromDescription();
        routes.MapGet(AsyncApiPath, context => Results.Bytes(asyncApi.Value, "application/json; charset=utf-8").ExecuteAsync(context))
            .AllowAnyone().ExcludeFromDescription();
        routes.MapGet(PlanSchemaPath, async context => await Results.Bytes(await plan.Value, "application/schema+json").ExecuteAsync(context))
            .AllowAnyone().ExcludeFromDescription();
        // While a browser loads the page's scripts, the document that they will request is already being created.
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
        // There is only one document, so the bar for choosing one would only show the vendor's name.
        options.HeadContent = "<style>.swagger-ui .topbar{display:none}</style>";
        options.DefaultModelsExpandDepth(0);
        options.DisplayRequestDuration();
        options.EnableDeepLinking();
        options.EnableFilter();
        // Kept in the browser's storage for this server until the user presses Logout, because someone who tries the API reloads the page often.
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
        return BytesOf(document);
    }

    private static byte[] BytesOf(JsonNode document)
    {
        var bytes = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(bytes, new JsonWriterOptions { Indented = true, Encoder = WireJson.Strict.Options.Encoder }))
            document.WriteTo(writer);
        return bytes.WrittenSpan.ToArray();
    }
}
