using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Parley.Protocol;
using Parley.Server.Agents;
using Parley.Server.History;
using Parley.Server.Log;
using Parley.Server.Mailboxes;
using Parley.Server.Messages;
using Parley.Server.Projects;
using Parley.Server.Settings;
using Parley.Server.Squads;
using Parley.Server.Storage.Sqlite;

namespace Parley.Server.Tests.Harness;

/// <summary>A provider's stores on data of their own, with one project, four agents and a clock that only the test turns. Nothing runs
/// in the background: no rescue, no expiry, no index.</summary>
internal abstract class StoreScope : IAsyncDisposable
{
    private static readonly string[] AgentIds = ["ada", "bob", "cyd", "dan"];

    internal static TimeSpan Lease { get; } = TimeSpan.FromSeconds(30);

    internal TestClock Clock { get; } = new();

    /// <summary>Whoever is connected; nobody at first. The same across a reopening: a test decides who has gone with the server.</summary>
    internal TestHandover Handover { get; } = new();

    /// <summary>What the stores warned of.</summary>
    internal LogRecorder Logged { get; } = new();

    internal IMessageStore Messages => Service<IMessageStore>();

    internal IDeliveryStore Deliveries => Service<IDeliveryStore>();

    internal IMessageHistory History => Service<IMessageHistory>();

    internal IDeliveryHistory DeliveryHistory => Service<IDeliveryHistory>();

    internal IMessageIndex Index => Service<IMessageIndex>();

    internal ILogStore Log => Service<ILogStore>();

    internal ProjectState Project => Service<ProjectDirectory>().Find(ProjectDirectory.Default)!;

    internal EffectiveSettings Settings => Project.Settings;

    private protected IServiceProvider Provider { get; set; } = null!;

    private static CancellationToken Cancel => Xunit.TestContext.Current.CancellationToken;

    internal T Service<T>()
        where T : notnull => Provider.GetRequiredService<T>();

    internal AgentState Agent(string id) => Project.Agents.Find(id) ?? throw new ArgumentException($"There is no agent {id}.", nameof(id));

    internal async Task<MailboxCounts> CountsAsync(string agent) =>
        (await Service<IMailboxCounts>().CountsAsync([Agent(agent).Number], Cancel)).GetValueOrDefault(Agent(agent).Number) ?? new MailboxCounts();

    /// <summary>As after a kill of the server: what is in memory only is gone, what is on disk is read again.</summary>
    internal abstract Task ReopenAsync();

    /// <summary>Keeps the writer busy until the result is disposed: what is asked for meanwhile shares the next commit.</summary>
    internal abstract Task<IDisposable> PauseWriterAsync();

    /// <summary>What a person with SQL sees: each row with its values joined by a bar, NULL as nothing, times as on the wire.</summary>
    internal abstract Task<IReadOnlyList<string>> QueryAsync(string sql, int columns);

    public abstract ValueTask DisposeAsync();

    /// <summary>Reads what there is, and makes the agents the first time.</summary>
    private protected async Task LoadAsync(ProjectSettings settings)
    {
        var projects = Service<ProjectDirectory>();
        await projects.LoadAsync(Cancel);
        var store = Service<IAgentStore>();
        var records = await store.LoadAsync(Cancel);
        if (records.Count == 0)
        {
            _ = await projects.ChangeAsync(Project, null, settings, Cancel);
            foreach (var id in AgentIds)
                _ = await AddAgentAsync(id);
            return;
        }

        foreach (var record in records)
            Project.Agents.Keep(new AgentState(record));
    }

    /// <summary>Another agent; without an entry in the log, so that a test's first message is the log's first entry.</summary>
    internal async Task<AgentState> AddAgentAsync(string id)
    {
        var draft = new AgentRecord { Number = 0, Project = Project.Number, Id = id, Name = id, Type = "script", CreatedAt = Clock.GetUtcNow() };
        var agent = new AgentState((await Service<IAgentStore>().AddAsync(draft, null, Cancel))!);
        Project.Agents.Keep(agent);
        return agent;
    }
}

/// <summary>The stores on SQLite, put together as the server puts them together, in a folder that goes with the scope.</summary>
internal sealed class SqliteStoreScope : StoreScope
{
    private readonly ServerSettings _settings;
    private ServiceProvider _services;

    private SqliteStoreScope(string folder)
    {
        Folder = folder;
        _settings = ServerSettings.Default with { DataFolder = folder };
        Provider = _services = Compose();
    }

    internal string Folder { get; }

    internal SqliteDatabase Database => Service<SqliteDatabase>();

    internal SqliteWriter Writer => Database.Writer;

    /// <summary>Turned on, no transaction can be finished.</summary>
    internal CommitFault Fault { get; } = new();

    internal static async Task<SqliteStoreScope> OpenAsync(ProjectSettings? settings = null)
    {
        var scope = new SqliteStoreScope(Directory.CreateTempSubdirectory("parley-store-").FullName);
        await scope.LoadAsync(settings ?? new ProjectSettings());
        return scope;
    }

    internal override async Task ReopenAsync()
    {
        await _services.DisposeAsync();
        // A restart takes time; a store may tell its lives apart by when they began.
        Clock.Advance(TimeSpan.FromMilliseconds(1));
        Provider = _services = Compose();
        await LoadAsync(new ProjectSettings());
    }

    internal override async Task<IDisposable> PauseWriterAsync()
    {
        var pause = new WriterPause();
        Writer.Enqueue(pause.Operation);
        await pause.Begun;
        return pause;
    }

    internal override async Task<IReadOnlyList<string>> QueryAsync(string sql, int columns) => await Database.Readers.ReadAsync(
        connection =>
        {
            var lines = new List<string>();
            var rows = connection.Prepare(sql);
            while (rows.Step())
                lines.Add(string.Join('|', Enumerable.Range(0, columns).Select(rows.Text)));
            return lines;
        },
        CancellationToken.None);

    public override async ValueTask DisposeAsync()
    {
        await _services.DisposeAsync();
        Directory.Delete(Folder, recursive: true);
    }

    private ServiceProvider Compose()
    {
        var services = new ServiceCollection()
            .AddSingleton<TimeProvider>(Clock)
            .AddSingleton<IHandover>(Handover)
            .AddSingleton<IMailboxWaker>(Handover)
            .AddSingleton<ILoggerFactory>(Logged)
            .AddSingleton(typeof(ILogger<>), typeof(Logger<>))
            .AddSingleton<MessageAccess>().AddSingleton<ParticipantCache>().AddSquads()
            .AddSqlite(_settings)
            .AddProjects(_settings)
            .BuildServiceProvider();
        services.StartSqlite();
        // Last, so that everything else of a transaction has been done when it fails.
        services.GetRequiredService<SqliteDatabase>().Writer.Register(Fault);
        return services;
    }
}
