using Parley.Server.Coordination;

namespace Parley.Server.Agents;

/// <summary>Sets silent agents offline, and stores when agents were last seen.</summary>
internal sealed class PresenceMonitor(AgentDirectory agents, TimeProvider clock, TimeSpan heartbeat) : IChore
{
    /// <summary>Over REST, an agent that is silent for four heartbeats is offline. It may think between two calls.</summary>
    private const int SilentHeartbeats = 4;

    private static readonly TimeSpan KeepInterval = TimeSpan.FromMinutes(1);
    private DateTimeOffset _keptAt = clock.GetUtcNow();

    public bool IsOfEachNode => true;

    public TimeSpan Interval => heartbeat / 3;

    public async ValueTask<TimeSpan?> RunAsync(CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        await agents.LapseAsync(now - (SilentHeartbeats * heartbeat));
        if (now - _keptAt >= KeepInterval)
        {
            await agents.KeepSeenAsync(_keptAt, cancellationToken);
            _keptAt = now;
        }

        return null;
    }
}
