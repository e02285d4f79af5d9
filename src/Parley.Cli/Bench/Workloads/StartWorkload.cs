using System.Net;

namespace Parley.Cli.Bench.Workloads;

/// <summary>A server's start, and what one that has nothing to do occupies. Each run starts a server of its own, whatever server is measured
/// otherwise.</summary>
internal sealed class StartWorkload : IWorkload
{
    private const double Megabyte = 1024 * 1024;

    // What starting needed is collected, if at all, in the first moments after it.
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(3);

    private static readonly Metric Start = new(
        "start", Unit.Milliseconds, "from the launch of the process, on an empty data folder, to its first 200 on /health/ready");

    private static readonly Metric Memory = new("memory at rest", Unit.Megabytes, "resident memory of that server 3 s later");

    private readonly BenchPlan _plan;
    private readonly HttpClient _client = new();

    private StartWorkload(BenchPlan plan) => _plan = plan;

    public static WorkloadKind Kind { get; } = new("start", "from nothing to the first answer", (plan, _) => Task.FromResult<IWorkload>(new StartWorkload(plan)));

    /// <summary>Once, so that the program is in the system's memory and not only on its disk.</summary>
    public async Task WarmUpAsync(CancellationToken cancellationToken)
    {
        await using var server = await _plan.Server.StartAnotherAsync();
        await AnswersAsync(server, cancellationToken);
    }

    public async Task<IReadOnlyList<Sample>> RunAsync(CancellationToken cancellationToken)
    {
        var launched = _plan.Time.GetTimestamp();
        await using var server = await _plan.Server.StartAnotherAsync();
        await AnswersAsync(server, cancellationToken);
        var elapsed = _plan.Time.GetElapsedTime(launched);
        await Task.Delay(Settling, _plan.Time, cancellationToken);
        return [Start.Of(elapsed.TotalMilliseconds), Memory.Of(server.ResidentBytes!.Value / Megabyte)];
    }

    public ValueTask DisposeAsync()
    {
        _client.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task AnswersAsync(BenchServer server, CancellationToken cancellationToken)
    {
        var address = new Uri(new Uri(server.Options.Url!), "health/ready");
        while (true)
        {
            using var answer = await _client.GetAsync(address, cancellationToken);
            if (answer.StatusCode == HttpStatusCode.OK)
                return;
        }
    }
}
