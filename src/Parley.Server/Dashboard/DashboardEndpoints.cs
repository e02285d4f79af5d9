using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Net.Http.Headers;
using Parley.Server.ApiDocs;
using Parley.Server.Security;
using Parley.Server.Settings;

namespace Parley.Server.Dashboard;

/// <summary>Serves the dashboard. Each of its addresses is the same page, which finds out by itself what to show, and whether somebody is signed
/// in. Only browsers get it, which ask for HTML; at <c>/</c>, everybody else gets the <see cref="HomePage"/>.</summary>
internal static class DashboardEndpoints
{
    private const string NoncePlaceholder = "__NONCE__";

    // What is named by a hash of its content never changes.
    private const string Forever = "public, max-age=31536000, immutable";

    private static readonly string[] Pages = ["/p/{**rest}", "/settings/{**rest}", SignIn];

    // Links on the home page are relative, so that it works behind a proxy with a path of its own; from deeper paths, they would lead nowhere.
    private const string SignIn = "/sign-in";

    /// <exception cref="StartRefusedException">The setting names a folder without a dashboard.</exception>
    public static IServiceCollection AddDashboard(this IServiceCollection services, ServerSettings settings) =>
        services.AddSingleton(DashboardFiles.Load(settings.Dashboard));

    /// <summary>Call this after everything else is mapped.</summary>
    public static void MapDashboard(this IEndpointRouteBuilder routes)
    {
        var files = routes.ServiceProvider.GetRequiredService<DashboardFiles>();
        if (!files.AreThere)
        {
            routes.Serve("/", static context => HomePage.AnswerAsync(context, hasDashboard: false));
            routes.Serve(SignIn, static context => WantsHtml(context.Request) ? HomePage.AnswerAsync(context, hasDashboard: false) : NothingAsync(context));
            return;
        }

        var page = Encoding.UTF8.GetString(files.Index.Plain);
        routes.Serve("/", context => WantsHtml(context.Request) ? PageAsync(context, page) : HomePage.AnswerAsync(context, hasDashboard: true));
        foreach (var path in Pages)
            routes.Serve(path, context => WantsHtml(context.Request) ? PageAsync(context, page) : NothingAsync(context));
        routes.Serve("/assets/{**path}", context => FileAsync(context, files, $"assets/{context.GetRouteValue("path")}", Forever));
        foreach (var name in files.BesideIndex)
            routes.Serve($"/{name}", context => FileAsync(context, files, name, "no-cache"));
    }

    private static void Serve(this IEndpointRouteBuilder routes, string path, RequestDelegate answer) =>
        routes.MapMethods(path, [HttpMethods.Get, HttpMethods.Head], answer).AllowAnyone().ExcludeFromDescription();

    private static Task PageAsync(HttpContext context, string page)
    {
        var nonce = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(16));
        var headers = context.Response.Headers;
        Protect(headers);
        headers.Append(HeaderNames.Vary, HeaderNames.Accept);
        headers.CacheControl = "no-store";
        headers.ContentSecurityPolicy = PolicyFor(context.Request, nonce);
        return Results.Bytes(Encoding.UTF8.GetBytes(page.Replace(NoncePlaceholder, nonce, StringComparison.Ordinal)), "text/html; charset=utf-8").ExecuteAsync(context);
    }

    private static Task FileAsync(HttpContext context, DashboardFiles files, string name, string cacheControl)
    {
        if (!files.TryFind(name, out var file))
            return NothingAsync(context);
        Protect(context.Response.Headers);
        return file.AnswerAsync(context, cacheControl);
    }

    private static Task NothingAsync(HttpContext context)
    {
        context.Response.StatusCode = StatusCodes.Status404NotFound;
        return Task.CompletedTask;
    }

    private static void Protect(IHeaderDictionary headers)
    {
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
    }

    /// <summary>What the page may load and run: only this server's files. Not every browser takes 'self' to include the server's sockets.</summary>
    private static string PolicyFor(HttpRequest request, string nonce) =>
        $"default-src 'none'; script-src 'self'; style-src 'self' 'nonce-{nonce}'; img-src 'self' data:; font-src 'self'; "
        + $"connect-src 'self' {(request.IsHttps ? "wss" : "ws")}://{request.Host.ToUriComponent()}; "
        + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'";

    private static bool WantsHtml(HttpRequest request) => request.GetTypedHeaders().Accept.Any(static type =>
        type.Type.Equals("text", StringComparison.OrdinalIgnoreCase) && (type.SubType.Equals("html", StringComparison.OrdinalIgnoreCase) || type.MatchesAllSubTypes) && type.Quality is null or > 0);
}
