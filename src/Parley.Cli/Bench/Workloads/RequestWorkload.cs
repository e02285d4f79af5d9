using Parley.Cli.CommandLine;
using Parley.Client;

namespace Parley.Cli.Bench.Workloads;

/// <summary>One agent sends a request to another and waits for the reply before the next request.</summary>
internal sealed class RequestWorkload : IWorkload
{
    private const int Requests = 2_000;
    private const int WarmUpAtOnce = 64;
    private const string How = "one outstanding; from the call of RequestAsync to its result";
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(30);
    private static readonly Metric P50 = new("request to reply, p50", Unit.Milliseconds, How, Floor: 1.2, Goal: 0.8);
    private static readonly Metric P99 = new("request to reply, p99", Unit.Milliseconds, How);

    private static readonly Metric Cores = new("server cores", Unit.Cores, "processor time of the server's process, all threads, per second of the run");

    private readonly BenchPlan _plan;
    private readonly BenchProject _project;
    private readonly ParleyAgent _requester;
    private readonly ParleyAgent _responder;
    private readonly IDisposable _replying;

    private RequestWorkload(BenchPlan plan, BenchProject project, ParleyAgent requester, ParleyAgent responder)
    {
        (_plan, _project, _requester, _responder) = (plan, project, requester, responder);
        _replying = responder.OnMessage(filter: null, async (request, stopping) =>
        {
            // The next request should not wait for the reply's confirmation. If a reply is refused, its request gets no reply.
            _ = request.ReplyAsync(request.Content ?? "", cancellationToken: stopping);
            await request.AckAsync(cancellationToken: stopping);
        });
    }

    public static WorkloadKind Kind { get; } = new("request", $"request and reply, {Requests:N0} times, one outstanding", OpenAsync);

    /// <summary>Many at the same time, because one after another they would take most of a minute.</summary>
    public async Task WarmUpAsync(CancellationToken cancellationToken)
    {
        await Task.WhenAll(Enumerable.Range(0, WarmUpAtOnce).Select(_ => Task.Run(
            () => AskAsync(BenchPlan.WarmUpMessages / WarmUpAtOnce, cancellationToken), cancellationToken)));
        await AskAsync(Requests / 4, cancellationToken);
    }

    public async Task<IReadOnlyList<Sample>> RunAsync(CancellationToken cancellationToken)
    {
        var costs = Costs.Now(_plan);
        var latencies = await AskAsync(_plan.Messages ?? Requests, cancellationToken);
        var spent = costs.Since();
        List<Sample> samples = [P50.Of(Quantile.Of(latencies, 0.5)), P99.Of(Quantile.Of(latencies, 0.99))];
        if (spent.Server is { } server)
            samples.Add(Cores.Of(server / spent.Elapsed));
        return samples;
    }

    public async ValueTask DisposeAsync()
    {
        _replying.Dispose();
        await Task.WhenAll(_requester.DisposeAsync().AsTask(), _responder.DisposeAsync().AsTask());
        await _project.DisposeAsync();
    }

    private static async Task<IWorkload> OpenAsync(BenchPlan plan, CancellationToken cancellationToken)
    {
        var project = await BenchProject.CreateAsync(plan.Server, "request", cancellationToken);
        return new RequestWorkload(
            plan, project, await project.ConnectAsync("requester", cancellationToken), await project.ConnectAsync("responder", cancellationToken));
    }

    private async Task<double[]> AskAsync(int requests, CancellationToken cancellationToken)
    {
        var latencies = new double[requests];
        for (var request = 0; request < requests; request++)
        {
            var start = _plan.Time.GetTimestamp();
            var result = await _requester.RequestAsync(_responder.AgentId, _plan.Corpus[request], Timeout, cancellationToken);
            latencies[request] = _plan.Time.GetElapsedTime(start).TotalMilliseconds;
            if (result is not RequestResult.Success)
                throw new CommandException(ExitCode.Failed, $"A request got no answer; it ended with {result}.");
        }

        return latencies;
    }
}
