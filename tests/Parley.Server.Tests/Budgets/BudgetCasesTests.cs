using System.Net;
using Parley.Protocol;
using Parley.Server.Agents;
using Parley.Server.Budgets;
using Parley.Server.Coordination;
using Parley.Server.Messages;
using Parley.Server.Tests.Agents;
using Parley.Server.Tests.Harness;
using Parley.Server.Tests.Questions;
using Parley.Server.Tests.Rest;
using Parley.Server.Tests.Tasks;
using Xunit;
using static Parley.Server.Tests.Budgets.BudgetSteps;

namespace Parley.Server.Tests.Budgets;

/// <summary>Budgets where messages and other concepts meet.</summary>
public abstract class BudgetCasesTests(StorageUnderTest storage)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_message_that_comes_with_a_question_is_refused_with_it()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var (admin, ada) = await FleetAsync(host);
        await host.SetBudgetAsync(admin, "agents/ada", """{"messages": 1}""");
        await host.SentAsync(ada);
        var head = host.Default.Log.Head;

        await host.RefusedAsync(ada, "Help!", to: "human", more: """, "message_type": "human_intervention_required" """);
        (await host.SendAsync(HttpMethod.Post, Asking.Api, ada, Asking.WithDefault)).Refused(HttpStatusCode.TooManyRequests, ErrorCodes.BudgetSpent);

        Assert.Empty(await Asking.ListAsync(host, admin));
        Assert.Equal(head, host.Default.Log.Head);
        Assert.Equal(1L, (await host.BudgetAsync(admin, "agents/ada")).Spent.Messages);

        await host.SetBudgetAsync(admin, "agents/ada", """{"messages": 2}""");
        var asked = await Asking.AskedAsync(host, ada);
        Assert.Equal(2L, (await host.BudgetAsync(admin, "agents/ada")).Spent.Messages);
        // A person's answer, in a thread that is spent.
        await host.SetBudgetAsync(admin, $"threads/{asked.ThreadId}", """{"messages": 1}""");
        Assert.Equal(HttpStatusCode.OK, (await Asking.AnswerAsync(host, admin, asked.QuestionId, """{"answer": "sqlite"}""")).Status);
        Assert.Equal(1L, (await host.BudgetAsync(admin, $"threads/{asked.ThreadId}")).Spent.Messages);
    }

    [Fact]
    public async Task An_assignment_of_a_task_counts_but_is_not_refused()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var (admin, ada) = await FleetAsync(host);
        await host.SetBudgetAsync(admin, "agents/ada", """{"messages": 1}""");

        for (var i = 0; i < 2; i++)
            Assert.Equal(HttpStatusCode.Created, (await host.SendAsync(HttpMethod.Post, "/api/v1/tasks", ada, """{"title": "Build", "agent_id": "bob"}""")).Status);

        Assert.Equal(2L, (await host.BudgetAsync(admin, "agents/ada")).Spent.Messages);
        await host.RefusedAsync(ada);
        await host.Get<BudgetKeeper>().RunAsync(Cancel);
        Assert.Equal([BudgetKinds.SetType, BudgetKinds.WarningType, BudgetKinds.SpentType], await host.ToldAsync());
    }

    [Fact]
    public async Task What_is_refused_for_another_reason_does_not_count()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var (admin, ada) = await FleetAsync(host);
        Assert.Equal(HttpStatusCode.OK, (await host.SendAsync(HttpMethod.Put, "/api/v1/projects/default", admin, """{"settings": {"mailbox_limit": 1}}""")).Status);
        await host.SetBudgetAsync(admin, "agents/ada", """{"messages": 2}""");
        await host.SentAsync(ada);

        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => host.TryToSendAsync(ada)));

        Assert.All(answers, answer => answer.Refused(HttpStatusCode.TooManyRequests, ErrorCodes.MailboxFull));
        Assert.Equal(1L, (await host.BudgetAsync(admin, "agents/ada")).Spent.Messages);
        await host.SentAsync(ada, to: "cyd");
        await host.RefusedAsync(ada, to: "cyd");
    }

    [Fact]
    public async Task A_message_counts_toward_all_of_its_budgets_or_none()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var (admin, ada) = await FleetAsync(host);
        var first = await host.SentAsync(ada);
        var thread = $", \"conversation_thread_id\": \"{first.ConversationThreadId}\"";
        await host.SetBudgetAsync(admin, "agents/ada", """{"messages": 100}""");
        await host.SetBudgetAsync(admin, $"threads/{first.ConversationThreadId}", """{"messages": 10}""");

        var answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => host.TryToSendAsync(ada, more: thread)));

        Assert.Equal(10, answers.Count(answer => answer.Status == HttpStatusCode.Created));
        Assert.Equal(10L, (await host.BudgetAsync(admin, "agents/ada")).Spent.Messages);
        Assert.Equal(10L, (await host.BudgetAsync(admin, $"threads/{first.ConversationThreadId}")).Spent.Messages);
    }

    [Fact]
    public async Task Only_the_version_that_was_read_is_changed_if_asked_so()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var (admin, _) = await FleetAsync(host);
        var set = await host.SetBudgetAsync(admin, "agents/ada", """{"messages": 1}""");
        foreach (var (method, version) in ((HttpMethod, long)[])[(HttpMethod.Put, set.Version + 1), (HttpMethod.Delete, set.Version - 1)])
        {
            using var request = new HttpRequestMessage(method, $"{Api}/agents/ada");
            request.Headers.Authorization = new("Bearer", admin);
            request.Headers.TryAddWithoutValidation("If-Match", $"\"{version}\"");
            request.Content = method == HttpMethod.Put ? new StringContent("""{"messages": 2}""", System.Text.Encoding.UTF8, "application/json") : null;
            using var answer = await host.Client.SendAsync(request, Cancel);
            Assert.Equal(HttpStatusCode.PreconditionFailed, answer.StatusCode);
        }

        Assert.Equal(set, await host.BudgetAsync(admin, "agents/ada"));
    }

    [Fact]
    public async Task What_was_missed_in_a_crash_is_told_by_the_next_run()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var (admin, ada) = await FleetAsync(host);
        await host.SetBudgetAsync(admin, "agents/ada", """{"messages": 1}""");
        // Stored without the part of the server that tells people.
        var (project, agent) = (host.Default, host.Default.Agents.Find("ada")!);
        var draft = new SendDraft { Content = "\"x\""u8.ToArray() };
        draft.To.Add("bob");
        var sender = new Sender(agent, "ada", agent.Words.AsSender, Authority.Agent, "a", null);
        await host.Get<IMessageStore>().SendAsync([Mailbox.Compose(project, sender, draft, project.Agents.Find("bob")!, thread: null)]);
        Assert.Equal([BudgetKinds.SetType], await host.ToldAsync());

        await host.Get<BudgetKeeper>().RunAsync(Cancel);
        await host.Get<BudgetKeeper>().RunAsync(Cancel);

        Assert.Equal([BudgetKinds.SetType, BudgetKinds.WarningType, BudgetKinds.SpentType], await host.ToldAsync());
        await host.RefusedAsync(ada);
    }

    [Fact]
    public async Task Budgets_of_threads_and_executions_go_when_retention_has_removed_those()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var (admin, ada) = await FleetAsync(host);
        var first = await host.SentAsync(ada);
        var run = (await host.SendAsync(HttpMethod.Post, "/api/v1/executions", ada, """{"title": "Build"}""")).As(WireJson.Lenient.Execution);
        foreach (var target in (string[])[$"threads/{first.ConversationThreadId}", $"executions/{run.ExecutionId}", "agents/ada"])
            await host.SetBudgetAsync(admin, target, """{"messages": 9}""");
        await host.SentAsync(ada, more: $", \"execution_id\": \"{run.ExecutionId}\"");
        Assert.Equal(HttpStatusCode.OK, (await host.SendAsync(HttpMethod.Post, $"/api/v1/executions/{run.ExecutionId}/complete", ada, "{}")).Status);
        await host.SendAsync(HttpMethod.Put, "/api/v1/projects/default", admin, """{"settings": {"retention_days": 1}}""");

        host.Clock.Advance(TimeSpan.FromDays(2));
        await host.SentAsync(ada);
        await host.Get<IEnumerable<IChore>>().OfType<LogPruner>().Single().RunAsync(Cancel);

        await Polling.UntilAsync(() => "only the budget of the agent", async () =>
        {
            await host.Get<IEnumerable<IChore>>().OfType<LogPruner>().Single().RunAsync(Cancel);
            host.Clock.Advance(TimeSpan.FromMinutes(11));
            await host.Get<BudgetKeeper>().RunAsync(Cancel);
            return (await host.SendAsync(HttpMethod.Get, Api, admin)).As(WireJson.Lenient.PageMessageBudget).Items is [{ Id: "ada" }];
        });
        Assert.Equal(1, host.Default.Budgets!.Count);
        Assert.Single(await host.Get<IBudgetStore>().SpentAsync(host.Default.Number, Cancel));
    }

    private static async Task<(string Admin, string Ada)> FleetAsync(ConceptHost host)
    {
        var ada = await host.RegisterAsync("ada");
        await host.RegisterAsync("bob");
        await host.RegisterAsync("cyd");
        return (await host.TokenAsync(TokenKind.Admin), ada);
    }
}

public sealed class SqliteBudgetCasesTests() : BudgetCasesTests(new OnSqlite());

public sealed class PostgresBudgetCasesTests(PostgresDatabases databases) : BudgetCasesTests(new OnPostgres(databases));
