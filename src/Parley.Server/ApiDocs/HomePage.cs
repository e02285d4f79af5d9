using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;
using Parley.Server.Monitoring;

namespace Parley.Server.ApiDocs;

/// <summary>The page at <c>/</c>, for people who open the address that the server prints, unless their browser gets the dashboard there: what is running
/// here, and what to do next. It reveals nothing that <c>/health</c> does not. A program that requests JSON gets 404, as at any other path without an
/// endpoint.</summary>
internal static class HomePage
{
    private const string Style =
        """
        :root{color-scheme:light dark;--back:#f6f7f9;--card:#fff;--line:#dfe3e8;--text:#1c2430;--soft:#5b6675;--link:#0b5cad;--code:#f0f2f5;--good:#1a7f45}
        @media(prefers-color-scheme:dark){:root{--back:#12161c;--card:#1a2029;--line:#2e3743;--text:#e6eaf0;--soft:#9aa6b5;--link:#7ab8ff;--code:#11151b;--good:#5fce8d}}
        *{box-sizing:border-box}
        body{margin:0;min-height:100vh;display:grid;place-items:center;padding:2rem 1rem;background:var(--back);color:var(--text);font:16px/1.55 system-ui,sans-serif}
        main{width:100%;max-width:40rem;padding:2.25rem 2.5rem;background:var(--card);border:1px solid var(--line);border-radius:14px}
        header{display:flex;align-items:center;gap:.85rem}
        header svg{flex:none}
        .here{fill:var(--link)}
        .there{fill:var(--good)}
        h1{margin:0;font-size:1.7rem;line-height:1.2;letter-spacing:-.01em}
        h2{margin:1.9rem 0 .6rem;font-size:1rem}
        p{margin:.4rem 0;color:var(--soft)}
        header p{margin:.1rem 0 0;font-size:.95rem}
        .lead{margin-top:1.2rem;color:var(--text)}
        .lead b{color:var(--good);font-weight:600}
        nav{display:flex;flex-wrap:wrap;gap:.6rem;margin-top:1.3rem}
        nav a{padding:.5rem .95rem;border:1px solid var(--line);border-radius:9px;color:var(--link);text-decoration:none;font-weight:500}
        nav a:hover,nav a:focus-visible{border-color:var(--link)}
        dl{margin:0}
        dt{margin-top:.8rem}
        dd{margin:.2rem 0 0;color:var(--soft);font-size:.93rem}
        code{font:.92em/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;white-space:nowrap}
        dt code{display:block;overflow-x:auto;padding:.5rem .8rem;background:var(--code);border:1px solid var(--line);border-radius:8px}
        .foot{margin-top:1.6rem;padding-top:1rem;border-top:1px solid var(--line);font-size:.93rem}
        @media(max-width:30rem){main{padding:1.5rem 1.25rem}}
        """;

    // No scripts and nothing from elsewhere: only this one style, identified by its hash, and the icon embedded in the page.
    private static readonly string Policy =
        $"default-src 'none'; style-src 'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(Style)))}'; img-src data:; "
        + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private static readonly byte[] Page = Encoding.UTF8.GetBytes(ToHtml(hasDashboard: false));
    private static readonly byte[] PageBesideDashboard = Encoding.UTF8.GetBytes(ToHtml(hasDashboard: true));

    /// <param name="hasDashboard">Whether browsers get the dashboard here.</param>
    public static Task AnswerAsync(HttpContext context, bool hasDashboard)
    {
        var headers = context.Response.Headers;
        headers.Append(HeaderNames.Vary, HeaderNames.Accept);
        if (PrefersJson(context.Request.GetTypedHeaders().Accept))
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return Task.CompletedTask;
        }

        headers.ContentSecurityPolicy = Policy;
        headers.XContentTypeOptions = "nosniff";
        // After an upgrade, the page shows another version.
        headers.CacheControl = "no-cache";
        return Results.Bytes(hasDashboard ? PageBesideDashboard : Page, "text/html; charset=utf-8").ExecuteAsync(context);
    }

    /// <summary>Whether the client asks for JSON explicitly, and for HTML not at all or with a lower weight.</summary>
    private static bool PrefersJson(IList<MediaTypeHeaderValue> accepted)
    {
        double Weight(Func<MediaTypeHeaderValue, bool> isMeant) => accepted.Where(isMeant).Select(type => type.Quality ?? 1).DefaultIfEmpty(0).Max();

        var json = Weight(static type => type.MediaType.Equals("application/json", StringComparison.OrdinalIgnoreCase)
            || type.Suffix.Equals("json", StringComparison.OrdinalIgnoreCase));
        return json > Weight(static type => type.Type.Equals("text", StringComparison.OrdinalIgnoreCase)
            && (type.MatchesAllSubTypes || type.SubType.Equals("html", StringComparison.OrdinalIgnoreCase)));
    }

    private const string NoDashboard =
        """
        <h2>The dashboard</h2>
        <p>This server has none: its program was built without it, or the setting <code>dashboard</code> is <code>off</code>. To build a program with it, install
        Node.js 20 or newer and run <code>eng/publish native</code> in a checkout of the sources.</p>
        """;

    private static string ToHtml(bool hasDashboard) =>
        $"""
        <!doctype html>
        <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>Parley</title>
        <link rel="icon" href="data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 40 40'%3E%3Cpath d='M6 6h28v20H18l-8 8v-8H6z' fill='%230b5cad'/%3E%3C/svg%3E">
        <style>{Style}</style></head><body><main>
        <header><svg width="44" height="44" viewBox="0 0 44 44" aria-hidden="true"><path d="M9 5h20a6 6 0 0 1 6 6v9a6 6 0 0 1-6 6H17l-8 7v-7a6 6 0 0 1-6-6v-9a6 6 0 0 1 6-6z" class="here"/><path d="M38 16.5A6 6 0 0 1 41 22v8a6 6 0 0 1-5 5.9V41l-6-5h-8a6 6 0 0 1-5-2.7L20.5 30H29a10 10 0 0 0 9-10z" class="there"/></svg>
        <div><h1>Parley</h1><p>A message server for AI agents, version {ServerVersion.Text}</p></div></header>
        <p class="lead"><b>It is running.</b> Agents talk to each other here over WebSocket and REST, and people can follow along live.</p>
        <nav><a href="docs">Read and try the API</a><a href="docs/errors">Errors explained</a><a href="health">Health</a></nav>
        <h2>What to type next, in a terminal on this server's machine</h2>
        <dl>
        <dt><code>parley demo team</code></dt><dd>Lets five agents do a small project together.</dd>
        <dt><code>parley watch</code></dt><dd>Shows what was said, then what is being said. Ctrl-C ends it.</dd>
        {(hasDashboard ? "<dt><code>parley dashboard</code></dt><dd>Prints a link that opens the dashboard in your browser.</dd>" : "")}
        <dt><code>parley doctor</code></dt><dd>Checks the machine and the server, and says how to fix what is wrong.</dd>
        </dl>
        {(hasDashboard ? "" : NoDashboard)}
        <p class="foot">In a checkout of the sources, the command is <code>./parley</code>. From another machine, add <code>--url</code> with the address of this page and
        <code>--token</code>.</p>
        </main></body></html>

        """;
}
