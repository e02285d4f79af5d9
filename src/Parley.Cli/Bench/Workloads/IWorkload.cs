using Parley.Cli.Bench.Clients;

namespace Parley.Cli.Bench.Workloads;

/// <summary>One kind of work, set up and ready to be measured.</summary>
internal interface IWorkload : IAsyncDisposable
{
    /// <summary>More runs than this give no new information.</summary>
    int MostRuns => int.MaxValue;

    /// <summary>Runs the same code at full speed until both sides are fully optimized.</summary>
    Task WarmUpAsync(CancellationToken cancellationToken);

    /// <summary>Runs it once and measures.</summary>
    Task<IReadOnlyList<Sample>> RunAsync(CancellationToken cancellationToken);
}

/// <summary>What to measure a workload with, and how much.</summary>
/// <param name="Messages">Null for the workload's default. The same goes for <paramref name="Agents"/>.</param>
/// <param name="Audit">The audit to fill in; null if none was requested.</param>
/// <param name="Fast">Whether to shorten what takes long by its nature.</param>
internal sealed record BenchPlan(
    BenchServer Server, TimeProvider Time, Corpus Corpus, int? Messages, int? Agents, DeliveryAudit? Audit, bool Fast,
    ClientKind Client)
{
    /// <summary>With fewer messages, the just-in-time compiler is still at work.</summary>
    public const int WarmUpMessages = 20_000;

    public Traffic Traffic { get; } = new(Corpus, Audit);
}

/// <summary>A workload by its name.</summary>
/// <param name="TakesPlain">Whether it can run with <see cref="ClientKind.Plain"/>.</param>
internal sealed record WorkloadKind(
    string Name, string Description, Func<BenchPlan, CancellationToken, Task<IWorkload>> OpenAsync, bool TakesPlain = false);
