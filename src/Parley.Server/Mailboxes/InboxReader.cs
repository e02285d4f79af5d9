using Parley.Protocol;
using Parley.Server.Agents;
using Parley.Server.Coordination;
using Parley.Server.Operations;
using Parley.Server.Projects;
using Parley.Server.Wire;

namespace Parley.Server.Mailboxes;

/// <summary>Looks into a mailbox or claims from it over REST, and waits there when it is empty.</summary>
internal sealed class InboxReader(IDeliveryStore store, MailboxSignals signals, Stopping stopping, TimeProvider clock)
{
    internal Task<IReadOnlyList<ClaimedDelivery>> ClaimAsync(ProjectState project, AgentState agent, ClaimOrder order, TimeSpan wait, CancellationToken cancellationToken) =>
        WaitAsync(project, agent, wait, () => agent.Record.Paused ? Task.FromResult<IReadOnlyList<ClaimedDelivery>>([]) : store.ClaimAsync(order), cancellationToken);

    internal async ValueTask<Answer> PeekAsync(ProjectState project, AgentState agent, InboxQuery query, CancellationToken cancellationToken)
    {
        var filter = DeliveryFilters.Of(project, query.Types, [.. query.Priorities.Select(priority => (Priority)priority)], query.From);
        var order = new ClaimOrder(project.Number, agent.Number, query.Max, default, filter, null);
        var items = await WaitAsync(project, agent, query.Wait, () => store.PeekAsync(order, cancellationToken).AsTask(), cancellationToken);
        return Answer.Raw(buffer => Write(buffer, items));
    }

    private async Task<IReadOnlyList<ClaimedDelivery>> WaitAsync(
        ProjectState project, AgentState agent, TimeSpan wait, Func<Task<IReadOnlyList<ClaimedDelivery>>> look, CancellationToken cancellationToken)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, stopping.Token, project.Gone.Token);
        var until = clock.GetUtcNow() + wait;
        while (true)
        {
            // Armed before the look: a message stored between the two would otherwise wait for the next.
            using var ticket = signals.Arm(agent.Number);
            var found = await look();
            var left = until - clock.GetUtcNow();
            if (found.Count > 0 || left <= TimeSpan.Zero || ending.IsCancellationRequested)
                return found;
            try
            {
                await ticket.Fired.WaitAsync(left, clock, ending.Token);
            }
            catch (TimeoutException)
            {
                return [];
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                // The server is going: nothing came, and the caller asks again.
                return [];
            }
        }
    }

    /// <summary><c>{"items": [...]}</c>, each with its lease where it was claimed.</summary>
    internal static void Write(FrameBuffer to, IReadOnlyList<ClaimedDelivery> items)
    {
        to.Raw("{\"items\":["u8);
        for (var i = 0; i < items.Count; i++)
        {
            var item = items[i];
            to.Raw(i == 0 ? "{\"message\":"u8 : ",{\"message\":"u8);
            to.Raw(item.Json);
            to.Raw(",\"delivery_id\":\""u8);
            to.Number(item.Delivery);
            to.Raw("\",\"attempt\":"u8);
            to.Number(item.Attempt);
            if (item.Lease != 0)
            {
                to.Raw(",\"lease_id\":\""u8);
                to.Number(item.Delivery);
                to.Raw("."u8);
                to.Number(item.Lease);
                to.Raw("\",\"lease_until\":"u8);
                to.Stamp(item.LeaseUntil);
            }

            to.Raw("}"u8);
        }

        to.Raw("]}"u8);
    }
}
