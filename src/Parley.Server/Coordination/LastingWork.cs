using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Parley.Server.Coordination;

/// <summary>A background job that runs as long as the server does. If it fails, the host would stop the server; this restarts the job
/// instead.</summary>
internal abstract class LastingWork(BackgroundFaults faults, ILogger logger) : BackgroundService
{
    protected BackgroundFaults Faults => faults;

    protected ILogger Logger => logger;

    /// <summary>For people.</summary>
    protected abstract string Name { get; }

    protected abstract Task WorkAsync(CancellationToken stoppingToken);

    /// <summary>A round succeeded, so any earlier failure is over.</summary>
    protected void Succeeded() => faults.Succeeded(Name);

    protected sealed override Task ExecuteAsync(CancellationToken stoppingToken) =>
        faults.KeepGoingAsync(Name, logger, () => WorkAsync(stoppingToken), stoppingToken);
}
