using System.Net;
using Parley.Protocol;
using Parley.Server.Attention;
using Parley.Server.Security;
using Parley.Server.Tests.Agents;
using Parley.Server.Tests.Harness;
using Parley.Server.Tests.Rest;
using Parley.Server.Tests.Security;
using Parley.Server.Tests.Storms;
using Xunit;

namespace Parley.Server.Tests.Attention;

/// <summary>What the server finds in its stores, who may see it, and snoozes.</summary>
public abstract class AttentionTests(StorageUnderTest storage)
{
    private const string Api = "/api/v1/attention";

    [Fact]
    public async Task When_all_is_well_the_list_says_what_was_looked_at()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        await host.RegisterAsync("ada");

        var list = await ListAsync(host, await host.TokenAsync(TokenKind.Observer));

        Assert.Empty(list.Items);
        Assert.Equal(host.Clock.GetUtcNow(), list.CheckedAt);
        Assert.Equal(Enum.GetValues<AttentionKind>(), list.Checks.Select(check => check.Kind));
        Assert.Equal(1, list.Checks.Single(check => check.Kind == AttentionKind.AgentStalled).LookedAt);
    }

    [Fact]
    public async Task Everything_that_is_stuck_is_found_with_its_evidence()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var (ada, _) = await TroubleAsync(host);

        var items = (await ListAsync(host, await host.TokenAsync(TokenKind.Observer))).Items;

        Assert.Equal(
            [AttentionKind.Question, AttentionKind.DeadLetters, AttentionKind.MailboxWaiting, AttentionKind.TaskOverdue, AttentionKind.TaskUnassignable],
            items.Select(item => item.Kind).Order());
        var dead = items.Single(item => item.Kind == AttentionKind.DeadLetters);
        Assert.Equal(("dead_letters:ada:rejected", 1, "The database is down."), (dead.AttentionId, dead.Count, dead.Evidence.Error));
        var waiting = items.Single(item => item.Kind == AttentionKind.MailboxWaiting);
        Assert.Equal(("mailbox_waiting:bob", 1), (waiting.AttentionId, waiting.Count));
        Assert.Equal("Which one?", items[0].Evidence.Text);
        Assert.Equal(["cobol"], items.Single(item => item.Kind == AttentionKind.TaskUnassignable).Evidence.Capabilities!);

        Assert.Equal(["mailbox_waiting:bob"], (await ListAsync(host, await host.TokenAsync(TokenKind.Admin), "?kind=mailbox_waiting&kind=storm")).Items.Select(item => item.AttentionId));
        Assert.All((await ListAsync(host, await host.TokenAsync(TokenKind.Admin), "?agent=ada")).Items, item => Assert.Equal("ada", item.Subject.AgentId));
        Assert.Equal(HttpStatusCode.BadRequest, (await host.SendAsync(HttpMethod.Get, $"{Api}?kind=weather", await host.TokenAsync(TokenKind.Admin))).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await host.SendAsync(HttpMethod.Get, Api, ada)).Status);
    }

    [Fact]
    public async Task Another_project_sees_nothing_of_it()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        await TroubleAsync(host);
        var admin = await host.TokenAsync(TokenKind.Admin);
        await host.SendAsync(HttpMethod.Post, "/api/v1/projects", admin, """{"project_id": "other"}""");
        var observer = await host.TokenAsync(TokenKind.Observer, projectId: "other");

        Assert.Empty((await ListAsync(host, observer)).Items);
        Assert.Equal(HttpStatusCode.NotFound, (await SnoozeAsync(host, await host.TokenAsync(TokenKind.Operator, projectId: "other"), "mailbox_waiting:bob")).Status);
    }

    [Fact]
    public async Task A_snooze_lasts_until_its_time_and_outlives_a_restart()
    {
        var data = await storage.NewAsync();
        var clock = new TestClock();
        await using (var host = await ConceptHost.StartAsync(data, clock))
        {
            await TroubleAsync(host);
            var oper = await host.TokenAsync(TokenKind.Operator);
            Assert.Equal(HttpStatusCode.Forbidden, (await SnoozeAsync(host, await host.TokenAsync(TokenKind.Observer), "mailbox_waiting:bob")).Status);

            var snoozed = await SnoozeAsync(host, oper, "mailbox_waiting:bob");

            Assert.Equal(HttpStatusCode.OK, snoozed.Status);
            Assert.Equal(clock.GetUtcNow().AddHours(1), snoozed.As(WireJson.Lenient.AttentionItem).SnoozedUntil);
            Assert.Equal(HttpStatusCode.NotFound, (await SnoozeAsync(host, oper, "mailbox_waiting:ada")).Status);
            Assert.Equal(HttpStatusCode.NotFound, (await SnoozeAsync(host, oper, "weather")).Status);
            Assert.Equal(HttpStatusCode.BadRequest, (await SnoozeAsync(host, oper, "mailbox_waiting:bob", hours: -1)).Status);
            Assert.Equal(HttpStatusCode.BadRequest, (await SnoozeAsync(host, oper, "mailbox_waiting:bob", hours: 31 * 24)).Status);
        }

        await using (var host = await ConceptHost.StartAsync(data, clock))
        {
            var observer = await host.TokenAsync(TokenKind.Observer);
            Assert.Equal(["mailbox_waiting:bob"], await SnoozedAsync(host, observer));
            Assert.DoesNotContain("mailbox_waiting:bob", (await ListAsync(host, observer)).Items.Select(item => item.AttentionId));

            clock.Advance(TimeSpan.FromHours(1));
            Assert.Contains("mailbox_waiting:bob", (await ListAsync(host, observer)).Items.Select(item => item.AttentionId));
        }

        await data.DisposeAsync();
    }

    [Fact]
    public async Task A_snooze_can_be_ended()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        await TroubleAsync(host);
        var oper = await host.TokenAsync(TokenKind.Operator);
        await SnoozeAsync(host, oper, "mailbox_waiting:bob");
        Assert.Single(await SnoozedAsync(host, oper));

        Assert.Equal(HttpStatusCode.NoContent, (await host.SendAsync(HttpMethod.Delete, $"{Api}/mailbox_waiting:bob/snooze", oper)).Status);
        Assert.Equal(HttpStatusCode.NoContent, (await host.SendAsync(HttpMethod.Delete, $"{Api}/mailbox_waiting:bob/snooze", oper)).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await host.SendAsync(HttpMethod.Delete, $"{Api}/weather/snooze", oper)).Status);
        Assert.Empty(await SnoozedAsync(host, oper));
    }

    [Fact]
    public async Task A_snooze_ends_with_its_trouble_and_the_same_trouble_anew_is_shown()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var (_, bob) = await TroubleAsync(host);
        var oper = await host.TokenAsync(TokenKind.Operator);
        await SnoozeAsync(host, oper, "mailbox_waiting:bob", hours: 24);
        await SnoozeAsync(host, oper, "dead_letters:ada:rejected", hours: 24);

        // More mail is the same trouble, and so is the end of the mail that had been waiting longest.
        await host.SayAsync(oper, "bob", "Again");
        host.Clock.Advance(TimeSpan.FromMinutes(11));
        Assert.Contains("mailbox_waiting:bob", await SnoozedAsync(host, oper));

        await host.SendAsync(HttpMethod.Post, "/api/v1/agents/bob/claim", bob, "{}");
        await host.SendAsync(HttpMethod.Post, "/api/v1/dead-letters/purge", oper, "{}");
        await UntilAsync(host, "the snoozes to end", async () => !(await host.LogAsync()).GroupBy(entry => entry.Subject).Any(snooze =>
            snooze.Last().Kind == AttentionKinds.Snooze.Entry && snooze.Last().Type == AttentionKinds.SnoozedType));
        Assert.Equal(2, (await host.LogAsync()).Count(entry => entry.Type == AttentionKinds.EndedType));

        await host.SayAsync(oper, "bob", "Are you away again?");
        await UntilAsync(host, "bob to be away with mail", async () => (await ListAsync(host, oper)).Items.Any(item => item.AttentionId == "mailbox_waiting:bob"));
    }

    /// <summary>Five kinds of trouble: a question, a dead letter of ada, mail for bob, who is away, a task that is late, and one that nobody can do.</summary>
    private static async Task<(string Ada, string Bob)> TroubleAsync(ConceptHost host)
    {
        var (ada, bob) = (await host.RegisterAsync("ada"), await host.RegisterAsync("bob"));
        var admin = await host.TokenAsync(TokenKind.Admin);
        await host.SendAsync(HttpMethod.Put, "/api/v1/projects/default", admin, """{"settings": {"max_attempts": 1}}""");
        await host.SendAsync(HttpMethod.Post, "/api/v1/questions", ada, """{"content": "Which one?"}""");
        var message = await host.SayAsync(admin, "ada", "Hello");
        await host.SendAsync(HttpMethod.Post, "/api/v1/agents/ada/claim", ada, "{}");
        await host.SendAsync(HttpMethod.Post, $"/api/v1/messages/{message.MessageId}/nack", ada, """{"reason": "The database is down."}""");
        await host.SayAsync(ada, "bob", "Are you there?");
        var due = WireTime.ToText(host.Clock.GetUtcNow().AddMinutes(5));
        await host.SendAsync(HttpMethod.Post, "/api/v1/tasks", admin, $$"""{"title": "Late", "auto_assign": false, "due_date": "{{due}}"}""");
        await host.SendAsync(HttpMethod.Post, "/api/v1/tasks", admin, """{"title": "Impossible", "auto_assign": true, "required_capabilities": ["cobol"]}""");
        host.Clock.Advance(TimeSpan.FromMinutes(10));
        var found = "";
        await Polling.UntilAsync(() => $"all of it, and found {found}", async () =>
        {
            host.Clock.Advance(TimeSpan.FromSeconds(5));
            var items = (await ListAsync(host, admin)).Items;
            found = string.Join(", ", items.Select(item => item.AttentionId));
            return items.Count == 5;
        });
        return (ada, bob);
    }

    private static async Task<AttentionList> ListAsync(ConceptHost host, string token, string query = "") =>
        (await host.SendAsync(HttpMethod.Get, Api + query, token)).As(WireJson.Lenient.AttentionList);

    private static async Task<IEnumerable<string>> SnoozedAsync(ConceptHost host, string token) =>
        (await ListAsync(host, token, "?snoozed=true")).Items.Where(item => item.SnoozedUntil is not null).Select(item => item.AttentionId);

    /// <summary>Lets the clock go on until it is so.</summary>
    private static Task UntilAsync(ConceptHost host, string what, Func<Task<bool>> isSo) => Polling.UntilAsync(() => what, async () =>
    {
        host.Clock.Advance(TimeSpan.FromSeconds(10));
        return await isSo();
    });

    private static Task<Answer> SnoozeAsync(ConceptHost host, string token, string id, int hours = 1) => host.SendAsync(
        HttpMethod.Put, $"{Api}/{id}/snooze", token, $$"""{"until": "{{WireTime.ToText(host.Clock.GetUtcNow().AddHours(hours))}}"}""");
}

public sealed class SqliteAttentionTests() : AttentionTests(new OnSqlite());

public sealed class PostgresAttentionTests(PostgresDatabases databases) : AttentionTests(new OnPostgres(databases));
