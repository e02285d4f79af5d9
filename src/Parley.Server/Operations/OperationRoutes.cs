using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Parley.Protocol;
using Parley.Server.Rest;
using Parley.Server.Security;

namespace Parley.Server.Operations;

/// <summary>Maps what the concepts declare. Each route is a bare request delegate: nothing of it is bound by reflection, and all that its
/// documentation needs is said in its metadata.</summary>
internal static class OperationRoutes
{
    /// <param name="usualBodyLimit">How many bytes of body an operation takes that says nothing else.</param>
    public static void MapOperations(this IEndpointRouteBuilder routes, long usualBodyLimit)
    {
        foreach (var (title, operation) in routes.ServiceProvider.GetRequiredService<OperationCatalog>().All)
            routes.Map(title, operation, usualBodyLimit);
    }

    internal static void Map(this IEndpointRouteBuilder routes, string title, Operation operation, long usualBodyLimit)
    {
        foreach (var face in operation.Routes)
        {
            RequestDelegate serve = operation.ServeAsync;
            var route = routes.MapMethods(face.Path, [face.Method], serve)
                .WithName(operation.Name).WithTags(title).WithSummary(operation.Summary)
                .WithMetadata([.. MetadataOf(operation, usualBodyLimit)]);
            if (operation.Allows is { } permission)
                route.Allow(permission, operation.Own);
            else if (operation.AllowsAnyone)
                route.AllowAnyone();
            if (!operation.AllowsAnyone)
                route.WithProblemResponses();
            else
                // Only the guard in front of it refuses: a name by which the server does not go.
                route.WithMetadata(new Refusals([ErrorCodes.Forbidden]), new ProblemResponse(StatusCodes.Status403Forbidden));
        }
    }

    private static IEnumerable<object> MetadataOf(Operation operation, long usualBodyLimit)
    {
        yield return operation;
        // The generator describes only what was made from a method; from this one it learns nothing.
        yield return Described.Method;
        yield return new BodyLimit(operation.BodyLimit ?? usualBodyLimit);
        var takes = operation.Takes;
        if (takes.Body is { } body)
        {
            yield return new AcceptsMetadata(takes.TakesAnyContentType ? ["application/json", "*/*"] : ["application/json"], body, takes.IsBodyOptional);
            yield return new Refusals([ErrorCodes.InvalidRequest, ErrorCodes.TooLarge, ErrorCodes.UnsupportedMediaType]);
        }

        if (takes.Query is { } query)
        {
            yield return new QueryParameters(query);
            yield return new Refusals([ErrorCodes.InvalidRequest]);
        }

        if (takes.IfMatch)
            yield return new Refusals([ErrorCodes.VersionMismatch, ErrorCodes.InvalidRequest]);
        if (operation.OncePerKey != OncePerKey.No)
            yield return new Refusals([ErrorCodes.IdempotencyConflict, ErrorCodes.InvalidRequest]);
        yield return new Refusals([.. operation.ContextRefusals, .. operation.Refuses]);
        foreach (var answer in operation.Answers)
            yield return new ProducesResponseTypeMetadata(answer.Status, answer.Noun ?? typeof(void), answer.ContentType is { } type ? [type] : []);
    }

    private static class Described
    {
        internal static readonly System.Reflection.MethodInfo Method = ((Func<Task<IResult>>)Answer).Method;

        private static Task<IResult> Answer() => throw new InvalidOperationException("It is there to be described.");
    }
}
