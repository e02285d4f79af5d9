using System.Net;
using System.Net.WebSockets;
using Parley.Server.Agents;
using Parley.Server.Log;
using Parley.Server.Tests.Harness;
using Xunit;

namespace Parley.Server.Tests.Agents;

/// <summary>Agents that come and go many times a second: the log is not flooded, and says in the end how it is.</summary>
public abstract class FlappingTests(StorageUnderTest storage)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_agent_that_connects_a_hundred_times_a_second_is_reported_once_a_second(bool staysInTheEnd)
    {
        await using var host = await ConceptHost.StartAsync(storage);
        await host.RegisterAsync("bob");
        var agent = host.Default.Agents.Find("bob")!;
        var directory = host.Get<AgentDirectory>();
        var before = host.Default.Log.Head;

        for (var second = 0; second < 5; second++)
        {
            for (var i = 0; i < 100; i++)
            {
                await directory.ConnectedAsync(host.Default, agent, taker: null, Cancel);
                Assert.True(agent.IsOnline);
                await directory.DisconnectedAsync(host.Default, agent, taker: null);
                Assert.False(agent.IsOnline);
                host.Clock.Advance(TimeSpan.FromMilliseconds(10));
            }
        }

        if (staysInTheEnd)
            await directory.ConnectedAsync(host.Default, agent, taker: null, Cancel);
        var told = await ToldAsync(host, before, staysInTheEnd ? "agent_joined" : "agent_left");
        Assert.InRange(told.Count, staysInTheEnd ? 1 : 2, 14);
        // A coming and a going by turns: never the same twice.
        Assert.Equal(told.Select((_, i) => i % 2 == 0 ? "agent_joined" : "agent_left"), told);
    }

    [Fact]
    public async Task Coming_and_going_with_time_in_between_are_reported_at_once()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        await host.RegisterAsync("bob");
        var agent = host.Default.Agents.Find("bob")!;
        var directory = host.Get<AgentDirectory>();
        var before = host.Default.Log.Head;

        for (var i = 0; i < 3; i++)
        {
            await directory.ConnectedAsync(host.Default, agent, taker: null, Cancel);
            await directory.DisconnectedAsync(host.Default, agent, taker: null);
            Assert.Equal(2 * (i + 1), (await EntriesAsync(host, before)).Count);
            host.Clock.Advance(TimeSpan.FromSeconds(1));
        }
    }

    [Fact]
    public async Task An_agent_that_keeps_connecting_is_told_when_to_come_back()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var (ada, bob) = (await host.RegisterAsync("ada"), await host.RegisterAsync("bob"));
        var (rate, agent) = (host.Get<ConnectionRate>(), host.Default.Agents.Find("bob")!);
        for (var i = 0; i < 300; i++)
            Assert.Null(rate.Refusal(host.Default, agent));

        var refused = rate.Refusal(host.Default, agent)!;

        Assert.Equal(429, refused.Status);
        foreach (var path in new[] { "/ws/bob", "/ws/agent/messages/default" })
            Assert.Equal((HttpStatusCode.TooManyRequests, "1"), await ConnectAsync(host, path, bob));
        Assert.Equal((HttpStatusCode.SwitchingProtocols, null), await ConnectAsync(host, "/ws/ada", ada));
        host.Clock.Advance(TimeSpan.FromMilliseconds(50));
        Assert.Null(rate.Refusal(host.Default, agent));
        Assert.NotNull(rate.Refusal(host.Default, agent));
    }

    /// <summary>How a client that connects is answered.</summary>
    private static async Task<(HttpStatusCode Status, string? RetryAfter)> ConnectAsync(ConceptHost host, string path, string token)
    {
        using var socket = new ClientWebSocket();
        socket.Options.CollectHttpResponseDetails = true;
        socket.Options.SetRequestHeader("Authorization", $"Bearer {token}");
        try
        {
            await socket.ConnectAsync(new UriBuilder(host.Client.BaseAddress!) { Scheme = "ws", Path = path }.Uri, Cancel);
        }
        catch (WebSocketException)
        {
            // What it was answered is looked at.
        }

        return (socket.HttpStatusCode, socket.HttpResponseHeaders?.GetValueOrDefault("Retry-After")?.Single());
    }

    /// <summary>What is told once nothing more comes.</summary>
    private static async Task<List<string>> ToldAsync(ConceptHost host, long after, string last)
    {
        var told = new List<string>();
        await Polling.UntilAsync(() => $"{last} to be the last of {string.Join(' ', told)}", async () =>
        {
            host.Clock.Advance(TimeSpan.FromSeconds(1));
            return (told = await EntriesAsync(host, after)) is [.., var newest] && newest == last;
        });
        return told;
    }

    private static async Task<List<string>> EntriesAsync(ConceptHost host, long after) =>
        [.. (await host.LogAsync(after)).Where(entry => entry.Kind == EntryKind.Agent).Select(entry => entry.Type!)];
}

public sealed class SqliteFlappingTests() : FlappingTests(new OnSqlite());

public sealed class PostgresFlappingTests(PostgresDatabases databases) : FlappingTests(new OnPostgres(databases));
