using System.Globalization;
using System.Text.Json;
using Parley.Cli.Bench.Clients;
using Parley.Client;

namespace Parley.Cli.Bench.Workloads;

/// <summary>Values set in shared memory at a fixed rate, and an agent that watches them: how long a change takes to arrive.</summary>
internal sealed class WatchWorkload : IWorkload
{
    private const int Writers = 10;
    private const int PerSecond = 1_000;
    private const int KeysOfOne = 100;
    private const string Prefix = "watched/";
    private const string How = "1,000 sets/s, open loop; from the writer's call to the watcher's loop, one clock";

    private static readonly TimeSpan Length = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan FastLength = TimeSpan.FromSeconds(10);
    private static readonly Metric P50 = new("set to change, p50", Unit.Milliseconds, How);
    private static readonly Metric P99 = new("set to change, p99", Unit.Milliseconds, How, Goal: 5);
    private static readonly Metric Cores = new("server cores", Unit.Cores, "processor time of the server's process, all threads, a second of the run");

    private readonly BenchPlan _plan;
    private readonly BenchProject _project;
    private readonly IReadOnlyList<IBenchClient> _writers;
    private readonly ParleyAgent _watcher;
    private readonly FeedSubscription _changes;

    private WatchWorkload(BenchPlan plan, BenchProject project, IReadOnlyList<IBenchClient> writers, ParleyAgent watcher, FeedSubscription changes) =>
        (_plan, _project, _writers, _watcher, _changes) = (plan, project, writers, watcher, changes);

    public static WorkloadKind Kind { get; } = new(
        "watch", $"{Writers} agents set {PerSecond:N0} values/s in the shared memory, for {Length.TotalSeconds:0} s; one watches", OpenAsync);

    public Task WarmUpAsync(CancellationToken cancellationToken) => PaceAsync(5 * PerSecond, cancellationToken);

    public async Task<IReadOnlyList<Sample>> RunAsync(CancellationToken cancellationToken)
    {
        var costs = Costs.Now(_plan);
        var pace = await PaceAsync(_plan.Messages ?? (int)((_plan.Fast ? FastLength : Length).TotalSeconds * PerSecond), cancellationToken);
        var spent = costs.Since();
        List<Sample> samples = [P50.Of(Quantile.Of(pace.Latencies, 0.5)), P99.Of(Quantile.Of(pace.Latencies, 0.99)), Pace.Late.Of(Quantile.Of(pace.Delays, 0.99))];
        if (spent.Server is { } server)
            samples.Add(Cores.Of(server / spent.Elapsed));
        return samples;
    }

    public async ValueTask DisposeAsync()
    {
        await _changes.DisposeAsync();
        await _watcher.DisposeAsync();
        await Task.WhenAll(_writers.Select(writer => writer.DisposeAsync().AsTask()));
        await _project.DisposeAsync();
    }

    private static async Task<IWorkload> OpenAsync(BenchPlan plan, CancellationToken cancellationToken)
    {
        var project = await BenchProject.CreateAsync(plan.Server, "watch", cancellationToken);
        var writers = new List<IBenchClient>();
        for (var number = 1; number <= (plan.Agents ?? Writers); number++)
            writers.Add(await project.OpenAsync($"writer-{number}", plan.Client, cancellationToken));
        var watcher = await project.ConnectAsync("watcher", cancellationToken);
        var filter = JsonElement.Parse($$"""{"prefix":"{{Prefix}}"}""");
        var changes = await watcher.SubscribeAsync(new FeedRequest { Feeds = new Dictionary<string, JsonElement?> { ["memory"] = filter } }, cancellationToken);
        return new WatchWorkload(plan, project, writers, watcher, changes);
    }

    private async Task<Pace> PaceAsync(int sets, CancellationToken cancellationToken)
    {
        var pace = new Pace(sets, PerSecond, _plan.Time);
        await FirstFailure.OrAllAsync([pace.RunAsync(number => SetAsync(number, cancellationToken), cancellationToken), WatchAsync(pace, sets, cancellationToken)]);
        return pace;
    }

    private Task SetAsync(int number, CancellationToken cancellationToken)
    {
        var writer = _writers[number % _writers.Count];
        var key = string.Create(CultureInfo.InvariantCulture, $"{Prefix}{writer.AgentId}/{number / _writers.Count % KeysOfOne}");
        return writer.SetAsync(key, JsonElement.Parse(number.ToString(CultureInfo.InvariantCulture)), cancellationToken);
    }

    /// <summary>Waits for each change. If one is missing, the workload ends at its time limit.</summary>
    private async Task WatchAsync(Pace pace, int sets, CancellationToken cancellationToken)
    {
        var come = 0;
        await foreach (var change in _changes.WithCancellation(cancellationToken))
        {
            if (change is not { Kind: FeedEntryKind.Put, Memory: { } entry })
                continue;
            pace.HasCome(entry.Value.GetInt32());
            if (++come == sets)
                return;
        }
    }
}
