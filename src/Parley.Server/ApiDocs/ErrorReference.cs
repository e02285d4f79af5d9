using System.Net;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Parley.Server.Security;
using Parley.Server.Wire;

namespace Parley.Server.ApiDocs;

/// <summary>The page that the <c>type</c> of every problem leads to: each code, what it means, and what to do.</summary>
internal static class ErrorReference
{
    public static void MapErrorReference(this IEndpointRouteBuilder routes)
    {
        var page = Encoding.UTF8.GetBytes(ToHtml());
        routes.MapGet(ErrorCatalog.PagePath, context => Results.Bytes(page, "text/html; charset=utf-8").ExecuteAsync(context))
            .AllowAnyone().ExcludeFromDescription();
    }

    private static string ToHtml()
    {
        var page = new StringBuilder(
            """
            <!doctype html>
            <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Parley: errors</title>
            <style>body{font:16px/1.5 system-ui,sans-serif;max-width:46rem;margin:2rem auto;padding:0 1rem;color-scheme:light dark}
            :target{outline:2px solid;outline-offset:.5rem}h2{margin:2rem 0 0}p{margin:.25rem 0}</style></head><body>
            <h1>Errors</h1><p>Every refusal is <code>application/problem+json</code> (RFC 9457) with one of these codes.</p>
            """);
        foreach (var meaning in ErrorCatalog.All)
        {
            page.Append($"""
                <section id="{meaning.Code}"><h2><code>{meaning.Code}</code></h2>
                <p>HTTP {meaning.Status}. {Escaped(meaning.Title)}. {(meaning.Retryable ? "The same request may succeed later." : "The same request will fail again.")}</p>
                <p>{Escaped(meaning.Remedy)}</p></section>
                """);
        }

        return page.Append("</body></html>\n").ToString();
    }

    private static string Escaped(string text)
    {
        // Text between backquotes is code, as in the rest of the documentation.
        var parts = WebUtility.HtmlEncode(text).Split('`');
        return string.Concat(parts.Select((part, index) => index % 2 == 1 ? $"<code>{part}</code>" : part));
    }
}
