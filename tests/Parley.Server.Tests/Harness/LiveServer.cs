using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Parley.Server.Settings;
using Xunit;

namespace Parley.Server.Tests.Harness;

/// <summary>The whole server with the real clock and all that goes on in the background, asked as curl would ask it.</summary>
internal sealed class LiveServer : IAsyncDisposable
{
    private readonly RunningServer _server;
    private readonly HttpClient _client;

    private LiveServer(RunningServer server, string adminToken)
    {
        _server = server;
        _client = new HttpClient { BaseAddress = server.Address };
        _client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", adminToken);
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    internal static async Task<LiveServer> StartAsync(ServerSettings settings)
    {
        var server = await ParleyServer.BuildAsync(settings with { Port = 0, LogLevel = LogLevel.None }, cancellationToken: Cancel);
        await server.StartAsync(Cancel);
        return new LiveServer(server, (await File.ReadAllTextAsync(Path.Combine(settings.DataFolder, "admin.token"), Cancel)).Trim());
    }

    internal T Get<T>()
        where T : notnull => _server.Services.GetRequiredService<T>();

    internal Task<(HttpStatusCode Status, JsonElement Body)> RegisterAsync(string agent) => PostAsync("/api/v1/agents/register", $$"""{"agent_id": "{{agent}}"}""");

    internal Task<(HttpStatusCode Status, JsonElement Body)> SendAsync(string to, string content) =>
        PostAsync("/api/v1/messages", $$"""{"to": "{{to}}", "content": "{{content}}"}""");

    /// <summary>What is confirmed, by content, in the order of the log.</summary>
    internal async Task<List<string>> ContentsAsync(string query = "limit=200") =>
        [.. (await GetAsync($"/api/v1/messages?{query}")).Body.GetProperty("items").EnumerateArray().Select(message => message.GetProperty("content").GetString()!).Reverse()];

    internal async Task<(HttpStatusCode Status, JsonElement Body)> GetAsync(string path) => await ReadAsync(await _client.GetAsync(path, Cancel));

    /// <summary>Asks until the answer is the one that is waited for.</summary>
    internal async Task<JsonElement> UntilAsync(string path, Func<HttpStatusCode, JsonElement, bool> isThere)
    {
        var (status, body) = (default(HttpStatusCode), default(JsonElement));
        await Polling.UntilAsync(() => $"{path}, which still answers {status}: {body}", async () =>
        {
            (status, body) = await GetAsync(path);
            return isThere(status, body);
        });
        return body;
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _server.DisposeAsync();
    }

    private async Task<(HttpStatusCode Status, JsonElement Body)> PostAsync(string path, string json)
    {
        using var body = new StringContent(json, Encoding.UTF8, "application/json");
        return await ReadAsync(await _client.PostAsync(path, body, Cancel));
    }

    private static async Task<(HttpStatusCode Status, JsonElement Body)> ReadAsync(HttpResponseMessage answer)
    {
        using (answer)
            return (answer.StatusCode, await answer.Content.ReadFromJsonAsync<JsonElement>(Cancel));
    }
}
