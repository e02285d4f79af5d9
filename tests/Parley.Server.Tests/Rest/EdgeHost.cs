using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Parley.Protocol;
using Parley.Server.Operations;
using Parley.Server.Rest;
using Parley.Server.Security;
using Parley.Server.Settings;
using Parley.Server.Tests.Security;
using Parley.Server.Tokens;
using Xunit;

namespace Parley.Server.Tests.Rest;

/// <summary>A server with the whole edge, tokens, and the endpoints and operations of a test, on a free port.</summary>
internal sealed class EdgeHost : IAsyncDisposable
{
    private readonly WebApplication _app;

    private EdgeHost(WebApplication app, ServerSettings settings)
    {
        _app = app;
        Settings = settings;
        Client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false }) { BaseAddress = new Uri(app.Urls.First()) };
    }

    public HttpClient Client { get; }

    public ServerSettings Settings { get; }

    public TestClock Clock => (TestClock)_app.Services.GetRequiredService<TimeProvider>();

    public TokenVault Vault => _app.Services.GetRequiredService<TokenVault>();

    public Tickets Tickets => _app.Services.GetRequiredService<Tickets>();

    public MemoryTokenStore Store => (MemoryTokenStore)_app.Services.GetRequiredService<ITokenStore>();

    public Collaborators Collaborators => _app.Services.GetRequiredService<Collaborators>();

    /// <summary>Everything that was logged, at every level, as a log file would show it.</summary>
    public ConcurrentQueue<string> Logged { get; private init; } = [];

    public static async Task<EdgeHost> StartAsync(
        Action<RouteGroupBuilder>? map = null, Func<ServerSettings, ServerSettings>? change = null, Action<IEndpointRouteBuilder>? mapOutside = null,
        IReadOnlyList<Operation>? operations = null, Action<IServiceCollection>? services = null)
    {
        var settings = ServerSettings.Default with { Port = 0, DataFolder = Directory.CreateTempSubdirectory("parley-edge-").FullName };
        settings = change?.Invoke(settings) ?? settings;

        var logged = new ConcurrentQueue<string>();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders().SetMinimumLevel(LogLevel.Trace).AddProvider(new QueueLoggerProvider(logged));
        builder.Logging.QuietHosting();
        builder.WebHost.UseSettings(settings, KestrelRefusals.Replaceable);
        builder.Services.AddSingleton<Server.Coordination.IClusterView, Server.Coordination.SingleNode>().AddLimits(settings).AddEdge().AddOperations().AddSecurity()
            .AddConcept<TokensConcept>()
            .AddSingleton<IConcept>(new TestConcept(operations ?? []))
            .AddSingleton(settings)
            .AddSingleton<TimeProvider>(new TestClock())
            .AddSingleton<ITokenStore>(new MemoryTokenStore())
            .AddSingleton<Collaborators>()
            .AddSingleton<IAuditTrail>(provider => provider.GetRequiredService<Collaborators>())
            .AddSingleton<ITokenSubjects>(provider => provider.GetRequiredService<Collaborators>());

        services?.Invoke(builder.Services);

        var app = builder.Build();
        app.UseEdge(settings);
        app.UseWebSockets();
        app.MapOperations(settings.MaxBodyBytes);
        map?.Invoke(app.MapGroup(ApiPath.Base));
        mapOutside?.Invoke(app);
        app.VerifyPermissions();
        await app.Services.LoadSecurityAsync(settings, CancellationToken.None);
        await app.StartAsync();
        return new EdgeHost(app, settings) { Logged = logged };
    }

    /// <summary>A token of a kind: an agent's and an operator's are of <c>ada</c> in the project <c>default</c>.</summary>
    public async Task<NewToken> IssueAsync(TokenKind kind, string? projectId = null, string agentId = "ada", DateTimeOffset? expiresAt = null) =>
        await Vault.IssueAsync(
            new TokenOrder(kind)
            {
                ProjectId = projectId ?? (kind is TokenKind.Agent or TokenKind.Join ? "default" : null),
                AgentId = kind is TokenKind.Agent or TokenKind.Operator ? agentId : null,
                ExpiresAt = expiresAt,
            },
            CancellationToken.None);

    public async Task<Answer> SendAsync(HttpMethod method, string path, string? token = null, HttpContent? content = null, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, path) { Content = content };
        if (token is not null)
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        foreach (var (name, value) in headers)
            request.Headers.TryAddWithoutValidation(name, value);
        using var response = await Client.SendAsync(request, TestContext.Current.CancellationToken);
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        return new Answer(response, text);
    }

    public async Task<Answer> GetAsync(string path, TokenKind? kind = null, params (string Name, string Value)[] headers) =>
        await SendAsync(HttpMethod.Get, path, kind is { } some ? (await IssueAsync(some)).Token : null, null, headers);

    public async Task<Answer> PostAsync(string path, string json, TokenKind kind = TokenKind.Admin) =>
        await SendAsync(HttpMethod.Post, path, (await IssueAsync(kind)).Token, new StringContent(json, Encoding.UTF8, "application/json"));

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _app.StopAsync();
        await _app.DisposeAsync();
        Directory.Delete(Settings.DataFolder, recursive: true);
    }

    private sealed class TestConcept(IReadOnlyList<Operation> operations) : IConcept
    {
        public string Title => "Test";

        public IReadOnlyList<Operation> Declare() => operations;
    }

    private sealed class QueueLoggerProvider(ConcurrentQueue<string> lines) : ILoggerProvider
    {
        public ILogger CreateLogger(string categoryName) => new QueueLogger(categoryName, lines);

        public void Dispose()
        {
        }
    }

    private sealed class QueueLogger(string category, ConcurrentQueue<string> lines) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            lines.Enqueue(string.Create(CultureInfo.InvariantCulture, $"{logLevel} {category}: {formatter(state, exception)} {exception}"));
    }
}

