using System.Net;
using Parley.Protocol;
using Parley.Server.Tests.Harness;
using Parley.Server.Tests.Storms;
using Xunit;

namespace Parley.Server.Tests.Agents;

/// <summary>What an agent says it is doing, what it said last, how long its mail waits, and whether it has stalled.</summary>
public abstract class AgentPortraitTests(StorageUnderTest storage)
{
    private const string Ada = "/api/v1/agents/ada";

    [Fact]
    public async Task A_note_goes_with_what_it_is_about()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var token = await host.RegisterAsync("ada");

        var first = await ReportAsync(host, token, """{"activity": "working", "note": "Fixing the login test"}""");
        var at = host.Clock.GetUtcNow();
        host.Clock.Advance(TimeSpan.FromMinutes(1));
        var same = await ReportAsync(host, token, """{"status": "busy", "activity": "working"}""");

        Assert.Equal(("Fixing the login test", at), (first.Note, first.NoteAt));
        Assert.Equal((first.Note, first.NoteAt), (same.Note, same.NoteAt));
        Assert.Equal("Fixing the login test", (await GetAsync(host, await host.RegisterAsync("bob"))).Note);
        Assert.Null((await ReportAsync(host, token, """{"activity": "idle"}""")).Note);
        Assert.Equal("Reading", (await ReportAsync(host, token, """{"note": "Reading"}""")).Note);
        Assert.Null((await ReportAsync(host, token, """{"note": ""}""")).Note);
    }

    [Fact]
    public async Task A_note_is_a_change_that_the_log_has()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var token = await host.RegisterAsync("ada");
        await ReportAsync(host, token, """{"activity": "working", "note": "Reading"}""");
        var before = (await host.LogAsync()).Count;

        await ReportAsync(host, token, """{"note": "Reading"}""");
        Assert.Equal(before, (await host.LogAsync()).Count);
        await ReportAsync(host, token, """{"note": "Writing"}""");

        var last = (await host.LogAsync())[^1];
        Assert.Equal("agent_status", last.Type);
        Assert.Equal("Writing", System.Text.Json.JsonSerializer.Deserialize(last.Json, WireJson.Lenient.Agent)!.Note);
    }

    [Theory]
    [InlineData("two\\nlines")]
    [InlineData("   ")]
    [InlineData("201")]
    public async Task A_note_is_one_short_line(string note)
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var token = await host.RegisterAsync("ada");

        var text = note == "201" ? new string('x', 201) : note;
        var answer = await host.SendAsync(HttpMethod.Put, $"{Ada}/status", token, $$"""{"activity": "working", "note": "{{text}}"}""");

        Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
        Assert.Contains("note", answer.As(WireJson.Lenient.Problem).Errors!.Keys);
        Assert.Equal(AgentActivity.Unknown, (await GetAsync(host, token)).Activity);
    }

    [Fact]
    public async Task People_see_what_an_agent_said_last_and_other_agents_do_not()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var (ada, bob) = (await host.RegisterAsync("ada"), await host.RegisterAsync("bob"));
        var observer = await host.TokenAsync(TokenKind.Observer);
        Assert.Null((await GetAsync(host, observer)).LastMessage);

        var secret = new string('a', 300);
        await host.SayAsync(ada, "bob", "First");
        Assert.Equal("First", (await GetAsync(host, observer)).LastMessage!.Excerpt);
        var sent = await host.SayAsync(ada, "bob", secret);

        var last = (await GetAsync(host, observer)).LastMessage!;
        Assert.Equal((sent.MessageId, sent.Seq, secret[..200]), (last.MessageId, last.Seq, last.Excerpt));
        Assert.Equal(["bob"], last.To);
        Assert.Null((await GetAsync(host, bob)).LastMessage);
        Assert.DoesNotContain("aaaa", (await host.SendAsync(HttpMethod.Get, "/api/v1/agents", bob)).Text, StringComparison.Ordinal);
        Assert.DoesNotContain("aaaa", (await host.SendAsync(HttpMethod.Get, Ada, ada)).Text, StringComparison.Ordinal);

        await host.SendAsync(HttpMethod.Delete, $"/api/v1/messages/{sent.MessageId}", ada);
        Assert.Null((await GetAsync(host, observer)).LastMessage!.Excerpt);
    }

    [Fact]
    public async Task A_mailbox_says_since_when_its_oldest_delivery_has_been_waiting()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var (ada, bob) = (await host.RegisterAsync("ada"), await host.RegisterAsync("bob"));
        Assert.Null((await GetAsync(host, bob)).Mailbox.OldestAt);
        var first = host.Clock.GetUtcNow();
        await host.SayAsync(bob, "ada", "One");
        host.Clock.Advance(TimeSpan.FromMinutes(3));
        await host.SayAsync(bob, "ada", "Two");

        Assert.Equal(first, (await GetAsync(host, bob)).Mailbox.OldestAt);
        await host.SendAsync(HttpMethod.Post, "/api/v1/agents/ada/claim", ada, """{"max": 1}""");
        Assert.Equal(first + TimeSpan.FromMinutes(3), (await GetAsync(host, bob)).Mailbox.OldestAt);
    }

    [Fact]
    public async Task An_agent_that_works_in_silence_has_stalled_until_it_gives_a_sign()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var token = await host.RegisterAsync("ada");
        await host.RegisterAsync("bob");
        var observer = await host.TokenAsync(TokenKind.Observer);
        await ReportAsync(host, token, """{"activity": "working"}""");
        await GoOnAsync(host, token, minutes: 10);
        Assert.Null((await GetAsync(host, observer)).Stalled);
        await host.SayAsync(token, "bob", "Still at it");
        var last = host.Clock.GetUtcNow();
        await GoOnAsync(host, token, minutes: 50);
        Assert.Null((await GetAsync(host, observer)).Stalled);

        host.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(new AgentStall { Since = last, UsualSeconds = 600 }, (await GetAsync(host, observer)).Stalled);

        await ReportAsync(host, token, """{"activity": "working"}""");
        Assert.Null((await GetAsync(host, observer)).Stalled);
    }

    /// <summary>The agent stays online by heartbeats, which are no signs of work.</summary>
    private static async Task GoOnAsync(ConceptHost host, string token, int minutes)
    {
        for (var half = 0; half < 2 * minutes; half++)
        {
            host.Clock.Advance(TimeSpan.FromSeconds(30));
            await host.SendAsync(HttpMethod.Post, $"{Ada}/heartbeat", token);
        }
    }

    private static async Task<Agent> ReportAsync(ConceptHost host, string token, string json) =>
        (await host.SendAsync(HttpMethod.Put, $"{Ada}/status", token, json)).As(WireJson.Lenient.Agent);

    private static async Task<Agent> GetAsync(ConceptHost host, string token) => (await host.SendAsync(HttpMethod.Get, Ada, token)).As(WireJson.Lenient.Agent);
}

public sealed class SqliteAgentPortraitTests() : AgentPortraitTests(new OnSqlite());

public sealed class PostgresAgentPortraitTests(PostgresDatabases databases) : AgentPortraitTests(new OnPostgres(databases));
