using Parley.Cli.Bench.Clients;
using Parley.Protocol;

namespace Parley.Cli.Bench.Workloads;

/// <summary>Tasks from creation to completion: one agent creates each task and assigns it to another, which starts and completes it.</summary>
internal sealed class TasksWorkload : IWorkload
{
    private const int Pairs = 10;
    private const int AtOnce = 64;
    private const int Tasks = 20_000;
    private const int WarmUpTasks = 5_000;

    private static readonly Metric Rate = new(
        "task cycles", Unit.PerSecond, $"create, assign, start, complete, and the message that hands it out; {AtOnce} under way a creator; first call to last answer",
        Goal: 10_000);

    private static readonly Metric ClientCost = new("client CPU a task", Unit.Microseconds, "processor time of this process, both ends");

    private readonly BenchPlan _plan;
    private readonly BenchProject _project;
    private readonly Lanes _lanes;
    private int _completed;

    private TasksWorkload(BenchPlan plan, BenchProject project, Lanes lanes) => (_plan, _project, _lanes) = (plan, project, lanes);

    public static WorkloadKind Kind { get; } = new(
        "tasks", $"{Pairs} agents give {Pairs} others {Tasks:N0} tasks, which these complete", OpenAsync, TakesPlain: true);

    public Task WarmUpAsync(CancellationToken cancellationToken) => CycleAsync(WarmUpTasks, cancellationToken);

    public async Task<IReadOnlyList<Sample>> RunAsync(CancellationToken cancellationToken)
    {
        var tasks = _plan.Messages ?? Tasks;
        var costs = Costs.Now(_plan);
        await CycleAsync(tasks, cancellationToken);
        var spent = costs.Since();
        if (_plan.Audit is { } audit)
            await RecountAsync(audit, cancellationToken);
        List<Sample> samples = [Rate.Of(tasks / spent.Elapsed.TotalSeconds), ClientCost.Of(spent.Client.TotalMicroseconds / tasks)];
        if (spent.Server is { } server)
            samples.Insert(1, ServerCost.Of(_plan.Server, "task").Of(server.TotalMicroseconds / tasks));
        return samples;
    }

    public async ValueTask DisposeAsync()
    {
        await _lanes.DisposeAsync();
        await _project.DisposeAsync();
    }

    private static async Task<IWorkload> OpenAsync(BenchPlan plan, CancellationToken cancellationToken)
    {
        var project = await BenchProject.CreateAsync(plan.Server, "tasks", cancellationToken);
        return new TasksWorkload(plan, project, await Lanes.OpenAsync(project, plan.Client, plan.Agents ?? Pairs, cancellationToken));
    }

    private async Task CycleAsync(int tasks, CancellationToken cancellationToken)
    {
        var ends = new List<Task>();
        for (var lane = 0; lane < _lanes.Count; lane++)
        {
            var (creator, worker) = (_lanes.Senders[lane], _lanes.Receivers[lane]);
            var share = (tasks / _lanes.Count) + (lane < tasks % _lanes.Count ? 1 : 0);
            ends.Add(Task.Run(() => worker.WorkAsync(share, cancellationToken), cancellationToken));
            ends.Add(AtOnceTimes.RunAsync(AtOnce, share, number => GiveAsync(creator, worker.AgentId, number, cancellationToken), cancellationToken));
        }

        await FirstFailure.OrAllAsync(ends);
        _completed += tasks;
    }

    private async Task GiveAsync(IBenchClient creator, string worker, int number, CancellationToken cancellationToken)
    {
        var task = await creator.CreateTaskAsync(_plan.Corpus[number][..64].Trim(), cancellationToken);
        await creator.AssignTaskAsync(task, worker, cancellationToken);
    }

    /// <summary>All tasks that were created must be completed, and there must be no others.</summary>
    private async Task RecountAsync(DeliveryAudit audit, CancellationToken cancellationToken)
    {
        var (completed, others) = (0, 0);
        string? after = null;
        do
        {
            var page = await _project.Api.Tasks.ListAsync(limit: 500, after: after, cancellationToken: cancellationToken);
            completed += page.Items.Count(task => task.Status == AgentTaskStatus.Completed);
            others += page.Items.Count(task => task.Status != AgentTaskStatus.Completed);
            after = page.Next;
        }
        while (after is not null);
        audit.Recounted(_completed, wrong: others + Math.Abs(_completed - completed));
    }
}
