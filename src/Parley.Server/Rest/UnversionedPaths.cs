using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Parley.Server.Rest;

/// <summary>Serves <c>/api/...</c> as <c>/api/v1/...</c> by rewriting the path before routing. If everything were mapped twice instead, there would
/// be two endpoints with each name, which link generation refuses.</summary>
internal static class UnversionedPaths
{
    public static IApplicationBuilder UseUnversionedPaths(this IApplicationBuilder app) => app.Use(static (context, next) =>
    {
        context.Request.Path = Rewrite(context.Request.Path);
        return next(context);
    });

    /// <summary>The path that the endpoints know.</summary>
    public static PathString Rewrite(PathString path) =>
        path.StartsWithSegments("/api", StringComparison.Ordinal, out var rest) && !path.StartsWithSegments(ApiPath.Base, StringComparison.Ordinal)
            ? new PathString(ApiPath.Base).Add(rest)
            : path;
}
