using System.Text.Json;
using Parley.Protocol;
using Parley.Server.Agents;
using Parley.Server.Coordination;
using Parley.Server.Operations;
using Parley.Server.Projects;
using Parley.Server.Security;
using Parley.Server.Wire;

namespace Parley.Server.Mailboxes;

/// <summary>Reads a mailbox or claims from it over REST, and waits if it is empty.</summary>
internal sealed class InboxReader(
    IDeliveryStore store, LeaseReturns returns, AgentDirectory agents, MailboxSignals signals, Stopping stopping, TimeProvider clock)
{
    /// <summary>How often to check for an inbox that does not exist yet.</summary>
    private static readonly TimeSpan LookAgain = TimeSpan.FromSeconds(1);

    /// <summary>A claim makes the agent online, no matter whose token it is made with.</summary>
    internal async ValueTask<Answer> ClaimAsync(
        ProjectState project, AgentState agent, ClaimOrder order, TimeSpan wait, int? budget, Caller caller, CancellationToken cancellationToken)
    {
        agent.Signs.Add(clock.GetUtcNow());
        using var presence = await agents.WaitsAsync(project, agent, cancellationToken);
        var claimed = await WaitAsync(project, agent, wait, caller, order.Filter, _ => agent.IsPaused(project) ? Nothing : ClaimAsync(order, caller, cancellationToken), cancellationToken);
        return claimed is null ? Problems.TokenEnded()
            : claimed.Count == 0 ? Answer.Raw(buffer => Write(buffer, claimed, budget))
            : Answer.Raw(buffer => Write(buffer, claimed, budget), () => returns.ReturnAsync(order.Project, claimed));
    }

    /// <summary>Reading its own mailbox makes an agent online. Anybody else's read changes nothing.</summary>
    internal async ValueTask<Answer> PeekAsync(ProjectState project, AgentState agent, InboxQuery query, Caller caller, CancellationToken cancellationToken)
    {
        using var presence = caller.AgentId == agent.Id && agent.Number != 0 ? await agents.WaitsAsync(project, agent, cancellationToken) : null;
        var filter = DeliveryFilters.Of(project, query.Types, [.. query.Priorities.Select(priority => (Priority)priority)], query.From);
        var items = await WaitAsync(
            project, agent, query.Wait, caller, filter,
            number => store.PeekAsync(new ClaimOrder(project.Number, number, query.Max, default, filter, null), cancellationToken).AsTask(), cancellationToken);
        return items is null ? Problems.TokenEnded() : Answer.Raw(buffer => Write(buffer, items, query.Budget));
    }

    private static Task<IReadOnlyList<ClaimedDelivery>> Nothing => Task.FromResult<IReadOnlyList<ClaimedDelivery>>([]);

    /// <summary>Gives back what was claimed if the caller has disconnected in the meantime, or its token has ended.</summary>
    private async Task<IReadOnlyList<ClaimedDelivery>> ClaimAsync(ClaimOrder order, Caller caller, CancellationToken cancellationToken)
    {
        if (caller.Ended.IsCancellationRequested)
            return [];
        var claimed = await store.ClaimAsync(order);
        if (claimed.Count == 0 || !(caller.Ended.IsCancellationRequested || cancellationToken.IsCancellationRequested))
            return claimed;
        await returns.ReturnAsync(order.Project, claimed);
        cancellationToken.ThrowIfCancellationRequested();
        return [];
    }

    /// <param name="look">Takes the agent's number.</param>
    /// <returns>Null if the caller's token has ended.</returns>
    private async Task<IReadOnlyList<ClaimedDelivery>?> WaitAsync(
        ProjectState project, AgentState agent, TimeSpan wait, Caller caller, DeliveryFilter filter, Func<int, Task<IReadOnlyList<ClaimedDelivery>>> look, CancellationToken cancellationToken)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, stopping.Token, project.Gone.Token, caller.Ended);
        var until = clock.GetUtcNow() + wait;
        while (true)
        {
            var number = agent.Number != 0 ? agent.Number : project.Agents.Find(agent.Id)?.Number ?? 0;
            // Armed before the check: otherwise, a message stored between the two would wait for the next wake-up.
            using var ticket = signals.Arm(number, filter.IsEverything ? null : filter.Takes);
            var found = await look(number);
            if (caller.Ended.IsCancellationRequested)
                return null;
            var left = until - clock.GetUtcNow();
            if (found.Count > 0 || left <= TimeSpan.Zero || ending.IsCancellationRequested)
                return found;
            try
            {
                await ticket.Fired.WaitAsync(number == 0 && left > LookAgain ? LookAgain : left, clock, ending.Token);
            }
            catch (TimeoutException)
            {
                if (number != 0 || until <= clock.GetUtcNow())
                    return [];
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                // The server is stopping: nothing came, and the caller can ask again. If its token has ended, the answer says so.
                return caller.Ended.IsCancellationRequested ? null : [];
            }
        }
    }

    /// <summary>Writes <c>{"items": [...]}</c>, each item with its lease if it was claimed.</summary>
    /// <param name="budget">In tokens; null for no limit.</param>
    private static void Write(FrameBuffer to, IReadOnlyList<ClaimedDelivery> items, int? budget)
    {
        var fitted = budget is { } tokens ? InboxBudget.Fit(items, tokens) : null;
        to.Raw("{\"items\":["u8);
        for (var i = 0; i < items.Count; i++)
        {
            var (item, shortened) = fitted is null ? new BudgetedDelivery(items[i], null) : fitted[i];
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

            if (shortened is not null)
            {
                to.Raw(",\"shortened\":"u8);
                to.Raw(JsonSerializer.SerializeToUtf8Bytes(shortened, WireJson.Strict.Shortened));
            }

            to.Raw("}"u8);
        }

        to.Raw("]}"u8);
    }
}
