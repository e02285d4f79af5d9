using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Parley.Protocol;
using Parley.Server.Log;
using Parley.Server.Projects;
using Parley.Server.Security;
using Parley.Server.Tests.Harness;
using Parley.Server.Tests.Rest;
using Xunit;

namespace Parley.Server.Tests.Agents;

/// <summary>The whole server on a free port, with a clock that a test turns and what a test needs to look behind it.</summary>
internal sealed class ConceptHost : IAsyncDisposable
{
    private readonly RunningServer _server;
    private readonly bool _ownsData;

    private ConceptHost(RunningServer server, ServerData data, bool ownsData)
    {
        (_server, Data, _ownsData) = (server, data, ownsData);
        Client = new HttpClient { BaseAddress = server.Address };
    }

    public ServerData Data { get; }

    public HttpClient Client { get; }

    public TestClock Clock => (TestClock)Get<TimeProvider>();

    public ProjectState Default => Get<ProjectDirectory>().Find(ProjectDirectory.Default)!;

    public T Get<T>()
        where T : notnull => _server.Services.GetRequiredService<T>();

    /// <summary>On data of its own, which goes with it.</summary>
    public static async Task<ConceptHost> StartAsync(StorageUnderTest? storage = null, double framesPerSecond = 0) =>
        await StartAsync(await (storage ?? new OnSqlite()).NewAsync(), ownsData: true, new TestClock(), framesPerSecond);

    /// <summary>On data that stays when it goes.</summary>
    public static Task<ConceptHost> StartAsync(ServerData data, TestClock? clock = null) => StartAsync(data, ownsData: false, clock ?? new TestClock());

    public async Task<string> TokenAsync(TokenKind kind, string? agentId = null, string? projectId = null)
    {
        var needsProject = kind is TokenKind.Agent or TokenKind.Join;
        var order = new TokenOrder(kind) { ProjectId = projectId ?? (needsProject ? ProjectDirectory.Default : null), AgentId = agentId };
        return (await Get<TokenVault>().IssueAsync(order, CancellationToken.None)).Token;
    }

    /// <summary>An agent that is registered, with its token.</summary>
    public async Task<string> RegisterAsync(string agentId)
    {
        var answer = await SendAsync(HttpMethod.Post, "/api/v1/agents/register", await TokenAsync(TokenKind.Join), $$"""{"agent_id": "{{agentId}}"}""");
        return answer.As(WireJson.Lenient.Agent).Token!;
    }

    public async Task<Answer> SendAsync(HttpMethod method, string path, string? token, string? json = null, string? key = null)
    {
        using var request = new HttpRequestMessage(method, path);
        if (json is not null)
            request.Content = new StringContent(json, Encoding.UTF8, "application/json");
        if (token is not null)
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        if (key is not null)
            request.Headers.Add("Idempotency-Key", key);
        using var response = await Client.SendAsync(request, TestContext.Current.CancellationToken);
        return new Answer(response, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    /// <summary>The default project's log after a seq, from the disk.</summary>
    public async Task<IReadOnlyList<LogEntry>> LogAsync(long after = 0, LogQuery query = default) =>
        (await Get<ILogStore>().ReadAsync(Default.Number, after, 1000, long.MaxValue, query, CancellationToken.None)).Entries;

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _server.DisposeAsync();
        if (_ownsData)
            await Data.DisposeAsync();
    }

    private static async Task<ConceptHost> StartAsync(ServerData data, bool ownsData, TestClock clock, double framesPerSecond = 0)
    {
        var server = await ParleyServer.BuildAsync(data.Settings with { LogLevel = LogLevel.Error, ConnectionFramesPerSecond = framesPerSecond }, clock);
        await server.StartAsync();
        return new ConceptHost(server, data, ownsData);
    }
}

internal static class AnswerExtensions
{
    public static T As<T>(this Answer answer, JsonTypeInfo<T> type) => JsonSerializer.Deserialize(answer.Text, type)!;
}
