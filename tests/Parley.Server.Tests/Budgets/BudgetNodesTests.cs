using System.Net;
using Parley.Protocol;
using Parley.Server.Budgets;
using Parley.Server.Log;
using Parley.Server.Projects;
using Parley.Server.Tests.Agents;
using Parley.Server.Tests.Harness;
using Parley.Server.Tests.Nodes;
using Parley.Server.Tests.Rest;
using Parley.Server.Tests.Storms;
using Parley.Server.Tests.Tasks;
using Xunit;

namespace Parley.Server.Tests.Budgets;

/// <summary>Budgets of agents that send through two nodes of one database.</summary>
public sealed class BudgetNodesTests(PostgresDatabases databases)
{
    [Fact]
    public async Task A_budget_is_exact_however_many_nodes_send_at_once()
    {
        await using var nodes = await TwoNodes.StartAsync(databases);
        var admin = await nodes.One.TokenAsync(TokenKind.Admin);
        var ada = await nodes.One.RegisterAsync("ada");
        await nodes.Other.RegisterAsync("bob");
        await nodes.One.SetBudgetAsync(admin, "agents/ada", """{"messages": 100}""");
        await KnownAsync(limit => limit is { Messages: 100 });

        var answers = await Task.WhenAll(Enumerable.Range(0, 500).Select(i => nodes.Both[i % 2].TryToSendAsync(ada, $"{i}")));

        Assert.Equal(100, answers.Count(answer => answer.Status == HttpStatusCode.Created));
        Assert.All(answers.Where(answer => answer.Status != HttpStatusCode.Created), answer => answer.Refused(HttpStatusCode.TooManyRequests, ErrorCodes.BudgetSpent));
        Assert.Equal(100, (await nodes.One.LogAsync()).Count(entry => entry.Kind == EntryKind.Message && entry.Type == "text"));
        foreach (var node in nodes.Both)
            Assert.Equal((100L, BudgetStatus.Spent), ((await node.BudgetAsync(admin, "agents/ada")).Spent.Messages, (await node.BudgetAsync(admin, "agents/ada")).Status));
        // Told once, whichever node noticed it.
        Assert.Equal([BudgetKinds.SetType, BudgetKinds.WarningType, BudgetKinds.SpentType], await nodes.One.ToldAsync());
        Assert.Single(await nodes.One.MessagesAsync(admin, "human"), message => message.MessageType == BudgetMessages.SpentType);

        // A change at one node holds at the other, too.
        await nodes.Other.SetBudgetAsync(admin, "agents/ada", """{"messages": 102}""");
        await KnownAsync(limit => limit is { Messages: 102 });
        await nodes.One.SentAsync(ada);
        await nodes.Other.SentAsync(ada);
        await nodes.One.RefusedAsync(ada);
        await nodes.Other.RefusedAsync(ada);
        await nodes.One.SetBudgetAsync(admin, "agents/ada", """{"messages": 2, "reset": true}""");
        await KnownAsync(limit => limit is { Round: 1 });
        await nodes.Other.SentAsync(ada);
        await nodes.One.SentAsync(ada);
        await nodes.Other.RefusedAsync(ada);
        await nodes.One.RefusedAsync(ada);
        Assert.Equal(HttpStatusCode.NoContent, (await nodes.One.SendAsync(HttpMethod.Delete, $"{BudgetSteps.Api}/agents/ada", admin)).Status);
        await KnownAsync(limit => limit is null);
        await nodes.Other.SentAsync(ada);

        Task KnownAsync(Func<BudgetLimit?, bool> isKnown) => Polling.UntilAsync(
            () => "the budget at both nodes", () => Task.FromResult(nodes.Both.All(node => isKnown(node.Default.Budgets?.Find(BudgetKind.Agents, "ada")))));
    }
}
