using Parley.Protocol;
using Parley.Server.Log;
using Parley.Server.Mailboxes;
using Parley.Server.Storage;

namespace Parley.Server.Messages;

/// <summary>Durable messages. Every method is one atomic transition. Callers never need a transaction of their own, and when a method returns, its
/// result is on disk.</summary>
/// <remarks>Implementations pass <c>MessageStoreConformance</c>, which defines this contract in full. Agents are identified by number. After each
/// commit, the store tells <see cref="IHandover"/> what was handed over and which mailboxes have work.</remarks>
internal interface IMessageStore
{
    /// <summary>Completes when the store has room. Callers with many sends await it before the next.</summary>
    ValueTask RoomAsync(CancellationToken cancellationToken);

    /// <summary>Stores each message with its deliveries, each separately: a refused one changes nothing and uses no seq. What one caller sends in
    /// order is stored in order, even if it does not wait in between.</summary>
    Task<IReadOnlyList<SendOutcome>> SendAsync(IReadOnlyList<Send> sends, Resume resume = Resume.OnPool);

    /// <summary>Deliveries that died or expired and whose senders have not been told.</summary>
    ValueTask<IReadOnlyList<UntoldDeath>> UntoldAsync(int max, CancellationToken cancellationToken);

    /// <summary>Records that senders have been told about these deaths. If a delivery was requeued in the meantime and died again, that is reported
    /// too.</summary>
    ValueTask ToldAsync(IReadOnlyList<UntoldDeath> deaths, CancellationToken cancellationToken);

    /// <summary>Replaces the message with a tombstone and withdraws its deliveries: waiting ones at once, leased ones when they come back
    /// unacknowledged.</summary>
    /// <returns>False if there is no such message, or it is already deleted.</returns>
    ValueTask<bool> DeleteAsync(int project, long seq, CancellationToken cancellationToken);

    /// <summary>Withdraws a message's waiting deliveries, because nobody has to do anything about it anymore. The message stays as it is, and whoever
    /// holds it keeps it.</summary>
    ValueTask WithdrawAsync(int project, long seq, string reason, CancellationToken cancellationToken);

    /// <returns>False if it was already there (or, to remove it, was not).</returns>
    ValueTask<bool> ReactAsync(int project, LogEntry message, string emoji, string agentId, bool remove, CancellationToken cancellationToken);

    /// <summary>Deletes a limited number of entries that are older than the project keeps them, with their deliveries, waiting or leased, and with
    /// the executions whose end was among them.</summary>
    /// <returns>True if there are more to delete.</returns>
    ValueTask<bool> PruneAsync(int project, long olderThan, CancellationToken cancellationToken);
}

/// <param name="State">Dead or expired.</param>
/// <param name="EndedAt">Unix milliseconds. A delivery may die several times, each time later than before.</param>
internal sealed record UntoldDeath(
    long Delivery, int Project, int Sender, int Agent, long Seq, DeliveryState State, int Attempt, string? LastError, long EndedAt, byte[] Json);
