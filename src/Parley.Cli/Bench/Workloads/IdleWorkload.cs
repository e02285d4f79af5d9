using Parley.Cli.CommandLine;
using Parley.Client;

namespace Parley.Cli.Bench.Workloads;

/// <summary>Many agents that are connected but idle: what each costs the server.</summary>
internal sealed class IdleWorkload : IWorkload
{
    private const int Agents = 2_000;
    private const int WarmUpAgents = 200;
    private const int AtOnce = 32;
    private const double Kilobyte = 1024;

    // Once it is quiet, the server collects the garbage of the connects within a second or two.
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(3);

    private static readonly Metric Memory = new(
        "memory an agent", Unit.Kilobytes, "resident memory of the server 3 s after the last agent has connected, minus that 3 s after the warm-up", Floor: 25, Goal: 18);

    private readonly BenchPlan _plan;
    private readonly BenchProject _project;
    private readonly List<ParleyAgent> _connected = [];

    private IdleWorkload(BenchPlan plan, BenchProject project) => (_plan, _project) = (plan, project);

    public static WorkloadKind Kind { get; } = new("idle", $"{Agents:N0} connected agents", OpenAsync);

    /// <summary>Memory of closed connections is not returned to the system, so a second run would reuse the memory of the first.</summary>
    public int MostRuns => 1;

    private int Count => _plan.Agents ?? Agents;

    public async Task WarmUpAsync(CancellationToken cancellationToken)
    {
        await ForEachAsync("idle", Count, async id => await _project.RegisterAsync(id, cancellationToken), cancellationToken);
        await ForEachAsync("warm", WarmUpAgents, id => ConnectAsync(id, cancellationToken), cancellationToken);
    }

    public async Task<IReadOnlyList<Sample>> RunAsync(CancellationToken cancellationToken)
    {
        await Task.Delay(Settling, _plan.Time, cancellationToken);
        var before = _plan.Server.ResidentBytes;
        await ForEachAsync("idle", Count, id => ConnectAsync(id, cancellationToken), cancellationToken);
        await Task.Delay(Settling, _plan.Time, cancellationToken);
        return _plan.Server.ResidentBytes - before is { } bytes
            ? [Memory.Of(bytes / Kilobyte / Count)]
            : throw new CommandException(
                ExitCode.Failed, "A server's memory can be measured only on its own machine, by the user that it runs as.", "Leave out --url, or run this there.");
    }

    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(_connected.Select(agent => agent.DisposeAsync().AsTask()));
        await _project.DisposeAsync();
    }

    private static async Task<IWorkload> OpenAsync(BenchPlan plan, CancellationToken cancellationToken) =>
        new IdleWorkload(plan, await BenchProject.CreateAsync(plan.Server, "idle", cancellationToken));

    private async Task ConnectAsync(string agentId, CancellationToken cancellationToken)
    {
        var agent = await _project.ConnectAsync(agentId, cancellationToken);
        lock (_connected)
            _connected.Add(agent);
    }

    private static Task ForEachAsync(string name, int count, Func<string, Task> action, CancellationToken cancellationToken) => Parallel.ForEachAsync(
        Enumerable.Range(1, count), new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken },
        async (number, _) => await action($"{name}-{number}"));
}
