using Parley.Cli.Bench.Clients;

namespace Parley.Cli.Bench.Workloads;

/// <summary>Messages at a fixed rate that does not wait for answers: how long each takes when the server is not at its limit.</summary>
internal sealed class LatencyWorkload : IWorkload
{
    private const int Pairs = 10;
    private const int PerSecond = 500;
    private const string How = "500 messages/s, open loop; from the sender's call to the receiver's loop, one clock";

    private static readonly TimeSpan Length = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan FastLength = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(1);
    private static readonly Metric P50 = new("send to receipt, p50", Unit.Milliseconds, How, Floor: 0.6, Goal: 0.35);
    private static readonly Metric P99 = new("send to receipt, p99", Unit.Milliseconds, How, Floor: 2.2, Goal: 1.2);
    private static readonly Metric Cores = new(
        "server cores", Unit.Cores, "processor time of the server's process, all threads, per second of the run", Floor: 0.2, Goal: 0.12);

    private static readonly Metric Late = new(
        "sends behind schedule, p99", Unit.Milliseconds, "the pace itself: from the moment that the rate sets to the send; not part of the others");

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
        var latencies = pace.Milliseconds(pace.Sent, pace.Received, _plan.Time);
        List<Sample> samples =
        [
            P50.Of(Quantile.Of(latencies, 0.5)),
            P99.Of(Quantile.Of(latencies, 0.99)),
            Late.Of(Quantile.Of(pace.Milliseconds(pace.Due, pace.Sent, _plan.Time), 0.99)),
        ];
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
        var pace = new Pace(messages);
        // A thread of its own: .NET's timers follow a clock that steps by some 4 ms on Linux, and would send messages in twos and threes.
        var answers = Task.Factory.StartNew(() => Send(pace, cancellationToken), cancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        List<Task> ends = [answers.Unwrap()];
        for (var lane = 0; lane < _lanes.Count; lane++)
        {
            var receiver = _lanes.Receivers[lane];
            var share = (messages / _lanes.Count) + (lane < messages % _lanes.Count ? 1 : 0);
            ends.Add(Task.Run(() => ReceiveAsync(receiver, share, pace, cancellationToken), cancellationToken));
        }

        await FirstFailure.OrAllAsync(ends);
        return pace;
    }

    /// <summary>Sends what is due by the clock at every step, so that a late one is made good and the rate does not drift.</summary>
    /// <returns>Done when every send is confirmed.</returns>
    private Task Send(Pace pace, CancellationToken cancellationToken)
    {
        var (time, senders, receivers) = (_plan.Time, _lanes.Senders, _lanes.Receivers);
        var answers = new List<Task<string>>(pace.Messages);
        var start = time.GetTimestamp();
        var next = 0;
        while (next < pace.Messages && !cancellationToken.WaitHandle.WaitOne(Step))
        {
            for (; next < pace.Messages && start + pace.Offset(next, PerSecond, time) is var due && due <= time.GetTimestamp(); next++)
            {
                var lane = next % senders.Count;
                var content = _plan.Corpus.Numbered(next);
                pace.Due[next] = due;
                pace.Sent[next] = time.GetTimestamp();
                answers.Add(SendAsync(senders[lane], receivers[lane].AgentId, content, cancellationToken));
            }
        }

        cancellationToken.ThrowIfCancellationRequested();
        return Task.WhenAll(answers);
    }

    private static async Task<string> SendAsync(IBenchClient sender, string to, string content, CancellationToken cancellationToken) =>
        await await sender.BeginSendAsync(to, content, cancellationToken);

    private Task ReceiveAsync(IBenchClient receiver, int share, Pace pace, CancellationToken cancellationToken) =>
        receiver.ReceiveAsync(share, (_, content) => pace.Received[Corpus.NumberOf(content)] = _plan.Time.GetTimestamp(), cancellationToken);

    /// <summary>When each message was due, sent and received, as timestamps of one clock.</summary>
    private sealed class Pace(int messages)
    {
        public int Messages => messages;
        public long[] Due { get; } = new long[messages];
        public long[] Sent { get; } = new long[messages];
        public long[] Received { get; } = new long[messages];

        public long Offset(int message, int perSecond, TimeProvider time) => message * time.TimestampFrequency / perSecond;

        public IEnumerable<double> Milliseconds(long[] from, long[] to, TimeProvider time) =>
            from.Zip(to, (start, end) => time.GetElapsedTime(start, end).TotalMilliseconds);
    }
}
