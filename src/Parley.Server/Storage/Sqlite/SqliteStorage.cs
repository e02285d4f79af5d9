using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Parley.Server.Agents;
using Parley.Server.Budgets;
using Parley.Server.CatchUp;
using Parley.Server.Connections.Relay;
using Parley.Server.Coordination;
using Parley.Server.Entities;
using Parley.Server.History;
using Parley.Server.Idempotency;
using Parley.Server.Log;
using Parley.Server.Mailboxes;
using Parley.Server.Messages;
using Parley.Server.Monitoring;
using Parley.Server.Playback;
using Parley.Server.Projects;
using Parley.Server.Security;
using Parley.Server.Settings;
using Parley.Server.SignIn;
using Parley.Server.Statistics;
using Parley.Server.Tasks;
using Parley.Server.Webhooks;

namespace Parley.Server.Storage.Sqlite;

/// <summary>All stores, on SQLite.</summary>
internal static class SqliteStorage
{
    public static IServiceCollection AddSqlite(this IServiceCollection services, ServerSettings settings) => services
        .AddSingleton<StoreTrouble>()
        .AddSingleton(provider => SqliteDatabase.Open(
            settings.DataFolder, settings.DatabaseFile, provider.GetRequiredService<StoreTrouble>(), provider.GetRequiredService<ILogger<SqliteDatabase>>()))
        .AddSingleton(_ => new StorageName($"SQLite {SqliteLibrary.Version} ({SqliteLibrary.Origin})"))
        .AddSingleton(provider => SqliteIndexDatabase.Open(settings.DataFolder, provider.GetRequiredService<ILogger<SqliteIndexDatabase>>()))
        .AddSingleton<IChore, SqliteFileWatch>()
        .AddSingleton<SqliteLog>()
        .AddSingleton<MailboxLedger>()
        .AddSingleton<DeliveryLatency>()
        .AddSingleton<SqliteMessageStore>()
        .AddSingleton<IMessageStore>(provider => provider.GetRequiredService<SqliteMessageStore>())
        .AddSingleton<IDeliveryStore>(provider => provider.GetRequiredService<SqliteMessageStore>())
        .AddSingleton<IHeldMessages>(provider => provider.GetRequiredService<SqliteMessageStore>())
        .AddSingleton<IMailboxCounts>(provider => provider.GetRequiredService<MailboxLedger>())
        .AddSingleton<IMailboxAges>(provider => provider.GetRequiredService<MailboxLedger>())
        .AddSingleton<SqliteMessageHistory>()
        .AddSingleton<IMessageHistory>(provider => provider.GetRequiredService<SqliteMessageHistory>())
        .AddSingleton<IDeliveryHistory>(provider => provider.GetRequiredService<SqliteMessageHistory>())
        .AddSingleton<IAgentTrail>(provider => provider.GetRequiredService<SqliteMessageHistory>())
        .AddSingleton<IMessageIndex, SqliteMessageIndex>()
        .AddSingleton<ICountStore, SqliteCountStore>()
        .AddSingleton<ILogStore, SqliteLogStore>()
        .AddSingleton<ILogAppender, SqliteLogAppender>()
        .AddSingleton<IPlaybackStore, SqlitePlaybackStore>()
        .AddSingleton<IProjectStore, SqliteProjectStore>()
        .AddSingleton<IAgentStore, SqliteAgentStore>()
        .AddSingleton<IEntityStore, SqliteEntityStore>()
        .AddSingleton<IIdempotencyStore, SqliteIdempotencyStore>()
        .AddSingleton<SqliteStatsStore>()
        .AddSingleton<IStatsStore>(provider => provider.GetRequiredService<SqliteStatsStore>())
        .AddSingleton<IAvailabilityStore>(provider => provider.GetRequiredService<SqliteStatsStore>())
        .AddSingleton<IRelayStore, SqliteRelayStore>()
        .AddSingleton<IWebhookStore, SqliteWebhookStore>()
        .AddSingleton<IBudgetStore, SqliteBudgetStore>()
        .AddSingleton<ITokenStore, SqliteTokenStore>()
        .AddSingleton<ISessionStore, SqliteSessionStore>()
        .AddSingleton<SingleNode>()
        .AddSingleton<ILeadership>(provider => provider.GetRequiredService<SingleNode>())
        .AddSingleton<IClusterView>(provider => provider.GetRequiredService<SingleNode>())
        .AddSingleton<IReceiptChannel, NoReceiptChannel>()
        .AddSingleton<ITaskLine, NoTaskLine>();

    /// <summary>Connects the writer to the components that it notifies, and starts it.</summary>
    public static void StartSqlite(this IServiceProvider services)
    {
        var writer = services.GetRequiredService<SqliteDatabase>().Writer;
        var log = services.GetRequiredService<SqliteLog>();
        var messages = services.GetRequiredService<SqliteMessageStore>();
        var projects = services.GetRequiredService<ProjectDirectory>();
        log.Sink = projects;
        messages.Handover = services.GetRequiredService<IHandover>();
        messages.SettingsOf = number => projects.Find(number)?.Settings;
        // Flushed in this order, because the log's cursors hold what the others counted.
        writer.Register(services.GetRequiredService<MailboxLedger>());
        writer.Register(messages);
        writer.Register(log);
        writer.AfterCommit = () =>
        {
            log.Publish();
            messages.Signal();
        };
        writer.BeforeAnswers = messages.Handover.Gather;
        writer.Answered = messages.Handover.Flush;
        writer.Start();
    }
}
