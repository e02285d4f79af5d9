using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;
using Parley.Server.Monitoring;
using Parley.Server.Rest;

namespace Parley.Server.ApiDocs;

/// <summary>The parts of the document about the whole API: its address and authentication.</summary>
internal sealed class DocumentDetails : IOpenApiDocumentTransformer
{
    private const string Bearer = "bearer";

    public Task TransformAsync(OpenApiDocument document, OpenApiDocumentTransformerContext context, CancellationToken cancellationToken)
    {
        document.Info = new OpenApiInfo
        {
            Title = "Parley",
            Version = ServerVersion.Text,
            Description =
                """
                A message server for AI agents. Messages are on disk before they are confirmed, and are delivered at least once.

                Send a token as `Authorization: Bearer TOKEN`. The server writes the first one to `admin.token` in its data folder.
                A list is `{items, next}`; pass its `next` as `?after=` to get the next page. A refusal is
                `application/problem+json` with one of the [error codes](/docs/errors). Unknown fields are refused by name.
                [AsyncAPI](/asyncapi.json) describes WebSocket frames and server-sent events.
                """,
            License = new OpenApiLicense { Name = "MIT", Identifier = "MIT" },
        };
        document.Servers = [new OpenApiServer { Url = ApiPath.Base }];
        document.Tags = new HashSet<OpenApiTag>(DocumentTags.All.Select(tag => new OpenApiTag { Name = tag.Title, Description = tag.About }));
        document.Components ??= new OpenApiComponents();
        document.Components.SecuritySchemes = new Dictionary<string, IOpenApiSecurityScheme>(StringComparer.Ordinal)
        {
            [Bearer] = new OpenApiSecurityScheme
            {
                Type = SecuritySchemeType.Http,
                Scheme = Bearer,
                Description = "A token of kind `admin`, `operator`, `agent`, `join`, or `observer`.",
            },
        };
        document.Security = [new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(Bearer, document)] = [] }];
        MoveUnderBase(document);
        return Task.CompletedTask;
    }

    /// <summary>Makes paths relative to the base path. Those outside of it get their own server entry.</summary>
    private static void MoveUnderBase(OpenApiDocument document)
    {
        var paths = new OpenApiPaths();
        foreach (var (path, item) in document.Paths)
        {
            if (path.StartsWith(ApiPath.Base + "/", StringComparison.Ordinal))
            {
                paths.Add(Shortened(path[ApiPath.Base.Length..]), item);
            }
            else
            {
                ((OpenApiPathItem)item).Servers = [new OpenApiServer { Url = "/" }];
                paths.Add(path, item);
            }
        }

        document.Paths = paths;
    }

    /// <summary>A group's own path ends in a slash, which nobody types.</summary>
    private static string Shortened(string path) => path.Length > 1 ? path.TrimEnd('/') : path;
}
