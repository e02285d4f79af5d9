using Parley.Protocol;
using Parley.Server.Log;
using Parley.Server.Mailboxes;
using Parley.Server.Storage;

namespace Parley.Server.Messages;

/// <summary>Durable messages. Every method is one atomic transition; a caller never needs a transaction of its own, and what it returns is
/// on disk.</summary>
/// <remarks>Implementations pass <c>MessageStoreConformance</c>, which defines this contract in full. Agents are named by their number.
/// After each commit the store tells <see cref="IHandover"/> what was handed over and which mailboxes have work.</remarks>
internal interface IMessageStore
{
    /// <summary>Completes when the store is not behind: whoever brings much waits for it before the next send.</summary>
    ValueTask RoomAsync(CancellationToken cancellationToken);

    /// <summary>Stores each message with its deliveries, each alone: one that is refused changes nothing and takes no seq. What one caller sends in order is stored in order, also when it does not wait between.</summary>
    Task<IReadOnlyList<SendOutcome>> SendAsync(IReadOnlyList<Send> sends, Resume resume = Resume.OnPool);

    /// <summary>What died or expired and whose sender has not been told.</summary>
    ValueTask<IReadOnlyList<UntoldDeath>> UntoldAsync(int max, CancellationToken cancellationToken);

    /// <summary>Notes that senders know of these deaths. A delivery that was queued again meanwhile, and died again, is told again.</summary>
    ValueTask ToldAsync(IReadOnlyList<UntoldDeath> deaths, CancellationToken cancellationToken);

    /// <summary>Leaves a tombstone where the message was and withdraws its deliveries: those that wait at once, one that somebody holds when
    /// it comes back unacknowledged.</summary>
    /// <returns>False when there is no such message, or it is deleted already.</returns>
    ValueTask<bool> DeleteAsync(int project, long seq, CancellationToken cancellationToken);

    /// <returns>False when it was there already (or, to remove, was not).</returns>
    ValueTask<bool> ReactAsync(int project, LogEntry message, string emoji, string agentId, bool remove, CancellationToken cancellationToken);

    /// <summary>Deletes entries older than the project keeps them, a bounded number, with their deliveries, waiting or held, and with the
    /// executions whose end was among them.</summary>
    /// <returns>True when more are due.</returns>
    ValueTask<bool> PruneAsync(int project, long olderThan, CancellationToken cancellationToken);
}

/// <param name="State">Dead or expired.</param>
/// <param name="EndedAt">Unix milliseconds. One delivery may die several times, each time later than before.</param>
internal sealed record UntoldDeath(
    long Delivery, int Project, int Sender, int Agent, long Seq, DeliveryState State, int Attempt, string? LastError, long EndedAt, byte[] Json);
