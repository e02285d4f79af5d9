using System.Collections.Concurrent;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Parley.Protocol;
using Parley.Server.Agents;
using Parley.Server.Executions;
using Parley.Server.Idempotency;
using Parley.Server.Log;
using Parley.Server.Messages;
using Parley.Server.Monitoring;
using Parley.Server.Projects;
using Parley.Server.Rest;
using Parley.Server.Routing;
using Parley.Server.Security;
using Parley.Server.Settings;
using Parley.Server.Squads;
using Parley.Server.Storage.Sqlite;
using Parley.Server.Tests.Rest;
using Xunit;

namespace Parley.Server.Tests.Agents;

/// <summary>A server with the edge, a real database, and every concept but messages, on a free port.</summary>
internal sealed class ConceptHost : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly SqliteDatabase _database;
    private readonly bool _keepsFolder;

    private ConceptHost(WebApplication app, SqliteDatabase database, ServerSettings settings, bool keepsFolder)
    {
        (_app, _database, _keepsFolder, Folder) = (app, database, keepsFolder, settings.DataFolder);
        Client = new HttpClient { BaseAddress = new Uri(app.Urls.First()) };
    }

    public string Folder { get; }

    public HttpClient Client { get; }

    public TestClock Clock => (TestClock)Get<TimeProvider>();

    public RecordingHandover Handover { get; } = new();

    public ProjectState Default => Get<ProjectDirectory>().Find(ProjectDirectory.Default)!;

    public T Get<T>()
        where T : notnull => _app.Services.GetRequiredService<T>();

    /// <param name="folder">That of a host before, which is then continued; null: a new one.</param>
    public static async Task<ConceptHost> StartAsync(string? folder = null, bool keepsFolder = false)
    {
        var settings = ServerSettings.Default with { Port = 0, DataFolder = folder ?? Directory.CreateTempSubdirectory("parley-concepts-").FullName };
        var database = SqliteDatabase.Open(settings.DataFolder, NullLogger.Instance);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseSettings(settings);
        AddStores(builder.Services, database);
        builder.Services.AddEdge().AddSecurity().AddMonitoring()
            .AddSingleton(settings)
            .AddSingleton<TimeProvider>(new TestClock())
            .AddSingleton(new MessagingDefaults())
            .AddSingleton<ProjectDirectory>()
            .AddSingleton<AgentDirectory>()
            .AddSingleton<Registration>()
            .AddSingleton<SquadDirectory>()
            .AddSingleton<ISquadMembers>(services => services.GetRequiredService<SquadDirectory>())
            .AddSingleton<ExecutionTracker>()
            .AddSingleton<CreationKeys>()
            .AddSingleton<IAuditTrail, LogAuditTrail>()
            .AddSingleton<ITokenSubjects, TokenSubjects>();

        ConceptHost? host = null;
        builder.Services.AddSingleton<IMailboxWaker>(_ => host!.Handover).AddSingleton<IConnectionCount>(_ => host!.Handover);
        var app = builder.Build();
        app.UseEdge(settings);
        var api = app.MapApi(settings);
        api.MapProjects();
        api.MapAgents();
        api.MapSquads();
        api.MapExecutions();
        api.MapTokens();
        api.MapStats();
        app.MapHealth();
        app.VerifyPermissions();

        await LoadAsync(app.Services, database);
        await app.Services.LoadSecurityAsync(settings, CancellationToken.None);
        await app.Services.StartMonitoringAsync();
        await app.StartAsync();
        await app.Services.GetRequiredService<Uptime>().OpenAsync();
        return host = new ConceptHost(app, database, settings, keepsFolder);
    }

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

    /// <summary>The project's log after a seq, from the disk.</summary>
    public async Task<IReadOnlyList<LogEntry>> LogAsync(long after = 0, LogQuery query = default) =>
        (await new SqliteLogStore(_database).ReadAsync(Default.Number, after, 1000, query, CancellationToken.None)).Entries;

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _app.StopAsync();
        await _app.DisposeAsync();
        _database.Dispose();
        if (!_keepsFolder)
            Directory.Delete(Folder, recursive: true);
    }

    private static void AddStores(IServiceCollection services, SqliteDatabase database) => services
        .AddSingleton<SqliteLog>()
        .AddSingleton<MailboxLedger>()
        .AddSingleton<DeliveryLatency>()
        .AddSingleton(provider => new SqliteMessageStore(
            database, provider.GetRequiredService<SqliteLog>(), provider.GetRequiredService<MailboxLedger>(),
            provider.GetRequiredService<DeliveryLatency>(), provider.GetRequiredService<TimeProvider>()))
        .AddSingleton<IMailboxCounts>(provider => provider.GetRequiredService<SqliteMessageStore>())
        .AddSingleton<IProjectStore>(provider => new SqliteProjectStore(
            database, provider.GetRequiredService<SqliteLog>(), provider.GetRequiredService<MailboxLedger>(), provider.GetRequiredService<TimeProvider>()))
        .AddSingleton<IAgentStore>(provider => new SqliteAgentStore(database, provider.GetRequiredService<SqliteLog>()))
        .AddSingleton<ISquadStore>(provider => new SqliteSquadStore(database, provider.GetRequiredService<SqliteLog>()))
        .AddSingleton<IExecutionStore>(provider => new SqliteExecutionStore(database, provider.GetRequiredService<SqliteLog>()))
        .AddSingleton<ILogAppender>(provider => new SqliteLogAppender(database, provider.GetRequiredService<SqliteLog>()))
        .AddSingleton<ITokenStore>(_ => new SqliteTokenStore(database))
        .AddSingleton<IIdempotencyStore>(_ => new SqliteIdempotencyStore(database))
        .AddSingleton(_ => new SqliteStatsStore(database))
        .AddSingleton<IStatsStore>(provider => provider.GetRequiredService<SqliteStatsStore>())
        .AddSingleton<IAvailabilityStore>(provider => provider.GetRequiredService<SqliteStatsStore>());

    private static async Task LoadAsync(IServiceProvider services, SqliteDatabase database)
    {
        var (log, projects) = (services.GetRequiredService<SqliteLog>(), services.GetRequiredService<ProjectDirectory>());
        log.Sink = new LogTails(projects);
        database.Writer.Register(log);
        database.Writer.AfterCommit = log.Publish;
        database.Writer.Start();
        await projects.LoadAsync(CancellationToken.None);
        var agents = services.GetRequiredService<AgentDirectory>();
        await agents.LoadAsync(CancellationToken.None);
        var squads = services.GetRequiredService<SquadDirectory>();
        await squads.LoadAsync(CancellationToken.None);
        agents.Watchers = [squads];
    }

    private sealed class LogTails(ProjectDirectory projects) : ILogSink
    {
        public void Publish(int project, ReadOnlySpan<LogEntry> entries) => projects.Find(project)?.Log.Publish(entries);
    }
}

/// <summary>Which mailboxes were woken; and connections as a test says.</summary>
internal sealed class RecordingHandover : IMailboxWaker, IConnectionCount
{
    public ConcurrentQueue<int> Woken { get; } = [];

    public int Connections { get; set; }

    public void Wake(int agent) => Woken.Enqueue(agent);

    public int CountOf(int project) => Connections;
}

internal static class AnswerExtensions
{
    public static T As<T>(this Answer answer, JsonTypeInfo<T> type) => JsonSerializer.Deserialize(answer.Text, type)!;
}
