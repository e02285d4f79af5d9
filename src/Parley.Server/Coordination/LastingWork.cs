using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Parley.Server.Coordination;

/// <summary>Work that goes on for as long as the server runs. The host would end the server when it fails; here it begins again instead.</summary>
internal abstract class LastingWork(BackgroundFaults faults, ILogger logger) : BackgroundService
{
    protected BackgroundFaults Faults => faults;

    protected ILogger Logger => logger;

    /// <summary>For people.</summary>
    protected abstract string Name { get; }

    protected abstract Task WorkAsync(CancellationToken stoppingToken);

    /// <summary>A round was good: what failed before has mended.</summary>
    protected void Succeeded() => faults.Succeeded(Name);

    protected sealed override Task ExecuteAsync(CancellationToken stoppingToken) =>
        faults.KeepGoingAsync(Name, logger, () => WorkAsync(stoppingToken), stoppingToken);
}
