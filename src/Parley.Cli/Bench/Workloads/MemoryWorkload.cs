using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using Parley.Cli.Bench.Clients;
using Parley.Cli.CommandLine;

namespace Parley.Cli.Bench.Workloads;

/// <summary>Agents that set values in shared memory and get them, without waiting for one answer before the next request.</summary>
internal sealed class MemoryWorkload : IWorkload
{
    private const int Agents = 10;
    private const int AtOnce = 64;
    private const int Sets = 60_000;
    private const int GetsPerSet = 2;
    private const int Keys = 1_000;
    private static readonly string How = $"{Agents} agents with {Keys:N0} keys each, values of some 100 bytes, {AtOnce} under way an agent; first call to last answer";

    private static readonly Metric SetRate = new("sets", Unit.PerSecond, How, Goal: 30_000);
    private static readonly Metric GetRate = new("gets", Unit.PerSecond, How, Goal: 60_000);
    private static readonly Metric ClientCost = new("client CPU a set", Unit.Microseconds, "processor time of this process");

    private readonly BenchPlan _plan;
    private readonly BenchProject _project;
    private readonly IReadOnlyList<IBenchClient> _agents;
    private readonly ConcurrentDictionary<string, int> _stored = new(StringComparer.Ordinal);
    private int _written;

    private MemoryWorkload(BenchPlan plan, BenchProject project, IReadOnlyList<IBenchClient> agents) => (_plan, _project, _agents) = (plan, project, agents);

    public static WorkloadKind Kind { get; } = new(
        "memory", $"{Agents} agents store {Sets:N0} values in the shared memory and get {GetsPerSet * Sets:N0}", OpenAsync, TakesPlain: true);

    public async Task WarmUpAsync(CancellationToken cancellationToken)
    {
        // Sets each key once, so that no run creates one.
        await EachAsync(_agents.Count * Keys, SetAsync, cancellationToken);
        await EachAsync(BenchPlan.WarmUpMessages, GetAsync, cancellationToken);
    }

    public async Task<IReadOnlyList<Sample>> RunAsync(CancellationToken cancellationToken)
    {
        var sets = _plan.Messages ?? Sets;
        var costs = Costs.Now(_plan);
        await EachAsync(sets, SetAsync, cancellationToken);
        var setting = costs.Since();
        costs = Costs.Now(_plan);
        await EachAsync(GetsPerSet * sets, GetAsync, cancellationToken);
        var getting = costs.Since();
        if (_plan.Audit is { } audit)
            await RecountAsync(audit, cancellationToken);

        List<Sample> samples = [SetRate.Of(sets / setting.Elapsed.TotalSeconds), GetRate.Of(GetsPerSet * sets / getting.Elapsed.TotalSeconds)];
        if (setting.Server is { } server)
            samples.Add(ServerCost.Of(_plan.Server, "set").Of(server.TotalMicroseconds / sets));
        if (getting.Server is { } getServer)
            samples.Add(ServerCost.Of(_plan.Server, "get").Of(getServer.TotalMicroseconds / (GetsPerSet * sets)));
        samples.Add(ClientCost.Of(setting.Client.TotalMicroseconds / sets));
        return samples;
    }

    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(_agents.Select(agent => agent.DisposeAsync().AsTask()));
        await _project.DisposeAsync();
    }

    private static async Task<IWorkload> OpenAsync(BenchPlan plan, CancellationToken cancellationToken)
    {
        var project = await BenchProject.CreateAsync(plan.Server, "memory", cancellationToken);
        var agents = new List<IBenchClient>();
        for (var number = 1; number <= (plan.Agents ?? Agents); number++)
            agents.Add(await project.OpenAsync($"agent-{number}", plan.Client, cancellationToken));
        return new MemoryWorkload(plan, project, agents);
    }

    private Task EachAsync(int times, Func<IBenchClient, int, CancellationToken, Task> work, CancellationToken cancellationToken)
    {
        var ends = new List<Task>();
        for (var index = 0; index < _agents.Count; index++)
        {
            var agent = _agents[index];
            var share = (times / _agents.Count) + (index < times % _agents.Count ? 1 : 0);
            ends.Add(AtOnceTimes.RunAsync(AtOnce, share, number => work(agent, number, cancellationToken), cancellationToken));
        }

        return FirstFailure.OrAllAsync(ends);
    }

    private async Task SetAsync(IBenchClient agent, int number, CancellationToken cancellationToken)
    {
        var stamp = Interlocked.Increment(ref _written);
        var key = KeyOf(agent, number);
        var text = _plan.Corpus[number].AsSpan(0, 64);
        var value = JsonElement.Parse(string.Create(CultureInfo.InvariantCulture, $$"""{"stamp":{{stamp}},"status":"in review","note":"{{text}}"}"""));
        await agent.SetAsync(key, value, cancellationToken);
        // If two sets of one key are in flight at the same time, either may be the last.
        _stored.AddOrUpdate(key, stamp, (_, other) => Math.Max(other, stamp));
    }

    private static async Task GetAsync(IBenchClient agent, int number, CancellationToken cancellationToken)
    {
        var value = await agent.GetAsync(KeyOf(agent, number), cancellationToken);
        if (!value.TryGetProperty("stamp", out _))
            throw new CommandException(ExitCode.Failed, $"The memory holds a value that nobody set: {value}");
    }

    private static string KeyOf(IBenchClient agent, int number) => string.Create(CultureInfo.InvariantCulture, $"{agent.AgentId}/state/{number % Keys:D4}");

    /// <summary>Each key must have the value that was set last, and there must be no other keys.</summary>
    private async Task RecountAsync(DeliveryAudit audit, CancellationToken cancellationToken)
    {
        var (found, wrong) = (0, 0);
        string? after = null;
        do
        {
            var page = await _project.Api.Memory.ListAsync("", limit: 500, after, cancellationToken);
            found += page.Items.Count;
            wrong += page.Items.Count(entry => !_stored.TryGetValue(entry.Key, out var stamp) || entry.Value.GetProperty("stamp").GetInt32() != stamp);
            after = page.Next;
        }
        while (after is not null);
        audit.Recounted(_stored.Count, wrong + Math.Abs(_stored.Count - found));
    }
}
