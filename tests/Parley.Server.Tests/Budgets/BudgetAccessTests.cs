using System.Net;
using Parley.Protocol;
using Parley.Server.Budgets;
using Parley.Server.Projects;
using Parley.Server.Tests.Agents;
using Parley.Server.Tests.Harness;
using Parley.Server.Tests.Rest;
using Parley.Server.Tests.Tasks;
using Xunit;
using static Parley.Server.Tests.Budgets.BudgetSteps;

namespace Parley.Server.Tests.Budgets;

/// <summary>Who sets and sees budgets, and for what.</summary>
public abstract class BudgetAccessTests(StorageUnderTest storage)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Only_operators_set_budgets_and_of_a_thread_only_its_readers_see_them()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var (admin, ada) = await FleetAsync(host);
        var first = await host.SentAsync(ada);
        var thread = $"threads/{first.ConversationThreadId}";
        var budget = """{"messages": 9}""";
        foreach (var token in (string[])[ada, await host.TokenAsync(TokenKind.Observer), await host.TokenAsync(TokenKind.Join)])
        {
            (await host.SendAsync(HttpMethod.Put, $"{Api}/agents/ada", token, budget)).Refused(HttpStatusCode.Forbidden, ErrorCodes.Forbidden);
            (await host.SendAsync(HttpMethod.Delete, $"{Api}/agents/ada", token)).Refused(HttpStatusCode.Forbidden, ErrorCodes.Forbidden);
        }

        await host.SetBudgetAsync(await host.TokenAsync(TokenKind.Operator), "agents/ada", budget);
        await host.SetBudgetAsync(admin, thread, budget);
        var eve = await host.RegisterAsync("eve");
        (await host.SendAsync(HttpMethod.Get, $"{Api}/{thread}", eve)).Refused(HttpStatusCode.NotFound, ErrorCodes.NotFound);
        Assert.Equal(9L, (await host.BudgetAsync(ada, thread)).Messages);
        foreach (var (token, seen) in ((string, int)[])[(admin, 2), (ada, 2), (eve, 1)])
            Assert.Equal(seen, (await host.SendAsync(HttpMethod.Get, Api, token)).As(WireJson.Lenient.PageMessageBudget).Items.Count);
        Assert.Equal(first.ConversationThreadId, Assert.Single((await host.SendAsync(HttpMethod.Get, $"{Api}?kind=threads", admin)).As(WireJson.Lenient.PageMessageBudget).Items).Id);
    }

    [Fact]
    public async Task Bad_requests_are_refused_and_change_nothing()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var (admin, _) = await FleetAsync(host);
        foreach (var json in (string[])["{}", """{"messages": 0}""", """{"bytes": -1}""", """{"messages": 1.5}""", """{"messages": "5"}""", """{"message": 5}""", """{"messages": 9007199254740992}"""])
            (await host.SendAsync(HttpMethod.Put, $"{Api}/agents/ada", admin, json)).Refused(HttpStatusCode.BadRequest, ErrorCodes.InvalidRequest);
        (await host.SendAsync(HttpMethod.Put, $"{Api}/agents/human", admin, """{"messages": 1}""")).Refused(HttpStatusCode.BadRequest, ErrorCodes.InvalidRequest);
        (await host.SendAsync(HttpMethod.Put, $"{Api}/squads/alpha", admin, """{"messages": 1}""")).Refused(HttpStatusCode.BadRequest, ErrorCodes.InvalidRequest);
        foreach (var target in (string[])["agents/nobody", "threads/x", $"threads/{Guid.NewGuid()}", $"executions/{Guid.NewGuid()}"])
        {
            (await host.SendAsync(HttpMethod.Put, $"{Api}/{target}", admin, """{"messages": 1}""")).Refused(HttpStatusCode.NotFound, ErrorCodes.NotFound);
            (await host.SendAsync(HttpMethod.Get, $"{Api}/{target}", admin)).Refused(HttpStatusCode.NotFound, ErrorCodes.NotFound);
            (await host.SendAsync(HttpMethod.Delete, $"{Api}/{target}", admin)).Refused(HttpStatusCode.NotFound, ErrorCodes.NotFound);
        }

        Assert.Null(host.Default.Budgets);
        Assert.Empty(await host.ToldAsync());
    }

    [Fact]
    public async Task A_budget_stays_with_the_id_of_its_agent_and_goes_with_its_project()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var (admin, ada) = await FleetAsync(host);
        await host.SetBudgetAsync(admin, "agents/ada", """{"messages": 1}""");
        await host.SentAsync(ada);
        Assert.Equal(HttpStatusCode.NoContent, (await host.SendAsync(HttpMethod.Delete, "/api/v1/agents/ada", ada)).Status);
        ada = await host.RegisterAsync("ada");
        await host.RefusedAsync(ada);

        Assert.Equal(HttpStatusCode.Created, (await host.SendAsync(HttpMethod.Post, "/api/v1/projects", admin, """{"project_id": "other"}""")).Status);
        // What another project's agent of that name sends does not count here.
        Assert.Equal(HttpStatusCode.Created, (await host.SendAsync(HttpMethod.Post, "/api/v1/agents/register?project_id=other", admin, """{"agent_id": "ada"}""")).Status);
        Assert.Equal(HttpStatusCode.Created, (await host.SendAsync(HttpMethod.Post, "/api/v1/messages?project_id=other", admin, """{"to": "ada", "content": "x", "sender_id": "ada"}""")).Status);
        await host.SendAsync(HttpMethod.Put, $"{Api}/agents/ada?project_id=other", admin, """{"messages": 1}""");
        Assert.Equal(HttpStatusCode.Created, (await host.SendAsync(HttpMethod.Post, "/api/v1/messages?project_id=other", admin, """{"to": "ada", "content": "x", "sender_id": "ada"}""")).Status);
        (await host.SendAsync(HttpMethod.Post, "/api/v1/messages?project_id=other", admin, """{"to": "ada", "content": "x", "sender_id": "ada"}""")).Refused(HttpStatusCode.TooManyRequests, ErrorCodes.BudgetSpent);
        var number = host.Get<ProjectDirectory>().Find("other")!.Number;
        Assert.Single(await host.Get<IBudgetStore>().SpentAsync(number, Cancel));
        Assert.Equal(HttpStatusCode.NoContent, (await host.SendAsync(HttpMethod.Delete, "/api/v1/projects/other", admin)).Status);
        await Polling.UntilAsync(() => "the counts to be gone", async () =>
        {
            host.Clock.Advance(TimeSpan.FromSeconds(1));
            return (await host.Get<IBudgetStore>().SpentAsync(number, Cancel)).Count == 0;
        });
    }

    private static async Task<(string Admin, string Ada)> FleetAsync(ConceptHost host)
    {
        var ada = await host.RegisterAsync("ada");
        await host.RegisterAsync("bob");
        return (await host.TokenAsync(TokenKind.Admin), ada);
    }
}

public sealed class SqliteBudgetAccessTests() : BudgetAccessTests(new OnSqlite());

public sealed class PostgresBudgetAccessTests(PostgresDatabases databases) : BudgetAccessTests(new OnPostgres(databases));
