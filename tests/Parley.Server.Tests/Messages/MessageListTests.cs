using System.Globalization;
using System.Net;
using Parley.Protocol;
using Parley.Server.Tests.Agents;
using Parley.Server.Tests.Harness;
using Parley.Server.Tests.Rest;
using Parley.Server.Tests.Tasks;
using Xunit;

namespace Parley.Server.Tests.Messages;

/// <summary>Lists of messages in both directions, and with excerpts.</summary>
public abstract class MessageListTests(StorageUnderTest storage)
{
    [Fact]
    public async Task A_list_goes_both_ways_from_any_place()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var pm = await host.AgentAsync("pm");
        var sent = await SendAsync(host, pm, 9);

        Assert.Equal("987654321", await SaidAsync(host, pm, ""));
        Assert.Equal("4321", await SaidAsync(host, pm, $"&before={sent[4]}"));
        Assert.Equal("56789", await SaidAsync(host, pm, $"&from={sent[4]}"));
        Assert.Equal("123456789", await SaidAsync(host, pm, "&from=1"));
        Assert.Equal("", await SaidAsync(host, pm, $"&from={sent[8] + 1}"));
        Assert.Equal("3456", await SaidAsync(host, pm, $"&around={sent[4]}&limit=4"));
        // Near an end, the other half is longer.
        Assert.Equal("1234", await SaidAsync(host, pm, $"&around={sent[0]}&limit=4"));
        Assert.Equal("6789", await SaidAsync(host, pm, $"&around={sent[8]}&limit=4"));
        Assert.Equal("789", await SaidAsync(host, pm, $"&around={sent[8] + 1_000}&limit=3"));
    }

    [Theory]
    [InlineData("from", "1", "123456789")]
    [InlineData("before", "1000000", "987654321")]
    public async Task Its_pages_go_on_with_next(string place, string seq, string expected)
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var pm = await host.AgentAsync("pm");
        await SendAsync(host, pm, 9);
        var (said, next) = ("", (string?)null);
        do
        {
            var page = await PageAsync(host, pm, $"&{place}={seq}&limit=2{(next is null ? "" : $"&after={next}")}");
            said += string.Concat(page.Items.Select(message => message.Content));
            next = page.Next;
        }
        while (next is not null);

        Assert.Equal(expected, said);
    }

    [Theory]
    [InlineData("before=5&from=3", "before")]
    [InlineData("around=5&from=3", "from")]
    [InlineData("around=5&before=3", "before")]
    [InlineData("from=3&q=word", "from")]
    [InlineData("around=3&q=word", "around")]
    [InlineData("around=3&after=2", "around")]
    [InlineData("before=0", "before")]
    [InlineData("from=x", "from")]
    [InlineData("excerpt=0", "excerpt")]
    [InlineData("excerpt=10001", "excerpt")]
    [InlineData("state=lost", "state")]
    [InlineData("state=!lost", "state")]
    [InlineData("state=dead,!held", "state")]
    [InlineData("type=!", "type")]
    [InlineData("priority=!5", "priority")]
    [InlineData("priority=3,!4", "priority")]
    [InlineData("since=!2026-01-22T13:56:52Z", "since")]
    [InlineData("count=many", "count")]
    public async Task What_makes_no_sense_together_is_refused_by_name(string query, string field)
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var pm = await host.AgentAsync("pm");

        var problem = (await host.SendAsync(HttpMethod.Get, $"/api/v1/messages?{query}", pm)).Refused(HttpStatusCode.BadRequest, ErrorCodes.InvalidRequest);

        Assert.Contains(field, problem.Errors!.Keys);
    }

    [Fact]
    public async Task Excerpts_are_cut_and_say_so()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var pm = await host.AgentAsync("pm");
        await host.SendAsync(HttpMethod.Post, "/api/v1/messages", pm, """{"to": "human", "content": "Short.", "payload": {"a":1}}""");
        await host.SendAsync(HttpMethod.Post, "/api/v1/messages", pm, $$$"""{"to": "human", "content": "{{{string.Concat(Enumerable.Repeat("word ", 20))}}}", "payload": {"b":2}, "metadata": {"m":1}}""");
        await host.SendAsync(HttpMethod.Post, "/api/v1/messages", pm, $$$"""{"to": "human", "content": "Big.", "payload": {"c": "{{{new string('x', 50)}}}"}}""");
        // An emoji at the cut is two characters of UTF-16.
        await host.SendAsync(HttpMethod.Post, "/api/v1/messages", pm, $$"""{"to": "human", "content": "{{string.Concat(Enumerable.Repeat("😀", 30))}}"}""");

        var messages = (await PageAsync(host, pm, "&from=1&excerpt=20")).Items;
        var whole = (await PageAsync(host, pm, "&from=1")).Items;

        Assert.Equal(("Short.", """{"a":1}""", false, null), (messages[0].Content, messages[0].Payload?.GetRawText(), messages[0].Truncated, messages[0].ContentBytes));
        Assert.Equal(("word word word…", """{"b":2}""", """{"m":1}""", true), (messages[1].Content, messages[1].Payload?.GetRawText(), messages[1].Metadata?.GetRawText(), messages[1].Truncated));
        Assert.Equal("\"\"".Length + (20 * 5) + """{"b":2}""".Length, messages[1].ContentBytes);
        Assert.Equal(("Big.", null, true), (messages[2].Content, messages[2].Payload?.GetRawText(), messages[2].Truncated));
        Assert.Equal(string.Concat(Enumerable.Repeat("😀", 9)) + "…", messages[3].Content);
        Assert.All(whole, message => Assert.False(message.Truncated));
        Assert.Equal(whole.Select(message => message.MessageId), messages.Select(message => message.MessageId));
    }

    [Fact]
    public async Task Messages_come_with_how_far_their_deliveries_are()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var (pm, be, qa, person) = (await host.AgentAsync("pm"), await host.AgentAsync("be"), await host.AgentAsync("qa"), await host.TokenAsync(TokenKind.Operator));
        var sent = await host.SendAsync(HttpMethod.Post, "/api/v1/messages", pm, """{"to": ["be", "qa"], "content": "First."}""");
        var first = sent.As(WireJson.Lenient.SendAnswer).MessageId;
        await host.SendAsync(HttpMethod.Post, "/api/v1/messages", pm, """{"to": ["be", "qa"], "content": "Second."}""");
        await host.SendAsync(HttpMethod.Post, "/api/v1/messages", pm, """{"to": "qa", "content": "Late.", "deliver_at": "2030-01-01T00:00:00Z"}""");
        await host.SendAsync(HttpMethod.Post, "/api/v1/messages", pm, """{"to": "topic:nothing", "content": "To nobody."}""");
        await host.SendAsync(HttpMethod.Post, "/api/v1/agents/be/claim?max=2", be);
        Assert.Equal(HttpStatusCode.NoContent, (await host.SendAsync(HttpMethod.Post, $"/api/v1/messages/{first}/ack", be, "{}")).Status);
        await host.SendAsync(HttpMethod.Post, "/api/v1/messages", qa, $$"""{"reply_to": "{{first}}", "content": "Yes."}""");

        var all = (await PageAsync(host, person, "&from=1&include=deliveries")).Items;
        var seenByBe = (await PageAsync(host, be, "&from=1&include=deliveries")).Items;
        var without = (await PageAsync(host, person, "&from=1")).Items;

        Assert.Equal(
            [
                new DeliveryTally { Total = 2, Acknowledged = 1, Replied = 1 }, new DeliveryTally { Total = 2, HandedOver = 1, Queued = 1 }, new DeliveryTally { Total = 1, Queued = 1 },
                new DeliveryTally(),
            ],
            all.Select(message => message.Deliveries));
        // An agent that received it sees only its own delivery.
        Assert.Equal([new DeliveryTally { Total = 1, Acknowledged = 1 }, new DeliveryTally { Total = 1, HandedOver = 1 }], seenByBe.Select(message => message.Deliveries));
        Assert.Equal(all.Select(message => message.Deliveries), (await PageAsync(host, pm, "&from=1&include=deliveries")).Items.Select(message => message.Deliveries));
        Assert.All(without, message => Assert.Null(message.Deliveries));
    }

    [Fact]
    public async Task Messages_are_found_by_the_stage_of_their_deliveries()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var (pm, be, person) = (await host.AgentAsync("pm"), await host.AgentAsync("be"), await host.TokenAsync(TokenKind.Operator));
        await host.AgentAsync("qa");
        foreach (var json in new[]
        {
            """{"to": ["be", "qa"], "content": "1"}""", """{"to": "be", "content": "2"}""", """{"to": "topic:nothing", "content": "3"}""", """{"to": "qa", "content": "4"}""",
        })
        {
            await host.SendAsync(HttpMethod.Post, "/api/v1/messages", pm, json);
        }

        var first = (await host.SendAsync(HttpMethod.Post, "/api/v1/agents/be/claim?max=2", be)).As(WireJson.Lenient.Inbox).Items[0].Message.MessageId;
        Assert.Equal(HttpStatusCode.NoContent, (await host.SendAsync(HttpMethod.Post, $"/api/v1/messages/{first}/ack", be, "{}")).Status);

        Assert.Equal("1", await SaidAsync(host, person, "&state=acknowledged"));
        Assert.Equal("41", await SaidAsync(host, person, "&state=queued"));
        Assert.Equal("421", await SaidAsync(host, person, "&state=queued,handed_over"));
        Assert.Equal("32", await SaidAsync(host, person, "&state=!queued"));
        Assert.Equal("3", await SaidAsync(host, person, "&state=!queued,!handed_over"));
        Assert.Equal("12", await SaidAsync(host, person, "&state=queued,handed_over&from=1&limit=2"));
        Assert.Equal("124", await SaidAsync(host, person, "&state=queued,handed_over&around=1"));
        Assert.Equal("", await SaidAsync(host, person, "&state=dead"));
        // An agent that received it sees only its own delivery.
        Assert.Equal("", await SaidAsync(host, be, "&state=queued"));
        Assert.Equal("1", await SaidAsync(host, be, "&state=acknowledged"));
        var (said, next) = ("", (string?)null);
        do
        {
            var page = await PageAsync(host, person, $"&state=!dead&limit=1{(next is null ? "" : $"&after={next}")}");
            said += string.Concat(page.Items.Select(message => message.Content));
            next = page.Next;
        }
        while (next is not null);
        Assert.Equal("4321", said);
    }

    [Fact]
    public async Task A_list_says_how_many_messages_match_on_all_its_pages()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var (pm, be, person) = (await host.AgentAsync("pm"), await host.AgentAsync("be"), await host.TokenAsync(TokenKind.Operator));
        var sent = await SendAsync(host, pm, 5);
        await host.SendAsync(HttpMethod.Post, "/api/v1/messages", pm, """{"to": "be", "content": "6", "message_type": "status"}""");

        Assert.Equal((6, null), await TotalAsync(person, "&count=true&limit=2"));
        Assert.Equal((6, null), await TotalAsync(person, $"&count=true&before={sent[2]}"));
        Assert.Equal((6, null), await TotalAsync(person, $"&count=true&around={sent[2]}&limit=1"));
        Assert.Equal((5, null), await TotalAsync(person, "&count=true&type=!status"));
        Assert.Equal((1, null), await TotalAsync(person, "&count=true&recipient=be&state=queued"));
        Assert.Equal((0, null), await TotalAsync(person, "&count=true&recipient=nobody"));
        Assert.Equal((1, null), await TotalAsync(be, "&count=true"));
        Assert.Equal((1, null), await TotalAsync(person, "&count=true&q=6"));
        Assert.Equal((null, null), await TotalAsync(person, ""));

        async Task<(int?, int?)> TotalAsync(string token, string query) => await PageAsync(host, token, query) is { } page ? (page.Total, page.TotalAtLeast) : default;
    }

    private static async Task<List<long>> SendAsync(ConceptHost host, string token, int count)
    {
        var seqs = new List<long>();
        for (var i = 1; i <= count; i++)
        {
            var sent = await host.SendAsync(HttpMethod.Post, "/api/v1/messages", token, string.Create(CultureInfo.InvariantCulture, $$"""{"to": "human", "content": "{{i}}"}"""));
            seqs.Add(sent.As(WireJson.Lenient.SendAnswer).Seq);
        }

        return seqs;
    }

    private static async Task<string> SaidAsync(ConceptHost host, string token, string query) =>
        string.Concat((await PageAsync(host, token, query)).Items.Select(message => message.Content));

    private static async Task<Page<Message>> PageAsync(ConceptHost host, string token, string query)
    {
        var answer = await host.SendAsync(HttpMethod.Get, $"/api/v1/messages?sender=pm{query}", token);
        Assert.True(answer.Status == HttpStatusCode.OK, answer.Text);
        return answer.As(WireJson.Lenient.PageMessage);
    }
}

public sealed class SqliteMessageListTests() : MessageListTests(new OnSqlite());

public sealed class PostgresMessageListTests(PostgresDatabases databases) : MessageListTests(new OnPostgres(databases));
