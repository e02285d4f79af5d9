using Parley.Cli.Bench.Clients;

namespace Parley.Cli.Bench.Workloads;

/// <summary>Messages at a fixed rate, regardless of the answers: how long each takes when the server is not at its limit.</summary>
internal sealed class LatencyWorkload : IWorkload
{
    private const int Pairs = 10;
    private const int PerSecond = 500;
    private const string How = "500 messages/s, open loop; from the sender's call to the receiver's loop, one clock";

    private static readonly TimeSpan Length = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan FastLength = TimeSpan.FromSeconds(10);
    private static readonly Metric P50 = new("send to receipt, p50", Unit.Milliseconds, How, Floor: 0.6, Goal: 0.35);
    private static readonly Metric P99 = new("send to receipt, p99", Unit.Milliseconds, How, Floor: 2.2, Goal: 1.2);
    private static readonly Metric Cores = new(
        "server cores", Unit.Cores, "processor time of the server's process, all threads, per second of the run", Floor: 0.2, Goal: 0.12);

    private readonly BenchPlan _plan;
    private readonly BenchProject _project;
    private readonly Lanes _lanes;

    private LatencyWorkload(BenchPlan plan, BenchProject project, Lanes lanes) => (_plan, _project, _lanes) = (plan, project, lanes);

    public static WorkloadKind Kind { get; } = new("latency", $"{PerSecond} messages/s among {Pairs} pairs, for {Length.TotalSeconds:0} s", OpenAsync, TakesPlain: true);

    public async Task WarmUpAsync(CancellationToken cancellationToken)
    {
        await _lanes.RunAsync(_plan.Traffic, BenchPlan.WarmUpMessages, cancellationToken);
        await PaceAsync(2 * PerSecond, cancellationToken);
    }

    public async Task<IReadOnlyList<Sample>> RunAsync(CancellationToken cancellationToken)
    {
        var length = _plan.Fast ? FastLength : Length;
        var costs = Costs.Now(_plan);
        var pace = await PaceAsync(_plan.Messages ?? (int)(length.TotalSeconds * PerSecond), cancellationToken);
        var spent = costs.Since();
        List<Sample> samples = [P50.Of(Quantile.Of(pace.Latencies, 0.5)), P99.Of(Quantile.Of(pace.Latencies, 0.99)), Pace.Late.Of(Quantile.Of(pace.Delays, 0.99))];
        if (spent.Server is { } server)
            samples.Add(Cores.Of(server / spent.Elapsed));
        return samples;
    }

    public async ValueTask DisposeAsync()
    {
        await _lanes.DisposeAsync();
        await _project.DisposeAsync();
    }

    private static async Task<IWorkload> OpenAsync(BenchPlan plan, CancellationToken cancellationToken)
    {
        var project = await BenchProject.CreateAsync(plan.Server, "latency", cancellationToken);
        return new LatencyWorkload(plan, project, await Lanes.OpenAsync(project, plan.Client, plan.Agents ?? Pairs, cancellationToken));
    }

    private async Task<Pace> PaceAsync(int messages, CancellationToken cancellationToken)
    {
        var pace = new Pace(messages, PerSecond, _plan.Time);
        List<Task> ends = [pace.RunAsync(next => SendAsync(next, cancellationToken), cancellationToken)];
        for (var lane = 0; lane < _lanes.Count; lane++)
        {
            var receiver = _lanes.Receivers[lane];
            var share = (messages / _lanes.Count) + (lane < messages % _lanes.Count ? 1 : 0);
            ends.Add(Task.Run(() => ReceiveAsync(receiver, share, pace, cancellationToken), cancellationToken));
        }

        await FirstFailure.OrAllAsync(ends);
        return pace;
    }

    private async Task SendAsync(int number, CancellationToken cancellationToken)
    {
        var lane = number % _lanes.Count;
        await await _lanes.Senders[lane].BeginSendAsync(_lanes.Receivers[lane].AgentId, _plan.Corpus.Numbered(number), cancellationToken);
    }

    private static Task ReceiveAsync(IBenchClient receiver, int share, Pace pace, CancellationToken cancellationToken) =>
        receiver.ReceiveAsync(share, (_, content) => pace.HasCome(Corpus.NumberOf(content)), cancellationToken);
}
