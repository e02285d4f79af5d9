using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Parley.Server.Storage;

namespace Parley.Server.Coordination;

/// <summary>A chore that recurs.</summary>
internal interface IChore
{
    TimeSpan Interval { get; }

    /// <summary>True for what concerns this node alone: its connections, its memory. The others are done by the leader of the nodes.</summary>
    bool IsOfEachNode => false;

    /// <returns>When to come again, if sooner than the interval.</returns>
    ValueTask<TimeSpan?> RunAsync(CancellationToken cancellationToken);
}

/// <summary>Runs the chores, each in its own time; one that fails is tried again and holds up no other.</summary>
internal sealed partial class MaintenanceLoop(
    IEnumerable<IChore> chores, ILeadership leadership, TimeProvider clock, ILogger<MaintenanceLoop> logger) : BackgroundService
{
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.WhenAll(chores.Select(chore => RunAsync(chore, stoppingToken)));

    private async Task RunAsync(IChore chore, CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                var sooner = chore.IsOfEachNode || leadership.IsLeader ? await chore.RunAsync(stoppingToken) : null;
                await Task.Delay(sooner < chore.Interval ? sooner.Value : chore.Interval, clock, stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (StorageUnavailableException)
            {
                // Told where it happened; the chore waits its turn.
                await Task.Delay(chore.Interval, clock, CancellationToken.None);
            }
            catch (Exception fault)
            {
                Log.ChoreFailed(logger, fault, chore.GetType().Name);
                await Task.Delay(chore.Interval, clock, CancellationToken.None);
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Error, Message = "{Chore} failed; it is tried again.")]
        internal static partial void ChoreFailed(ILogger logger, Exception fault, string chore);
    }
}
