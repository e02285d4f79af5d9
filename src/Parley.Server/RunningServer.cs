using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Parley.Server.Agents;
using Parley.Server.Budgets;
using Parley.Server.Connections;
using Parley.Server.Coordination;
using Parley.Server.Files;
using Parley.Server.Monitoring;
using Parley.Server.Nodes;
using Parley.Server.Projects;
using Parley.Server.Questions;
using Parley.Server.Routing;
using Parley.Server.Schemas;
using Parley.Server.Security;
using Parley.Server.Settings;
using Parley.Server.SignIn;
using Parley.Server.Squads;
using Parley.Server.Storms;
using Parley.Server.Tasks;
using Parley.Server.Storage;
using Parley.Server.Webhooks;

namespace Parley.Server;

/// <summary>A server during its life: loaded, listening, and finally stopped properly.</summary>
public sealed class RunningServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ServerSettings _settings;

    internal RunningServer(WebApplication app, ServerSettings settings) => (_app, _settings) = (app, settings);

    /// <summary>Where it listens, once started. Includes the actual port if port 0 was requested.</summary>
    public Uri Address { get; private set; } = new("http://127.0.0.1");

    /// <summary>The address for clients on this machine: loopback, if it listens on all addresses.</summary>
    public Uri LocalAddress => IPAddress.TryParse(Address.DnsSafeHost, out var host) && (host.Equals(IPAddress.Any) || host.Equals(IPAddress.IPv6Any))
        ? new UriBuilder(Address) { Host = host.Equals(IPAddress.Any) ? "127.0.0.1" : "[::1]" }.Uri
        : Address;

    /// <summary>What holds the data: the database's product and version, and its location.</summary>
    public string Storage => _app.Services.GetRequiredService<StorageName>().Text;

    /// <summary>A new link that signs a browser in as admin, once, within 10 minutes. Whoever has it can do everything, so show it only to the person who
    /// started the server.</summary>
    /// <exception cref="InvalidOperationException">The data folder's admin token was revoked while the server ran.</exception>
    public async Task<Uri> MakeSignInLinkAsync(CancellationToken cancellationToken = default)
    {
        var token = (await File.ReadAllTextAsync(BootstrapTokens.AdminFile(_settings.DataFolder), cancellationToken)).Trim();
        var admin = Services.GetRequiredService<TokenVault>().Authenticate(token) ?? throw new InvalidOperationException("The data folder's admin token has ended.");
        return new Uri(LocalAddress, $"/sign-in#{Services.GetRequiredService<SignInTickets>().Issue(admin).Value}");
    }

    internal IServiceProvider Services => _app.Services;

    /// <summary>Starts to listen.</summary>
    /// <exception cref="PortInUseException">Another program is listening there.</exception>
    /// <exception cref="StartRefusedException">It cannot listen there, or there is no space for what a start writes.</exception>
    public Task StartAsync(CancellationToken cancellationToken = default) => WithDiskAsync(ListenAsync(cancellationToken));

    /// <summary>Completes when the process is asked to stop. If a failing background service has brought the server down, throws its
    /// exception.</summary>
    public async Task WaitForShutdownAsync(CancellationToken cancellationToken = default)
    {
        var stopping = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var lifetime = _app.Services.GetRequiredService<IHostApplicationLifetime>();
        await using var asked = lifetime.ApplicationStopping.Register(stopping.SetResult);
        await stopping.Task.WaitAsync(cancellationToken);
        // In that case, the host stops as if it had been asked to. The process's supervisor should see the difference.
        var parts = _app.Services.GetServices<IHostedService>().OfType<BackgroundService>().Select(part => part.ExecuteTask);
        if (parts.FirstOrDefault(part => part is { IsFaulted: true }) is { } failed)
            await failed;
    }

    /// <summary>Closes all connections, finishes what was accepted, and closes the store.</summary>
    public async ValueTask DisposeAsync()
    {
        File.Delete(AddressFile);
        _app.Services.GetRequiredService<Readiness>().Stop();
        using var patience = new CancellationTokenSource(_settings.StopTimeout);
        if (_app.Services.GetRequiredService<IClusterView>().AreThere)
            await _app.Services.GetRequiredService<ConnectionDrain>().MoveAsync(_settings.StopTimeout / 4);
        _app.Services.GetRequiredService<Stopping>().Begin();
        await _app.StopAsync(patience.Token);
        await _app.DisposeAsync();
    }

    internal Task LoadAsync(CancellationToken cancellationToken) => WithDiskAsync(ReadAsync(cancellationToken));

    private async Task ListenAsync(CancellationToken cancellationToken)
    {
        try
        {
            await _app.StartAsync(cancellationToken);
        }
        catch (Exception fault) when (ListeningFaults.RefusalOf(fault, _settings) is not null)
        {
            throw ListeningFaults.RefusalOf(fault, _settings)!;
        }

        await _app.Services.GetRequiredService<Uptime>().OpenAsync();
        Address = new Uri(_app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
        // Clients on this machine find the server through this file.
        await OwnerOnly.WriteAsync(AddressFile, $"{LocalAddress.GetLeftPart(UriPartial.Authority)}\n", cancellationToken);
    }

    private async Task ReadAsync(CancellationToken cancellationToken)
    {
        DataFolderAccess.Close(_settings.DataFolder);
        var services = _app.Services;
        services.StartStorage(_settings);
        await services.GetRequiredService<ProjectDirectory>().LoadAsync(cancellationToken);
        var agents = services.GetRequiredService<AgentDirectory>();
        await agents.LoadAsync(cancellationToken);
        await services.GetRequiredService<SquadDirectory>().LoadAsync(cancellationToken);
        await services.GetRequiredService<SchemaDirectory>().LoadAsync(cancellationToken);
        await services.GetRequiredService<RuleDirectory>().LoadAsync(cancellationToken);
        await services.GetRequiredService<OpenQuestions>().LoadAsync(cancellationToken);
        await services.GetRequiredService<StormDirectory>().LoadAsync(cancellationToken);
        await services.GetRequiredService<BudgetDirectory>().LoadAsync(cancellationToken);
        await services.GetRequiredService<WebhookDirectory>().LoadAsync(cancellationToken);
        agents.Watchers = [.. services.GetServices<IAgentWatcher>()];
        services.GetRequiredService<TaskBoard>().Watchers = [.. services.GetServices<ITaskWatcher>()];
        services.GetRequiredService<QuestionBoard>().Watchers = [.. services.GetServices<IQuestionWatcher>()];
        if (services.GetService<INodeStore>() is { } nodes)
            await nodes.SucceedAsync(await DataFolderName.ReadOrMakeAsync(_settings.DataFolder, cancellationToken), cancellationToken);
        await services.LoadSecurityAsync(_settings, cancellationToken);
        await services.StartMonitoringAsync();
    }

    private async Task WithDiskAsync(Task step)
    {
        try
        {
            await step;
        }
        catch (Exception fault) when (StorageSetup.RefusalOf(fault, _settings) is not null)
        {
            throw StorageSetup.RefusalOf(fault, _settings)!;
        }
    }

    private string AddressFile => Path.Combine(_settings.DataFolder, DataFolderLock.AddressFileName);
}
