using Parley.Cli.Bench.Workloads;

namespace Parley.Cli.Bench;

/// <summary>A moment from which time, and the processor time of both sides, is measured.</summary>
internal readonly struct Costs
{
    private readonly BenchPlan _plan;
    private readonly TimeSpan? _server;
    private readonly TimeSpan _client;
    private readonly long _start;

    private Costs(BenchPlan plan)
    {
        _plan = plan;
        _server = plan.Server.ProcessorTime;
        _client = Environment.CpuUsage.TotalTime;
        _start = plan.Time.GetTimestamp();
    }

    public static Costs Now(BenchPlan plan) => new(plan);

    public Spent Since()
    {
        var elapsed = _plan.Time.GetElapsedTime(_start);
        return new Spent(elapsed, _plan.Server.ProcessorTime - _server, Environment.CpuUsage.TotalTime - _client);
    }
}

/// <param name="Server">Null if the server's process cannot be measured.</param>
/// <param name="Client">This process, with the workload's clients.</param>
internal readonly record struct Spent(TimeSpan Elapsed, TimeSpan? Server, TimeSpan Client);

/// <summary>What one unit of a workload costs the server.</summary>
internal static class ServerCost
{
    /// <summary>Not for a server that was named: it may share its database, and its work, with other nodes.</summary>
    /// <param name="server">The server that is measured.</param>
    /// <param name="unit">The unit that is counted.</param>
    /// <param name="floor">See <see cref="Metric"/>.</param>
    /// <param name="goal">See <see cref="Metric"/>.</param>
    public static Metric Of(BenchServer server, string unit = "message", double? floor = null, double? goal = null) => server.IsOwn
        ? new($"server CPU a {unit}", Unit.Microseconds, "processor time of the server's process, all threads", floor, goal)
        : new($"CPU of this node a {unit}", Unit.Microseconds,
            "processor time of the process that listens at the address, all threads; the work of other nodes is not included");
}
