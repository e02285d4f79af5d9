using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Parley.Server.Agents;
using Parley.Server.ApiDocs;
using Parley.Server.Attention;
using Parley.Server.Budgets;
using Parley.Server.CatchUp;
using Parley.Server.Connections.Relay;
using Parley.Server.Connections.WebSockets;
using Parley.Server.Coordination;
using Parley.Server.Dashboard;
using Parley.Server.Entities;
using Parley.Server.Events;
using Parley.Server.Executions;
using Parley.Server.Idempotency;
using Parley.Server.Hooks;
using Parley.Server.Inbound;
using Parley.Server.Mcp;
using Parley.Server.Mcp.Tools;
using Parley.Server.Memory;
using Parley.Server.Messages;
using Parley.Server.Monitoring;
using Parley.Server.Nodes;
using Parley.Server.Operations;
using Parley.Server.Outgoing;
using Parley.Server.Playback;
using Parley.Server.Projects;
using Parley.Server.Questions;
using Parley.Server.Reservations;
using Parley.Server.Rest;
using Parley.Server.Schemas;
using Parley.Server.Security;
using Parley.Server.Settings;
using Parley.Server.SignIn;
using Parley.Server.Squads;
using Parley.Server.Statistics;
using Parley.Server.Storms;
using Parley.Server.Summaries;
using Parley.Server.Tasks;
using Parley.Server.Tokens;
using Parley.Server.Webhooks;
using Parley.Server.Wakes;
using Parley.Server.Workflows;

namespace Parley.Server;

/// <summary>Puts the server together. What it does is in the folders, one per concept; their order is here.</summary>
public static class ParleyServer
{
    /// <summary>Which SQLite a server in this process uses, and where it comes from.</summary>
    /// <exception cref="DllNotFoundException">There is none.</exception>
    public static (string Version, string Origin) Sqlite => StorageSetup.Sqlite;

    /// <summary>Builds a server that is loaded but not listening yet.</summary>
    /// <param name="clock">The machine's clock by default, protected against jumps. Tests pass their own.</param>
    /// <exception cref="StartRefusedException">It cannot start with this configuration.</exception>
    public static async Task<RunningServer> BuildAsync(ServerSettings settings, TimeProvider? clock = null, CancellationToken cancellationToken = default)
    {
        // Empty, so that no appsettings.json is read and, above all, none is watched: a watch on the folder with the database would be notified of
        // every write to it.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration();
        builder.WebHost.UseSettings(settings, KestrelRefusals.Replaceable);
        builder.Logging.UseSettings(settings);
        var steady = clock is null || clock == TimeProvider.System ? new SteadyClock(TimeProvider.System) : clock;
        builder.Services.AddSingleton(settings).AddSingleton(steady).AddSingleton<BackgroundFaults>();
        builder.Services
            .AddLimits(settings).AddEdge().AddSingleton<OutgoingClient>().AddOperations().AddSecurity().AddStorage(settings)
            .AddConcept<TokensConcept>().AddProjects(settings).AddAgents().AddSquads().AddSchemas().AddMessaging().AddRouting(settings).AddTasks()
            .AddQuestions().AddReservations().AddStorms().AddBudgets().AddExecutions().AddWorkflows().AddMemory().AddEvents().AddWebhooks().AddInbound().AddWakes().AddHooks().AddSummaries().AddCatchUp().AddAttention().AddSignIn()
            .AddConnections(settings).AddIdempotency().AddMonitoring().AddStatistics().AddPlayback().AddMcp().AddApiDocs().AddDashboard(settings);

        var app = builder.Build();
        if (steady is SteadyClock kept)
            kept.Log = app.Services.GetRequiredService<ILogger<SteadyClock>>();
        app.UseLocalApi();
        app.UseEdge(settings);
        app.UseClusterCatchUp();
        app.UseSockets();

        // Declarations need their concepts, and these need their stores, so the stores are opened first.
        var server = new RunningServer(app, settings);
        await server.LoadAsync(cancellationToken);
        app.MapOperations(settings.MaxBodyBytes);
        app.MapSockets();
        app.MapRelay();
        app.MapMcp(settings.MaxBodyBytes);
        app.MapErrorReference();
        app.MapApiDocs();
        app.MapDashboard();
        app.VerifyPermissions();
        return server;
    }
}
