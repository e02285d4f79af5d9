using Parley.Protocol;
using Parley.Server.Entities;
using Parley.Server.Mailboxes;
using Parley.Server.Projects;
using Parley.Server.Routing;

namespace Parley.Server.Messages;

/// <summary>A send with its recipients, thread, and permissions resolved. The store turns it into a message and its deliveries.</summary>
internal sealed class Send : IOutgoingMessage
{
    internal required ProjectState Project { get; init; }
    internal required Sender Sender { get; init; }
    internal required Recipients Recipients { get; init; }

    /// <summary>The message's JSON between its head (ids, seq, thread) and its tail (times); see <see cref="MessageJson"/>.</summary>
    internal required byte[] Body { get; init; }

    internal required string Type { get; init; }
    internal required Priority Priority { get; init; }
    internal required Intent Intent { get; init; }
    internal required Surface Surface { get; init; }
    internal required TimeSpan TimeToLive { get; init; }

    /// <summary>Notices from the server itself, and what an agent is waiting for, are accepted even by a full mailbox.</summary>
    internal bool IsPastLimits => PassesLimits || (Sender.Authority == Authority.System && !KeepsLimits);

    /// <inheritdoc cref="SendDraft.PassesLimits"/>
    internal bool PassesLimits { get; init; }

    /// <inheritdoc cref="SendDraft.KeepsLimits"/>
    internal bool KeepsLimits { get; init; }

    /// <summary>Its size, as it counts toward budgets.</summary>
    internal int Bytes { get; init; }

    /// <summary>It counts toward budgets, but none refuses it: a person must always be able to speak, and a change of another concept must not fail
    /// for the message that comes with it.</summary>
    internal bool IsPastBudgets { get; init; } = true;

    /// <summary>The budgets that it counts toward; empty for nearly all.</summary>
    internal BudgetLimit[] Budgets => Project.Budgets is { } budgets ? budgets.Of(Sender.Id, Thread, ExecutionId) : [];

    /// <summary>Unix milliseconds; null: now. A held reply has a <see cref="StormEnd"/>.</summary>
    internal long? DeliverAt { get; init; }

    /// <summary>It is held until its storm is released.</summary>
    internal bool IsHeld => StormEnd.Is(DeliverAt);

    /// <summary>The entry that opened the thread; null: this message opens its own.</summary>
    internal Guid? Thread { get; init; }

    internal long ReplyTo { get; init; }

    /// <summary>Whether the sender's own delivery of the message that it answers is settled with it.</summary>
    internal bool Settles { get; init; }

    internal long Supersedes { get; init; }
    internal long Execution { get; init; }
    internal Guid? ExecutionId { get; init; }
    internal int Hops { get; init; }
    internal string? TaskId { get; init; }
    internal string? IdempotencyKey { get; init; }
    internal long Fingerprint { get; init; }

    /// <summary>Gets the seq at the commit, on the store's thread, before any recipient has the message.</summary>
    internal Action<long>? OnStored { get; init; }

    /// <summary>The change of another concept that is stored in the same commit; null for an ordinary message.</summary>
    internal JointSend? Joint { get; set; }
}

internal enum SendResult
{
    Stored,

    /// <summary>An earlier send with the same key and content has already stored it.</summary>
    Duplicate,

    /// <summary>The key was used for a different send.</summary>
    KeyConflict,

    MailboxFull,
    ExecutionEnded,

    /// <summary>See <see cref="SendOutcome.Refusal"/>.</summary>
    BudgetSpent,

    /// <summary>The store became unavailable while it processed one caller's sends one by one. Nothing of this one was stored.</summary>
    Unavailable,

    /// <summary>The store failed at this send, but not at the others: a bug, reported as one.</summary>
    Failed,
}

/// <summary>The result of one send.</summary>
/// <param name="Recipients">In the order of the send's recipients or, for a duplicate, in the order of the log.</param>
internal sealed record SendOutcome(SendResult Result, Guid MessageId, long Seq, Guid Thread, IReadOnlyList<RecipientOutcome> Recipients) : IMessageOutcome
{
    /// <summary>The budget that refused it; null for any other result.</summary>
    internal BudgetRefusal? Refusal { get; init; }

    /// <summary>The budgets of which it was the message that reached 80 % or all of it. People have to be told.</summary>
    internal IReadOnlyList<BudgetLimit> Reached { get; init; } = [];

    internal static SendOutcome OverBudget(BudgetRefusal refusal) => Refused(SendResult.BudgetSpent) with { Refusal = refusal };

    internal static SendOutcome Refused(SendResult result, IReadOnlyList<RecipientOutcome>? recipients = null) =>
        new(result, default, 0, default, recipients ?? []);
}

internal enum RecipientResult : byte
{
    Queued,

    /// <summary>Handed to a connection in the same commit.</summary>
    Pushed,

    Scheduled,

    /// <summary>Stopped as part of a storm.</summary>
    Held,

    Full,
}

/// <param name="Ahead">How many deliveries come before this one.</param>
internal readonly record struct RecipientOutcome(int Agent, RecipientResult Result, int Ahead)
{
    /// <summary>What has become of a message that was stored earlier.</summary>
    /// <param name="queuedAt">When it was or will be queued.</param>
    internal static RecipientOutcome Again(int agent, DeliveryState state, long queuedAt) => new(
        agent,
        DeliveryRules.Shown(state, queuedAt) switch
        {
            DeliveryState.Scheduled => RecipientResult.Scheduled,
            DeliveryState.Held => RecipientResult.Held,
            _ => RecipientResult.Queued,
        },
        0);
}
