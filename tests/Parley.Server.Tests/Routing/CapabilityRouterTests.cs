using Microsoft.Extensions.DependencyInjection;
using Parley.Protocol;
using Parley.Server.Agents;
using Parley.Server.Log;
using Parley.Server.Messages;
using Parley.Server.Projects;
using Parley.Server.Routing;
using Parley.Server.Settings;
using Xunit;

namespace Parley.Server.Tests.Routing;

public sealed class CapabilityRouterTests
{
    private readonly TestClock _clock = new();
    private readonly Loads _loads = new();
    private readonly ProjectState _project = new(new ProjectRecord(1, "default", "default", default, new ProjectSettings(), 1, 0), new MessagingDefaults(), new ProjectLog(1, "default", 1, 0));

    public CapabilityRouterTests()
    {
        foreach (var (number, id) in new[] { (1, "ada"), (2, "bob"), (3, "cyd") })
            Add(number, id, "review");
        Add(4, "dan", "deploy");
    }

    [Fact]
    public void The_agent_with_the_least_to_do_is_chosen_and_equal_ones_take_turns()
    {
        var router = new CapabilityRouter(_loads, RoutingStrategy.LeastLoaded);
        (_loads.Of[1], _loads.Of[2], _loads.Of[3]) = ((1, 1), (0, 1), (1, 0));

        Assert.Equal(["bob", "cyd"], Choices(router, 10).Distinct().Order());

        _loads.Of[3] = (5, 0);
        Assert.Equal(["bob"], Choices(router, 10).Distinct());
    }

    [Fact]
    public void Round_robin_chooses_each_agent_in_turn_regardless_of_load()
    {
        var router = new CapabilityRouter(_loads, RoutingStrategy.RoundRobin);
        _loads.Of[1] = (1_000, 0);

        Assert.Equal(["ada", "bob", "cyd", "ada", "bob", "cyd"], Choices(router, 6));
    }

    [Theory]
    [InlineData(RoutingStrategy.LeastLoaded)]
    [InlineData(RoutingStrategy.RoundRobin)]
    public void The_setting_decides_the_strategy(RoutingStrategy strategy)
    {
        using var services = new ServiceCollection().AddSingleton<IMailboxCounts>(_loads).AddRouting(ServerSettings.Default with { Routing = strategy }).BuildServiceProvider();
        _loads.Of[1] = (1_000, 0);

        Assert.Equal(strategy == RoutingStrategy.RoundRobin, Choices(services.GetRequiredService<CapabilityRouter>(), 6).Contains("ada"));
    }

    [Fact]
    public void Online_agents_come_first_and_paused_ones_last()
    {
        var router = new CapabilityRouter(_loads, RoutingStrategy.RoundRobin);
        Agent("bob").Presence.Connected(null, _clock.GetUtcNow());
        Agent("cyd").Presence.Connected(null, _clock.GetUtcNow());
        Assert.Equal(["bob", "cyd"], Choices(router, 4).Distinct().Order());

        Agent("bob").Record = Agent("bob").Record with { Pause = new Pause() };
        Assert.Equal(["cyd"], Choices(router, 4).Distinct());

        // Nobody is ready: then whoever can, unless it must be somebody who is there.
        Agent("cyd").Presence.Disconnected(null, _clock.GetUtcNow());
        Assert.Equal(["ada", "bob", "cyd"], Choices(router, 6).Distinct().Order());
        Assert.Null(Choose(router, "review", sender: 9, tried: [], onlineOnly: true));
    }

    [Fact]
    public void Neither_the_sender_nor_an_agent_that_gave_it_back_is_chosen()
    {
        var router = new CapabilityRouter(_loads, RoutingStrategy.RoundRobin);

        Assert.Equal("cyd", Choose(router, "review", sender: 1, tried: [2])!.Id);
        Assert.Null(Choose(router, "review", sender: 1, tried: [2, 3]));
        Assert.Null(Choose(router, "dance", sender: 1, tried: []));
        Assert.Null(Choose(router, "deploy", sender: 4, tried: []));
    }

    private IEnumerable<string> Choices(CapabilityRouter router, int count) =>
        [.. Enumerable.Range(0, count).Select(_ => Choose(router, "review", sender: 9, tried: [])!.Id)];

    // What the mailboxes hold is known at once here, so nothing is waited for.
    private AgentState? Choose(CapabilityRouter router, string capability, int sender, int[] tried, bool onlineOnly = false) =>
        router.ChooseAsync(_project, capability, sender, tried, CancellationToken.None, onlineOnly).AsTask().GetAwaiter().GetResult();

    private AgentState Agent(string id) => _project.Agents.Find(id)!;

    private void Add(int number, string id, string capability) => _project.Agents.Keep(new AgentState(new AgentRecord
    {
        Number = number,
        Project = 1,
        Id = id,
        Name = id,
        Type = "llm",
        Capabilities = [capability],
        CreatedAt = _clock.GetUtcNow(),
    }));

    /// <summary>Mailboxes that hold what a test says.</summary>
    private sealed class Loads : IMailboxCounts
    {
        internal Dictionary<int, (int Queued, int InFlight)> Of { get; } = [];

        public ValueTask<IReadOnlyDictionary<int, MailboxCounts>> CountsAsync(IReadOnlyCollection<int> agents, CancellationToken cancellationToken) =>
            new(Of.Where(pair => agents.Contains(pair.Key))
                .ToDictionary(pair => pair.Key, pair => new MailboxCounts { Queued = pair.Value.Queued, InFlight = pair.Value.InFlight }));

        public ValueTask<IReadOnlyList<int>> WaitingAsync(int agent, CancellationToken cancellationToken) => throw new NotSupportedException();
    }
}
