using Microsoft.Extensions.Logging;
using Parley.Server.Storage;

namespace Parley.Server.Coordination;

/// <summary>A chore that recurs.</summary>
internal interface IChore
{
    TimeSpan Interval { get; }

    /// <summary>True for chores that concern only this node: its connections, its memory. The leader runs the others.</summary>
    bool IsOfEachNode => false;

    /// <returns>When to run again, if sooner than the interval.</returns>
    ValueTask<TimeSpan?> RunAsync(CancellationToken cancellationToken);
}

/// <summary>Runs the chores independently, so that a failing one does not delay the others.</summary>
internal sealed class MaintenanceLoop(
    IEnumerable<IChore> chores, ILeadership leadership, BackgroundFaults faults, TimeProvider clock, ILogger<MaintenanceLoop> logger) : LastingWork(faults, logger)
{
    protected override string Name => nameof(MaintenanceLoop);

    protected override Task WorkAsync(CancellationToken stoppingToken) => RunAsync(stoppingToken);

    /// <summary>Runs until the server stops.</summary>
    internal Task RunAsync(CancellationToken stoppingToken) => Task.WhenAll(chores.Select(chore =>
        Faults.KeepGoingAsync(NameOf(chore), Logger, () => RunAsync(chore, stoppingToken), stoppingToken)));

    private async Task RunAsync(IChore chore, CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            TimeSpan? sooner = null;
            try
            {
                sooner = chore.IsOfEachNode || leadership.IsLeader ? await chore.RunAsync(stoppingToken) : null;
                Faults.Succeeded(NameOf(chore));
            }
            catch (StorageUnavailableException)
            {
                // Already logged where it happened; the chore waits for its next run.
            }

            await Task.Delay(sooner < chore.Interval ? sooner.Value : chore.Interval, clock, stoppingToken);
        }
    }

    /// <summary>The name of a chore, including the type argument if it is generic.</summary>
    private static string NameOf(IChore chore)
    {
        var type = chore.GetType();
        return type.IsGenericType ? $"{type.Name.Split('`')[0]} of {type.GetGenericArguments()[0].Name}" : type.Name;
    }
}
