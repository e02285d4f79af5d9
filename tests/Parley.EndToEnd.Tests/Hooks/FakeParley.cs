using System.Collections.Concurrent;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Parley.EndToEnd.Tests.Hooks;

/// <summary>A server that answers as a test says, and remembers what it was asked.</summary>
internal sealed class FakeParley : IAsyncDisposable
{
    private readonly WebApplication _app;

    private FakeParley(WebApplication app) => _app = app;

    /// <summary>Path with query, token, and body of each request.</summary>
    public ConcurrentQueue<(string Path, string Token, string Body)> Asked { get; } = new();

    public string Url => _app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();

    public static async Task<FakeParley> StartAsync(Func<HttpContext, string, Task> answer)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0").ConfigureKestrel(kestrel => kestrel.Limits.MaxRequestBodySize = 64 << 20);
        var app = builder.Build();
        var fake = new FakeParley(app);
        app.Run(async http =>
        {
            using var reader = new StreamReader(http.Request.Body, Encoding.UTF8);
            var body = await reader.ReadToEndAsync(http.RequestAborted);
            fake.Asked.Enqueue(($"{http.Request.Path}{http.Request.QueryString}", $"{http.Request.Headers.Authorization}", body));
            await answer(http, body);
        });
        await app.StartAsync();
        return fake;
    }

    /// <summary>One that always answers the same.</summary>
    public static Task<FakeParley> StartAsync(int status, string body) => StartAsync(async (http, _) =>
    {
        http.Response.StatusCode = status;
        await http.Response.WriteAsync(body);
    });

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
