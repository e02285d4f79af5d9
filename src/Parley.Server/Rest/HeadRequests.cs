using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Parley.Server.Rest;

/// <summary>Answers HEAD wherever GET is answered, with the same status and headers. The rest of the server sees a GET, and Kestrel, which still
/// knows the method, drops the body.</summary>
internal sealed class HeadRequests(RequestDelegate next)
{
    public Task InvokeAsync(HttpContext context) => HttpMethods.IsHead(context.Request.Method) ? AnswerAsync(context) : next(context);

    /// <summary>Whether only the headers were requested. A stream then ends after them.</summary>
    internal static bool IsHead(HttpContext context) => context.Features.Get<Asked>() is not null;

    /// <summary>Adds HEAD to the Allow header of a refused method, wherever GET is allowed.</summary>
    internal static void Allow(HttpResponse response)
    {
        if (response.Headers.GetCommaSeparatedValues(HeaderNames.Allow).Contains(HttpMethods.Get, StringComparer.Ordinal))
            response.Headers.AppendCommaSeparatedValues(HeaderNames.Allow, HttpMethods.Head);
    }

    private async Task AnswerAsync(HttpContext context)
    {
        context.Features.Set(Asked.Head);
        context.Request.Method = HttpMethods.Get;
        try
        {
            await next(context);
        }
        finally
        {
            context.Request.Method = HttpMethods.Head;
        }
    }

    private sealed class Asked
    {
        internal static Asked Head { get; } = new();
    }
}
