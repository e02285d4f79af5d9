using Microsoft.Extensions.Logging;
using Parley.Server.Agents;
using Parley.Server.Projects;
using Parley.Server.Routing;
using Parley.Server.Storage;

namespace Parley.Server.Mailboxes;

/// <summary>Moves deliveries that were routed by capability away from an agent that went offline or refused them, if another agent has the
/// capability.</summary>
internal sealed partial class CapabilityMover(IDeliveryStore store, CapabilityRouter router, ILogger<CapabilityMover> logger) : IAgentWatcher
{
    public void Came(ProjectState project, AgentState agent)
    {
    }

    public void Left(ProjectState project, AgentState agent) => _ = MoveAsync(project, agent, refusedOnly: false);

    public async ValueTask RemovedAsync(ProjectState project, AgentState agent, CancellationToken cancellationToken)
    {
        await MoveAsync(project, agent, refusedOnly: false);
        await store.WithdrawAllAsync(agent.Number, cancellationToken);
    }

    internal Task MoveRefusedAsync(ProjectState project, AgentState agent) => MoveAsync(project, agent, refusedOnly: true);

    private async Task MoveAsync(ProjectState project, AgentState agent, bool refusedOnly)
    {
        try
        {
            foreach (var delivery in await store.MovableAsync(agent.Number, refusedOnly, CancellationToken.None))
            {
                var other = await router.ChooseAsync(
                    project, delivery.Capability, agent.Number, [.. delivery.Tried, agent.Number], CancellationToken.None, onlineOnly: true);
                if (other is not null)
                    await store.MoveAsync(delivery.Delivery, agent.Number, other.Number, CancellationToken.None);
            }
        }
        catch (Exception fault) when (fault is StorageUnavailableException or ObjectDisposedException)
        {
            // They stay where they are until the agent is back, or until the maintenance loop moves them.
            Log.NotMoved(logger, fault, agent.Id);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "Deliveries that were routed to {Agent} by capability could not be moved at the moment.")]
        internal static partial void NotMoved(ILogger logger, Exception fault, string agent);
    }
}
