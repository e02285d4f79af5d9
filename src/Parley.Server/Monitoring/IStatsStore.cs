using Parley.Protocol;

namespace Parley.Server.Monitoring;

/// <summary>What the store has counted.</summary>
internal interface IStatsStore
{
    /// <summary>A project's totals since it was made; <see cref="MessageStats.PerSecond"/> is not among them.</summary>
    ValueTask<MessageStats> TotalsAsync(int project, CancellationToken cancellationToken);

    /// <summary>How many messages each project has sent, by its number.</summary>
    ValueTask<IReadOnlyDictionary<int, long>> SentAsync(CancellationToken cancellationToken);
}

/// <summary>How many connections a project has open; implemented by whoever holds them.</summary>
internal interface IConnectionCount
{
    int CountOf(int project);
}
