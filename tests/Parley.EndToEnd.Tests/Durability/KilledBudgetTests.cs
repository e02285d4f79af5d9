using Parley.Client;
using Parley.Protocol;
using Xunit;

namespace Parley.EndToEnd.Tests.Durability;

/// <summary>A message budget through kills of the published server, with agents of the SDK that send as fast as they can.</summary>
public sealed class KilledBudgetTests
{
    private const int Budget = 2_000, Kills = 8, Senders = 16;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Exactly_as_many_messages_are_stored_as_the_budget_allows_whenever_the_server_is_killed()
    {
        await using var server = new KillableServer(await PublishedBinary.FindAsync(Cancel));
        await server.StartAsync(Cancel);
        var options = new ParleyOptions { Url = server.Url, DataFolder = server.DataFolder, ConfigFolder = server.ConfigFolder };
        await using var api = ParleyApi.Open(options);
        await using var reader = await ParleyAgent.ConnectAsync(options with { AgentId = "reader" }, Cancel);
        await using var agent = await ParleyAgent.ConnectAsync(options with { AgentId = "spender" }, Cancel);
        await api.Budgets.SetAsync(BudgetKind.Agents, "spender", Budget, cancellationToken: Cancel);

        var confirmed = 0;
        var senders = Task.WhenAll(Enumerable.Range(0, Senders).Select(SpendAsync));
        for (var kill = 1; kill <= Kills && !senders.IsCompleted; kill++)
        {
            // Each time with a part of the budget spent.
            await Until.TrueAsync(() => Volatile.Read(ref confirmed) >= Budget * kill / (Kills + 1), Patience, Cancel);
            await server.KillAsync();
            await server.StartAsync(Cancel);
        }

        await senders.WaitAsync(Patience, Cancel);

        Assert.Equal(Budget, confirmed);
        var stored = 0;
        for (Page<Message>? page = null; page is null || page.Next is not null; stored += page.Items.Count)
            page = await api.Messages.ListAsync(new MessageQuery { Sender = "spender", Limit = 500, After = page?.Next }, Cancel);
        Assert.Equal(Budget, stored);
        var budget = await api.Budgets.GetAsync(BudgetKind.Agents, "spender", Cancel);
        Assert.Equal((Budget, 0L, BudgetStatus.Spent), (budget.Spent.Messages, budget.Left.Messages, budget.Status));
        foreach (var type in (string[])["budget_warning", "budget_spent"])
            Assert.Single((await api.Events.ListAsync([type], cancellationToken: Cancel)).Items);

        // Until it is refused. A message that was stored just before a kill gets its answer after it.
        async Task SpendAsync(int sender)
        {
            for (var i = 0; ; i++)
            {
                try
                {
                    await agent.SendAsync("reader", $"{sender}:{i}", cancellationToken: Cancel);
                    Interlocked.Increment(ref confirmed);
                }
                catch (ParleyException spent) when (spent.Code == ErrorCodes.BudgetSpent)
                {
                    return;
                }
            }
        }
    }
}
