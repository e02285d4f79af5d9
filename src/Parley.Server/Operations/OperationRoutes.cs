using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Parley.Protocol;
using Parley.Server.Rest;
using Parley.Server.Security;

namespace Parley.Server.Operations;

/// <summary>Maps the operations that the concepts declare. Each route is a plain request delegate: nothing is bound by reflection, and its metadata
/// has everything that its documentation needs.</summary>
internal static class OperationRoutes
{
    /// <param name="usualBodyLimit">The default limit for bodies, in bytes.</param>
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
            if (operation.MayBeRefused)
                route.WithProblemResponses();
            if (operation.AllowsAnyone)
                // Refused only by the guard in front of it, for a host name that the server does not answer to.
                route.WithMetadata(new Refusals([ErrorCodes.Forbidden]), new ProblemResponse(StatusCodes.Status403Forbidden));
        }
    }

    private static IEnumerable<object> MetadataOf(Operation operation, long usualBodyLimit)
    {
        yield return operation;
        // The generator describes only routes created from a method, so it needs this one, which tells it nothing.
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
