using Parley.Protocol;
using Parley.Server.Entities;
using Parley.Server.Projects;
using Parley.Server.Routing;

namespace Parley.Server.Messages;

/// <summary>A send whose recipients, thread and rights are settled: what the store makes into a message and its deliveries.</summary>
internal sealed class Send : IOutgoingMessage
{
    internal required ProjectState Project { get; init; }
    internal required Sender Sender { get; init; }
    internal required Recipients Recipients { get; init; }

    /// <summary>The message's JSON between its head (ids, seq, thread) and its tail (times): see <see cref="MessageJson"/>.</summary>
    internal required byte[] Body { get; init; }

    internal required string Type { get; init; }
    internal required Priority Priority { get; init; }
    internal required Intent Intent { get; init; }
    internal required Surface Surface { get; init; }
    internal required TimeSpan TimeToLive { get; init; }

    /// <summary>What the server itself tells an agent finds room in a mailbox that is full.</summary>
    internal bool IsPastLimits => Sender.Authority == Authority.System;

    /// <summary>Unix milliseconds; null: now.</summary>
    internal long? DeliverAt { get; init; }

    /// <summary>The entry that opened the thread; null: this message opens its own.</summary>
    internal Guid? Thread { get; init; }

    internal long ReplyTo { get; init; }

    /// <summary>The sender's own delivery of what it answers is settled with it.</summary>
    internal bool Settles { get; init; }

    internal long Supersedes { get; init; }
    internal long Execution { get; init; }
    internal Guid? ExecutionId { get; init; }
    internal int Hops { get; init; }
    internal string? TaskId { get; init; }
    internal string? IdempotencyKey { get; init; }
    internal long Fingerprint { get; init; }

    /// <summary>Told the seq at the commit, on the store's thread, before any recipient has the message.</summary>
    internal Action<long>? OnStored { get; init; }
}

internal enum SendResult
{
    Stored,

    /// <summary>An earlier send with the same key and the same content stored it.</summary>
    Duplicate,

    /// <summary>The key was used for another send.</summary>
    KeyConflict,

    MailboxFull,
    ExecutionEnded,

    /// <summary>The store went away while it took the sends of one caller one by one: nothing of this one was stored.</summary>
    Unavailable,

    /// <summary>The store failed at this send, and not at its cluster: a bug, told as one.</summary>
    Failed,
}

/// <summary>What became of one send.</summary>
/// <param name="Recipients">In the order of the send's recipients, or as the log has them for a duplicate.</param>
internal sealed record SendOutcome(SendResult Result, Guid MessageId, long Seq, Guid Thread, IReadOnlyList<RecipientOutcome> Recipients)
{
    internal static SendOutcome Refused(SendResult result, IReadOnlyList<RecipientOutcome>? recipients = null) =>
        new(result, default, 0, default, recipients ?? []);
}

internal enum RecipientResult : byte
{
    Queued,

    /// <summary>Handed to a connection in the same step.</summary>
    Pushed,

    Scheduled,
    Full,
}

/// <param name="Ahead">Deliveries that go out before this one.</param>
internal readonly record struct RecipientOutcome(int Agent, RecipientResult Result, int Ahead);
