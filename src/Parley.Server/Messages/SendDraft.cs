using Parley.Protocol;
using Parley.Server.Wire;

namespace Parley.Server.Messages;

/// <summary>A send as requested: read from its bytes, but not yet resolved against the project.</summary>
/// <remarks>Content, payload, and metadata are JSON in its shortest form, usually views of the caller's buffer. They are copied once, into the
/// message, so a draft must be used before its buffer is reused.</remarks>
internal sealed class SendDraft
{
    internal List<string> To { get; private set; } = [];

    /// <summary>True if the address was an array, even of one.</summary>
    internal bool ToIsArray { get; set; }

    internal string Type { get; set; } = "text";

    /// <summary>A JSON string with its quotes; empty for null.</summary>
    internal ReadOnlyMemory<byte> Content { get; set => field = JsonSpelling.Shortest(value); }

    /// <summary>Any JSON; empty for null.</summary>
    internal ReadOnlyMemory<byte> Payload { get; set => field = JsonSpelling.Shortest(value); }

    internal ReadOnlyMemory<byte> Metadata { get; set => field = JsonSpelling.Shortest(value); }
    internal Priority Priority { get; set; } = Priority.Normal;
    internal int? TtlSeconds { get; set; }
    internal DateTimeOffset? DeliverAt { get; set; }
    internal Guid? Thread { get; set; }
    internal Guid? ReplyTo { get; set; }
    internal bool? SettleAsked { get; set; }
    internal Outcome? Outcome { get; set; }
    internal Guid? Supersedes { get; set; }
    internal string? TaskId { get; set; }
    internal Guid? Execution { get; set; }
    internal string? IdempotencyKey { get; set; }
    /// <summary>The fingerprint for its idempotency key; null to compute it from the send.</summary>
    internal long? Print { get; set; }

    internal Intent Intent { get; set; }
    internal Surface? SurfaceAsked { get; set; }
    internal string? SenderId { get; set; }

    /// <summary>A request to nobody is refused, because nobody could reply.</summary>
    internal bool NeedsSomebody { get; set; }

    /// <summary>A full mailbox refuses it even if the server itself sends it.</summary>
    internal bool KeepsLimits { get; init; }

    /// <summary>Even a full mailbox accepts it: the agent is waiting for it.</summary>
    internal bool PassesLimits { get; set; }

    /// <summary>How many seconds a request waits; 30 if absent.</summary>
    internal double TimeoutSeconds { get; set; } = 30;

    /// <summary>The filters of a broadcast; null for any other send.</summary>
    internal Narrowing? Narrowed { get; set; }

    /// <summary>The default for the priority, unless the sender specifies it.</summary>
    internal Surface Surface => SurfaceAsked ?? Priority switch
    {
        Priority.Critical => Surface.Interrupt,
        Priority.High => Surface.NextBoundary,
        Priority.Normal => Surface.WhenIdle,
        _ => Surface.Pull,
    };

    /// <summary>Addresses it to somebody else.</summary>
    internal void MoveTo(IReadOnlyList<string> to, bool isArray, Narrowing? narrowed)
    {
        To = [.. to];
        ToIsArray = isArray;
        Narrowed = narrowed;
    }

    /// <summary>Whether it settles the message that it answers.</summary>
    internal bool Settles => ReplyTo is not null && (SettleAsked ?? SettlesByDefault);

    /// <summary>An agent that only promises to do something keeps the message until that is done.</summary>
    internal bool SettlesByDefault => Intent != Intent.Ack;

    /// <summary>What counts toward the limit on a message's size: the stored bytes, not the bytes as they were written.</summary>
    internal int Bytes => Content.Length + Payload.Length + Metadata.Length;
}
