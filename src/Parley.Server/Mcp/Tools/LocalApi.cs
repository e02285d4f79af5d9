using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Net.Http.Headers;
using Parley.Server.Rest;

namespace Parley.Server.Mcp.Tools;

/// <summary>Calls the REST API of this server without a network. A tool has no rules of its own this way: its calls pass through the same
/// authentication, authorization, validation, and limits as a client's requests.</summary>
internal sealed class LocalApi(IServiceScopeFactory scopes)
{
    private RequestDelegate? _entry;

    /// <summary>The whole pipeline. Set once, when the server is put together.</summary>
    /// <exception cref="InvalidOperationException">It was not set.</exception>
    internal RequestDelegate Entry
    {
        get => _entry ?? throw new InvalidOperationException($"{nameof(LocalApiSetup.UseLocalApi)} was not called.");
        set => _entry = value;
    }

    /// <summary>Sends a request.</summary>
    /// <param name="path">Below the base path, with its parts encoded.</param>
    /// <param name="query">With its values encoded, without a question mark; empty for none.</param>
    /// <param name="body">JSON; empty for none.</param>
    internal async Task<LocalAnswer> SendAsync(McpCaller caller, string method, string path, string query, byte[] body, CancellationToken cancellationToken)
    {
        using var written = new MemoryStream();
        var full = ApiPath.Base + path;
        var request = new HttpRequestFeature
        {
            Protocol = "HTTP/1.1",
            Scheme = "http",
            Method = method,
            // A slash within a part stays encoded, as in paths that come over the network: it must not lead to another endpoint.
            Path = Uri.UnescapeDataString(full.Replace("%2F", "%252F", StringComparison.Ordinal)),
            RawTarget = query.Length > 0 ? $"{full}?{query}" : full,
            QueryString = query.Length > 0 ? $"?{query}" : "",
            Body = body.Length > 0 ? new MemoryStream(body) : Stream.Null,
            Headers = new HeaderDictionary
            {
                [HeaderNames.Host] = "localhost",
                [HeaderNames.Authorization] = caller.Authorization,
            },
        };
        if (body.Length > 0)
        {
            request.Headers.ContentType = "application/json";
            request.Headers.ContentLength = body.Length;
        }

        var response = new LocalResponse();
        var features = new FeatureCollection();
        features.Set<IHttpRequestFeature>(request);
        features.Set<IHttpResponseFeature>(response);
        features.Set<IHttpResponseBodyFeature>(new StreamResponseBodyFeature(written));
        features.Set<IHttpRequestLifetimeFeature>(new HttpRequestLifetimeFeature { RequestAborted = cancellationToken });
        features.Set<IHttpConnectionFeature>(new HttpConnectionFeature { RemoteIpAddress = caller.Address, ConnectionId = caller.ConnectionId });
        var http = new DefaultHttpContext(features) { ServiceScopeFactory = scopes };
        try
        {
            await Entry(http);
            await http.Response.CompleteAsync();
            // A call that was given up is not answered, and its answer would be empty.
            cancellationToken.ThrowIfCancellationRequested();
            return new LocalAnswer(http.Response.StatusCode, written.ToArray());
        }
        finally
        {
            await response.EndAsync();
        }
    }

    /// <summary>A response without a connection: it only has to run what waits for its end.</summary>
    private sealed class LocalResponse : HttpResponseFeature
    {
        private readonly Stack<(Func<object, Task> Callback, object State)> _atEnd = new();

        public override void OnCompleted(Func<object, Task> callback, object state) => _atEnd.Push((callback, state));

        internal async Task EndAsync()
        {
            while (_atEnd.TryPop(out var next))
                await next.Callback(next.State);
        }
    }
}

/// <param name="Json">UTF-8; empty for none.</param>
internal readonly record struct LocalAnswer(int Status, byte[] Json)
{
    internal bool IsRefused => Status >= StatusCodes.Status400BadRequest;
}

internal static class LocalApiSetup
{
    /// <summary>Lets <see cref="LocalApi"/> call everything that follows. Must come first.</summary>
    public static IApplicationBuilder UseLocalApi(this IApplicationBuilder app)
    {
        var local = app.ApplicationServices.GetRequiredService<LocalApi>();
        return app.Use(next =>
        {
            local.Entry = next;
            return next;
        });
    }
}
