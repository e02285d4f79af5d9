using Parley.Cli.CommandLine;

namespace Parley.Cli.Bench.Workloads;

/// <summary>Agents in pairs: each sender has its own recipient and sends as fast as it gets confirmations.</summary>
internal sealed class DirectWorkload : IWorkload
{
    private const int Pairs = 10;
    private const int Messages = 100_000;

    private static readonly Metric Rate = new(
        "messages", Unit.PerSecond, "first send to the last confirmed acknowledgement; 256 unconfirmed a sender", Floor: 50_000, Goal: 85_000);

    private static readonly Metric ClientCost = new("client CPU a message", Unit.Microseconds, "processor time of this process, both ends");

    private readonly BenchPlan _plan;
    private readonly BenchProject _project;
    private readonly Lanes _lanes;

    private DirectWorkload(BenchPlan plan, BenchProject project, Lanes lanes) => (_plan, _project, _lanes) = (plan, project, lanes);

    public static WorkloadKind Kind { get; } = new(
        "direct", $"{Pairs} senders to {Pairs} mailboxes, {Messages:N0} messages", OpenAsync, TakesPlain: true);

    public Task WarmUpAsync(CancellationToken cancellationToken) =>
        _lanes.RunAsync(_plan.Traffic, 2 * BenchPlan.WarmUpMessages, cancellationToken);

    public async Task<IReadOnlyList<Sample>> RunAsync(CancellationToken cancellationToken)
    {
        var messages = _plan.Messages ?? Messages;
        var costs = Costs.Now(_plan);
        await _lanes.RunAsync(_plan.Traffic, messages, cancellationToken);
        var spent = costs.Since();
        await RequireEmptyAsync(cancellationToken);

        List<Sample> samples = [Rate.Of(messages / spent.Elapsed.TotalSeconds), ClientCost.Of(spent.Client.TotalMicroseconds / messages)];
        if (spent.Server is { } server)
            samples.Insert(1, ServerCost.Of(_plan.Server, floor: 15, goal: 10).Of(server.TotalMicroseconds / messages));
        return samples;
    }

    public async ValueTask DisposeAsync()
    {
        await _lanes.DisposeAsync();
        await _project.DisposeAsync();
    }

    private static async Task<IWorkload> OpenAsync(BenchPlan plan, CancellationToken cancellationToken)
    {
        var project = await BenchProject.CreateAsync(plan.Server, "direct", cancellationToken);
        return new DirectWorkload(plan, project, await Lanes.OpenAsync(project, plan.Client, plan.Agents ?? Pairs, cancellationToken));
    }

    /// <summary>The SDK reports that everything is acknowledged. The server must agree, or the clock was stopped too early.</summary>
    private async Task RequireEmptyAsync(CancellationToken cancellationToken)
    {
        foreach (var receiver in _lanes.Receivers)
        {
            var mailbox = (await _project.Api.Agents.GetAsync(receiver.AgentId, cancellationToken)).Mailbox;
            if (mailbox is not { Queued: 0, InFlight: 0, Dead: 0 })
            {
                throw new CommandException(ExitCode.Failed,
                    $"The mailbox of '{receiver.AgentId}' still holds {mailbox.Queued} queued, {mailbox.InFlight} in flight and {mailbox.Dead} dead "
                    + "after as many messages as were sent have been received and acknowledged.");
            }
        }
    }
}
