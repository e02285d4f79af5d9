using Parley.Protocol;

namespace Parley.Server.Monitoring;

/// <summary>The store's counts.</summary>
internal interface IStatsStore
{
    /// <summary>A project's totals since it was created; <see cref="MessageStats.PerSecond"/> is not among them.</summary>
    ValueTask<MessageStats> TotalsAsync(int project, CancellationToken cancellationToken);

    /// <summary>How many messages each project has sent, by its number.</summary>
    ValueTask<IReadOnlyDictionary<int, long>> SentAsync(CancellationToken cancellationToken);
}

/// <summary>The number of open connections per project.</summary>
internal interface IConnectionCount
{
    int CountOf(int project);
}
