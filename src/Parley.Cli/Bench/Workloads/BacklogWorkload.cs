using Parley.Cli.Bench.Clients;

namespace Parley.Cli.Bench.Workloads;

/// <summary>Messages accumulate for an agent that is offline. Then it comes back and takes them all.</summary>
internal sealed class BacklogWorkload : IWorkload
{
    private const int Senders = 10;
    private const int Messages = 200_000;
    private const string Away = "away";
    private const double Megabyte = 1024 * 1024;

    private static readonly Metric In = new(
        "in", Unit.PerSecond, "first send to the last confirmation; 10 senders, 256 unconfirmed each, the agent away", Floor: 50_000, Goal: 97_000);

    private static readonly Metric Out = new(
        "out", Unit.PerSecond, "the agent's first receive to the last confirmed acknowledgement, one connection", Floor: 50_000, Goal: 156_000);

    private static readonly Metric Growth = new(
        "server memory growth", Unit.Megabytes, "resident memory with a full backlog, minus that before it", Floor: 50, Goal: 50);

    private readonly BenchPlan _plan;
    private readonly BenchProject _project;
    private readonly IReadOnlyList<IBenchClient> _senders;

    private BacklogWorkload(BenchPlan plan, BenchProject project, IReadOnlyList<IBenchClient> senders) =>
        (_plan, _project, _senders) = (plan, project, senders);

    public static WorkloadKind Kind { get; } = new(
        "backlog", $"{Messages:N0} messages for one agent that is away, then drained", OpenAsync, TakesPlain: true);

    public async Task WarmUpAsync(CancellationToken cancellationToken)
    {
        await FillAsync(2 * BenchPlan.WarmUpMessages, cancellationToken);
        await DrainAsync(2 * BenchPlan.WarmUpMessages, cancellationToken);
    }

    public async Task<IReadOnlyList<Sample>> RunAsync(CancellationToken cancellationToken)
    {
        var messages = _plan.Messages ?? Messages;
        var before = _plan.Server.ResidentBytes;
        var filled = await FillAsync(messages, cancellationToken);
        var growth = _plan.Server.ResidentBytes - before;
        var drained = await DrainAsync(messages, cancellationToken);

        List<Sample> samples = [In.Of(messages / filled.TotalSeconds), Out.Of(messages / drained.TotalSeconds)];
        if (growth is { } bytes)
            samples.Add(Growth.Of(bytes / Megabyte));
        return samples;
    }

    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(_senders.Select(sender => sender.DisposeAsync().AsTask()));
        await _project.DisposeAsync();
    }

    private static async Task<IWorkload> OpenAsync(BenchPlan plan, CancellationToken cancellationToken)
    {
        var project = await BenchProject.CreateAsync(plan.Server, "backlog", cancellationToken);
        await project.RegisterAsync(Away, cancellationToken);
        var senders = new List<IBenchClient>();
        for (var sender = 1; sender <= (plan.Agents ?? Senders); sender++)
            senders.Add(await project.OpenAsync($"sender-{sender}", plan.Client, cancellationToken));
        return new BacklogWorkload(plan, project, senders);
    }

    private async Task<TimeSpan> FillAsync(int messages, CancellationToken cancellationToken)
    {
        var start = _plan.Time.GetTimestamp();
        await FirstFailure.OrAllAsync(_senders.Select((sender, index) => Task.Run(
            () => _plan.Traffic.SendAsync(sender, Away, (messages / _senders.Count) + (index < messages % _senders.Count ? 1 : 0), cancellationToken),
            cancellationToken)));
        return _plan.Time.GetElapsedTime(start);
    }

    private async Task<TimeSpan> DrainAsync(int messages, CancellationToken cancellationToken)
    {
        await using var back = await _project.OpenAsync(Away, _plan.Client, cancellationToken);
        var start = _plan.Time.GetTimestamp();
        await _plan.Traffic.ReceiveAsync(back, messages, cancellationToken);
        return _plan.Time.GetElapsedTime(start);
    }
}
