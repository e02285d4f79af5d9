using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;
using Parley.Server.Agents;
using Parley.Server.Budgets;
using Parley.Server.CatchUp;
using Parley.Server.Connections.Relay;
using Parley.Server.Entities;
using Parley.Server.History;
using Parley.Server.Idempotency;
using Parley.Server.Log;
using Parley.Server.Mailboxes;
using Parley.Server.Messages;
using Parley.Server.Monitoring;
using Parley.Server.Nodes;
using Parley.Server.Playback;
using Parley.Server.Projects;
using Parley.Server.Security;
using Parley.Server.Settings;
using Parley.Server.SignIn;
using Parley.Server.Statistics;
using Parley.Server.Tasks;
using Parley.Server.Webhooks;

namespace Parley.Server.Storage.Postgres;

/// <summary>All stores, on PostgreSQL.</summary>
internal static class PostgresStorage
{
    public static IServiceCollection AddPostgres(this IServiceCollection services, PostgresAddress address) => services
        .AddSingleton<StoreTrouble>()
        .AddSingleton(provider => Open(address, provider))
        .AddSingleton(provider => new StorageName($"PostgreSQL {provider.GetRequiredService<PostgresDatabase>().ServerVersion} ({address})"))
        .AddSingleton<DeliveryLatency>()
        .AddSingleton<PostgresMessageStore>()
        .AddSingleton<IMessageStore>(provider => provider.GetRequiredService<PostgresMessageStore>())
        .AddSingleton<IDeliveryStore>(provider => provider.GetRequiredService<PostgresMessageStore>())
        .AddSingleton<IHeldMessages>(provider => provider.GetRequiredService<PostgresMessageStore>())
        .AddSingleton<PostgresMailboxCounts>()
        .AddSingleton<IMailboxCounts>(provider => provider.GetRequiredService<PostgresMailboxCounts>())
        .AddSingleton<IMailboxAges>(provider => provider.GetRequiredService<PostgresMailboxCounts>())
        .AddSingleton<PostgresMessageHistory>()
        .AddSingleton<IMessageHistory>(provider => provider.GetRequiredService<PostgresMessageHistory>())
        .AddSingleton<IDeliveryHistory>(provider => provider.GetRequiredService<PostgresMessageHistory>())
        .AddSingleton<IAgentTrail>(provider => provider.GetRequiredService<PostgresMessageHistory>())
        .AddSingleton<IMessageIndex, PostgresMessageIndex>()
        .AddSingleton<ICountStore, PostgresCountStore>()
        .AddSingleton<ILogStore, PostgresLogStore>()
        .AddSingleton<ILogAppender, PostgresLogAppender>()
        .AddSingleton<IPlaybackStore, PostgresPlaybackStore>()
        .AddSingleton<IProjectStore, PostgresProjectStore>()
        .AddSingleton<IAgentStore, PostgresAgentStore>()
        .AddSingleton<IEntityStore, PostgresEntityStore>()
        .AddSingleton<IIdempotencyStore, PostgresIdempotencyStore>()
        .AddSingleton<PostgresStatsStore>()
        .AddSingleton<IStatsStore>(provider => provider.GetRequiredService<PostgresStatsStore>())
        .AddSingleton<IAvailabilityStore>(provider => provider.GetRequiredService<PostgresStatsStore>())
        .AddSingleton<IRelayStore, PostgresRelayStore>()
        .AddSingleton<IWebhookStore, PostgresWebhookStore>()
        .AddSingleton<IBudgetStore, PostgresBudgetStore>()
        .AddSingleton<ITokenStore, PostgresTokenStore>()
        .AddSingleton<ISessionStore, PostgresSessionStore>()
        .AddSingleton<INodeStore, PostgresNodeStore>()
        .AddSingleton<PostgresReceiptChannel>()
        .AddSingleton<IReceiptChannel>(provider => provider.GetRequiredService<PostgresReceiptChannel>())
        .AddSingleton<PostgresTaskLine>()
        .AddSingleton<ITaskLine>(provider => provider.GetRequiredService<PostgresTaskLine>())
        .AddSingleton<NotificationListener>()
        .AddSingleton<INodeSignals>(provider => provider.GetRequiredService<NotificationListener>())
        .AddNodes()
        .AddHostedService(provider => provider.GetRequiredService<PostgresReceiptChannel>())
        .AddHostedService(provider => provider.GetRequiredService<PostgresTaskLine>())
        .AddHostedService(provider => provider.GetRequiredService<NotificationListener>());

    /// <summary>Connects the writer to the components that it notifies, and starts it.</summary>
    public static void StartPostgres(this IServiceProvider services)
    {
        var writer = services.GetRequiredService<PostgresDatabase>().Writer;
        var projects = services.GetRequiredService<ProjectDirectory>();
        writer.Tail.Sink = projects;
        writer.Tail.Handover = writer.Handover = services.GetRequiredService<IHandover>();
        services.GetRequiredService<PostgresMessageStore>().SettingsOf = number => projects.Find(number)?.Settings;
        writer.Start();
    }

    private static PostgresDatabase Open(PostgresAddress address, IServiceProvider services)
    {
        try
        {
            return PostgresDatabase.Open(
                address.ConnectionString, services.GetRequiredService<TimeProvider>(), services.GetRequiredService<ILogger<PostgresDatabase>>());
        }
        catch (StorageUnavailableException fault)
        {
            throw new DatabaseUnreachableException(address, fault.InnerException ?? fault);
        }
        catch (PostgresException fault)
        {
            // The database is there but refuses: a wrong password, an unknown database, or no permission to create tables.
            throw new DatabaseUnreachableException(address, fault);
        }
    }
}

/// <summary>A server without its database would refuse every request, so the start fails and says why.</summary>
internal sealed class DatabaseUnreachableException(PostgresAddress address, Exception reason) : StartRefusedException(
    $"The database {address} cannot be used: {Words(reason)} {Remedy(address, reason)}", reason)
{
    // Npgsql wraps the errors of several hosts.
    private static string Words(Exception reason) => reason switch
    {
        AggregateException several => string.Join(' ', several.InnerExceptions.Select(Words)),
        { InnerException: AggregateException several } => Words(several),
        // Without the error's number and position, because the user did not write the statement.
        PostgresException refused => $"{refused.MessageText.TrimEnd('.')}.",
        _ => $"{reason.Message.TrimEnd('.')}.",
    };

    private static string Remedy(PostgresAddress address, Exception reason) => (reason as PostgresException)?.SqlState switch
    {
        ['2', '8', ..] => "Correct the user and the password in 'database' (DATABASE_URL), or let that user in from here (pg_hba.conf).",
        PostgresErrorCodes.InvalidCatalogName => $"Make it ({OwnDatabase.Making(address.Database)};), or correct its name in 'database' (DATABASE_URL).",
        PostgresErrorCodes.InsufficientPrivilege or PostgresErrorCodes.InvalidSchemaName =>
            $"Parley makes tables of its own: let the user of that address, best by making it the owner (ALTER DATABASE {OwnDatabase.Quoted(address.Database)} OWNER TO ...).",
        _ => "Check that it runs and takes connections from here, and its address, user and password in 'database' (DATABASE_URL).",
    };
}
