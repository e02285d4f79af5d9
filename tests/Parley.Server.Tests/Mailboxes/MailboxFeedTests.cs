using System.Net;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Parley.Protocol;
using Parley.Server.Agents;
using Parley.Server.Coordination;
using Parley.Server.Log;
using Parley.Server.Mailboxes;
using Parley.Server.Tests.Agents;
using Parley.Server.Tests.Harness;
using Parley.Server.Tests.Rest;
using Xunit;

namespace Parley.Server.Tests.Mailboxes;

/// <summary>How deep mailboxes are, live.</summary>
public abstract class MailboxFeedTests(StorageUnderTest storage)
{
    private const string Api = "/api/v1";

    [Fact]
    public async Task The_state_has_every_mailbox_and_changes_have_the_newest_depth()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var (ada, bob, observer) = (await host.RegisterAsync("ada"), await host.RegisterAsync("bob"), await host.TokenAsync(TokenKind.Observer));
        await SendAsync(host, ada);
        var sentAt = host.Clock.GetUtcNow();
        using var socket = await TestSocket.ConnectAsync(host, "human", observer);
        await socket.AskAsync("subscribe", """{"feeds": {"mailboxes": {}}, "snapshot": true}""");
        var state = (await socket.NextAsync(frame => frame.Event == "snapshot")).Data!.Value.GetProperty("items").EnumerateArray().Select(item => item.Deserialize(WireJson.Lenient.MailboxDepth)!);
        var before = host.Default.Log.Head;

        await SendAsync(host, ada);
        await SendAsync(host, ada);
        await host.SendAsync(HttpMethod.Post, $"{Api}/agents/bob/claim?max=1", bob, "{}");
        var change = await ChangeAsync(host, socket);

        Assert.Equal(
            [new MailboxDepth { AgentId = "ada" }, new MailboxDepth { AgentId = "bob", Queued = 1, OldestAt = sentAt }], state.OrderBy(depth => depth.AgentId, StringComparer.Ordinal));
        Assert.Equal(("bob", 2, 1, 0), (change.AgentId, change.Queued, change.InFlight, change.Dead));
        // Depths are not in the log.
        Assert.All(await host.LogAsync(before), entry => Assert.True(entry.Kind is EntryKind.Message or EntryKind.Agent, $"{entry.Kind}"));
    }

    [Fact]
    public async Task Without_a_state_each_mailbox_comes_once_and_a_filter_names_whose()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var (ada, observer) = (await host.RegisterAsync("ada"), await host.TokenAsync(TokenKind.Observer));
        _ = await host.RegisterAsync("bob");
        _ = await host.RegisterAsync("cyd");
        using var socket = await TestSocket.ConnectAsync(host, "human", observer);
        await socket.AskAsync("subscribe", """{"feeds": {"mailboxes": {"agent": ["bob", "cyd"]}}}""");

        var once = new[] { await ChangeAsync(host, socket), await ChangeAsync(host, socket) };
        await SendAsync(host, ada);

        Assert.Equal(["bob", "cyd"], once.Select(depth => depth.AgentId).Order(StringComparer.Ordinal));
        Assert.Equal(("bob", 1), (await ChangeAsync(host, socket)) is var next ? (next.AgentId, next.Queued) : default);
    }

    [Fact]
    public async Task A_deleted_agent_takes_its_mailbox_along()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var (admin, _) = (await host.TokenAsync(TokenKind.Admin), await host.RegisterAsync("bob"));
        using var socket = await TestSocket.ConnectAsync(host, "human", admin);
        await socket.AskAsync("subscribe", """{"feeds": {"mailboxes": {}}, "snapshot": true}""");
        Assert.Equal(HttpStatusCode.NoContent, (await host.SendAsync(HttpMethod.Delete, $"{Api}/agents/bob", admin)).Status);

        var change = await NextAsync(host, socket);

        Assert.Equal(("delete", "bob"), (change.GetProperty("op").GetString(), change.GetProperty("item").GetProperty("agent_id").GetString()));
    }

    [Fact]
    public async Task Nobody_looks_when_nobody_watches()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var observer = await host.TokenAsync(TokenKind.Observer);
        using var socket = await TestSocket.ConnectAsync(host, "human", observer);
        var first = await socket.AskAsync("subscribe", """{"feeds": {"mailboxes": {}}}""");
        await Polling.UntilAsync(() => "somebody to watch", () => Task.FromResult(host.Get<MailboxDepths>().IsWatched(host.Default.Number)));

        await socket.AskAsync("unsubscribe", $$"""{"subscription": "{{first.Data!.Value.GetProperty("subscription").GetString()}}"}""");

        await Polling.UntilAsync(() => "nobody to watch", () => Task.FromResult(!host.Get<MailboxDepths>().IsWatched(host.Default.Number)));
    }

    [Fact]
    public async Task A_look_that_fails_is_not_the_last_one()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var counts = new FailsOnce(host.Get<IMailboxCounts>());
        var depths = new MailboxDepths(
            counts, host.Get<IMailboxAges>(), host.Get<BackgroundFaults>(), host.Get<Stopping>(), host.Clock, NullLogger<MailboxDepths>.Instance);
        await using var looks = depths.WatchAsync(host.Default, TestContext.Current.CancellationToken).GetAsyncEnumerator(TestContext.Current.CancellationToken);

        var next = looks.MoveNextAsync().AsTask();
        await Polling.UntilAsync(() => "a look after the one that failed", () =>
        {
            host.Clock.Advance(TimeSpan.FromSeconds(1));
            return Task.FromResult(next.IsCompleted);
        });

        Assert.True(await next);
        Assert.True(counts.HasFailed);
    }

    private sealed class FailsOnce(IMailboxCounts counts) : IMailboxCounts
    {
        public bool HasFailed { get; private set; }

        public ValueTask<IReadOnlyDictionary<int, MailboxCounts>> CountsAsync(IReadOnlyCollection<int> agents, CancellationToken cancellationToken)
        {
            if (HasFailed)
                return counts.CountsAsync(agents, cancellationToken);
            HasFailed = true;
            throw new InvalidOperationException("A look fails.");
        }

        public ValueTask<IReadOnlyList<int>> WaitingAsync(int agent, CancellationToken cancellationToken) => counts.WaitingAsync(agent, cancellationToken);
    }

    private static async Task SendAsync(ConceptHost host, string token) =>
        Assert.Equal(HttpStatusCode.Created, (await host.SendAsync(HttpMethod.Post, $"{Api}/messages", token, """{"to": "bob", "content": "x"}""")).Status);

    private static async Task<MailboxDepth> ChangeAsync(ConceptHost host, TestSocket socket) =>
        (await NextAsync(host, socket)).GetProperty("item").Deserialize(WireJson.Lenient.MailboxDepth)!;

    /// <summary>Turns the clock until a change comes.</summary>
    private static async Task<JsonElement> NextAsync(ConceptHost host, TestSocket socket)
    {
        var next = socket.NextAsync(frame => frame.Event == "change");
        await Polling.UntilAsync(() => "a change", () =>
        {
            host.Clock.Advance(TimeSpan.FromSeconds(1));
            return Task.FromResult(next.IsCompleted);
        });
        return (await next).Data!.Value;
    }
}

public sealed class SqliteMailboxFeedTests() : MailboxFeedTests(new OnSqlite());

public sealed class PostgresMailboxFeedTests(PostgresDatabases databases) : MailboxFeedTests(new OnPostgres(databases));