/// <summary>An answer with its body read.</summary>
internal sealed record Answer(HttpResponseMessage Response, string Text)
{
    public HttpStatusCode Status => Response.StatusCode;

    public Problem Problem
    {
        get
        {
            Assert.Equal("application/problem+json", Response.Content.Headers.ContentType?.MediaType);
            return JsonSerializer.Deserialize(Text, WireJson.Lenient.Problem)!;
        }
    }

    /// <summary>A header of the answer, its body's included; null when it has none.</summary>
    public string? Header(string name) =>
        Response.Headers.TryGetValues(name, out var values) || Response.Content.Headers.TryGetValues(name, out values) ? string.Join(", ", values) : null;
}

/// <summary>What the concepts would tell the edge, and what it told them.</summary>
internal sealed class Collaborators : IAuditTrail, ITokenSubjects
{
    public ConcurrentQueue<(string ProjectId, string Action, string Subject)> Audited { get; } = [];

    public List<Agent> Agents { get; } =
    [
        new() { AgentId = "ada", ProjectId = "default", Name = "Ada", Type = "human" },
        new() { AgentId = "bot", ProjectId = "default", Name = "Bot", Type = "llm" },
    ];

    public ValueTask RecordAsync(Caller caller, string projectId, string action, string subject, CancellationToken cancellationToken)
    {
        Audited.Enqueue((projectId, action, subject));
        return ValueTask.CompletedTask;
    }

    public ValueTask<bool> HasProjectAsync(string projectId, CancellationToken cancellationToken) => ValueTask.FromResult(projectId == "default");

    public int NumberOf(string projectId, string agentId) => 1 + Agents.FindIndex(agent => agent.ProjectId == projectId && agent.AgentId == agentId);

    public ValueTask<Agent?> FindAgentAsync(string projectId, string agentId, CancellationToken cancellationToken) =>
        ValueTask.FromResult(Agents.Find(agent => agent.ProjectId == projectId && agent.AgentId == agentId));
}
