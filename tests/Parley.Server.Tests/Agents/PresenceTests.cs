using Parley.Protocol;
using Parley.Server.Agents;
using Parley.Server.Coordination;
using Parley.Server.Log;
using Parley.Server.Messages;
using Parley.Server.Storage.Sqlite;
using Parley.Server.Tests.Harness;
using Xunit;

namespace Parley.Server.Tests.Agents;

/// <summary>Who is there, by the clock; and who is not made by a look.</summary>
public sealed class PresenceTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_agent_in_a_long_poll_stays_online_and_goes_offline_only_after_it()
    {
        await using var host = await ConceptHost.StartAsync();
        var bob = await host.RegisterAsync("bob");
        var agent = host.Default.Agents.Find("bob")!;
        var directory = host.Get<AgentDirectory>();
        using (await directory.WaitsAsync(host.Default, agent, Cancel))
        {
            host.Clock.Advance(TimeSpan.FromHours(1));
            await directory.LapseAsync(host.Clock.GetUtcNow() - TimeSpan.FromMinutes(2));
            Assert.Equal((AgentStatus.Online, host.Clock.GetUtcNow()), (agent.Presence.Status, agent.Presence.LastSeen!.Value));
        }

        await directory.LapseAsync(host.Clock.GetUtcNow() - TimeSpan.FromMinutes(2));
        Assert.True(agent.IsOnline);
        await directory.LapseAsync(host.Clock.GetUtcNow() + TimeSpan.FromSeconds(1));
        Assert.False(agent.IsOnline);
        Assert.NotNull(bob);
    }

    [Fact]
    public async Task An_agent_whose_stream_could_not_start_does_not_stay_online()
    {
        await using var host = await ConceptHost.StartAsync();
        var bob = await host.RegisterAsync("bob");
        var agent = host.Default.Agents.Find("bob")!;
        var full = new FullDisk();
        host.Get<SqliteDatabase>().Writer.Register(full);

        await host.SendAsync(HttpMethod.Get, "/api/v1/sse/agent/bob", bob);

        await host.Get<AgentDirectory>().LapseAsync(host.Clock.GetUtcNow() + TimeSpan.FromSeconds(1));
        Assert.Equal((true, false), (full.HasRefused, agent.IsOnline));
    }

    [Fact]
    public async Task Reading_the_operators_inbox_creates_no_agent()
    {
        await using var host = await ConceptHost.StartAsync();
        foreach (var kind in new[] { TokenKind.Observer, TokenKind.Admin, TokenKind.Operator })
        {
            var token = await host.TokenAsync(kind);
            foreach (var path in new[] { "agents/human/inbox", "messages/human", "agents/human", "agents/human/subscriptions" })
                Assert.Equal(200, (int)(await host.SendAsync(HttpMethod.Get, $"/api/v1/{path}", token)).Status);
        }

        using (var socket = await TestSocket.ConnectAsync(host, "human", await host.TokenAsync(TokenKind.Observer)))
            await socket.NextAsync(frame => frame.Event == "agent:welcome");
        Assert.Null(host.Default.Agents.Find("human"));

        // Who waits for the first message gets it.
        var waiting = host.SendAsync(HttpMethod.Get, "/api/v1/agents/human/inbox?wait=60", await host.TokenAsync(TokenKind.Observer));
        var sent = await host.SendAsync(HttpMethod.Post, "/api/v1/messages", await host.RegisterAsync("ada"), """{"to": "human", "content": "help"}""");
        Assert.Equal(201, (int)sent.Status);
        await Polling.UntilAsync("the waiting observer to have an answer", () =>
        {
            host.Clock.Advance(TimeSpan.FromMilliseconds(100));
            return waiting.IsCompleted;
        });

        Assert.Contains("\"help\"", (await waiting).Text, StringComparison.Ordinal);
        Assert.False(host.Default.Agents.Find("human")!.IsOnline);
    }

    private sealed class FullDisk : IWriterCache
    {
        internal bool HasRefused { get; private set; }

        public void Flush(SqliteConnection connection)
        {
            HasRefused = true;
            throw new SqliteException(Sqlite3.Full, "database or disk is full");
        }

        public void Reset()
        {
        }
    }
}
