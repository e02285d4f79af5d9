namespace Parley.Server.Messages;

/// <summary>The messages that storms hold. A storm is identified by the seq of the log entry that opened it.</summary>
internal interface IHeldMessages
{
    /// <summary>How many messages each storm of each project holds; only storms that hold any.</summary>
    ValueTask<IReadOnlyList<HeldCount>> HeldCountsAsync(CancellationToken cancellationToken);

    /// <summary>How many messages a storm holds.</summary>
    ValueTask<int> HeldCountAsync(int project, long storm, CancellationToken cancellationToken);

    /// <summary>The messages that a storm holds, oldest first.</summary>
    ValueTask<IReadOnlyList<HeldMessage>> HeldAsync(int project, long storm, int max, CancellationToken cancellationToken);

    /// <summary>Queues a limited number of a storm's held deliveries, oldest first, each with a log entry that its recipients see. What answers them
    /// starts again at the first hop.</summary>
    /// <returns>How many; 0 when none is left.</returns>
    ValueTask<int> ReleaseHeldAsync(int project, long storm, CancellationToken cancellationToken);

    /// <summary>Withdraws the held deliveries of a storm's messages up to a seq.</summary>
    ValueTask<int> WithdrawHeldAsync(int project, long storm, long upTo, CancellationToken cancellationToken);
}

internal readonly record struct HeldCount(int Project, long Storm, int Messages);

/// <param name="Sender">An agent's number.</param>
internal readonly record struct HeldMessage(long Seq, int Sender);
