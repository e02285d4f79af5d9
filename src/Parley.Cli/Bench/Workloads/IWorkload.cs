using Parley.Cli.Bench.Clients;

namespace Parley.Cli.Bench.Workloads;

/// <summary>One kind of work, set up and ready to be measured.</summary>
internal interface IWorkload : IAsyncDisposable
{
    /// <summary>Runs beyond which it tells nothing new.</summary>
    int MostRuns => int.MaxValue;

    /// <summary>Runs the same code at full speed until it is compiled as well as it will be, on both sides.</summary>
    Task WarmUpAsync(CancellationToken cancellationToken);

    /// <summary>Runs it once and measures.</summary>
    Task<IReadOnlyList<Sample>> RunAsync(CancellationToken cancellationToken);
}

/// <summary>What a workload is measured with, and how much of it.</summary>
/// <param name="Messages">Null: as many as the workload is defined with. <paramref name="Agents"/> likewise.</param>
/// <param name="Audit">The books to keep; null when nobody wants to see them.</param>
/// <param name="Fast">Less of what takes long by its nature.</param>
internal sealed record BenchPlan(
    BenchServer Server, TimeProvider Time, Corpus Corpus, int? Messages, int? Agents, DeliveryAudit? Audit, bool Fast,
    ClientKind Client)
{
    /// <summary>Below it, the just-in-time compiler is still at work.</summary>
    public const int WarmUpMessages = 20_000;

    public Traffic Traffic { get; } = new(Corpus, Audit);
}

/// <summary>A workload by its name.</summary>
/// <param name="TakesPlain">Whether it can be run with <see cref="ClientKind.Plain"/>.</param>
internal sealed record WorkloadKind(
    string Name, string Description, Func<BenchPlan, CancellationToken, Task<IWorkload>> OpenAsync, bool TakesPlain = false);
