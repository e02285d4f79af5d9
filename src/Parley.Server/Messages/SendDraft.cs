using Parley.Protocol;
using Parley.Server.Wire;

namespace Parley.Server.Messages;

/// <summary>A send as it was asked for: read from its bytes, not yet resolved against the project.</summary>
/// <remarks>Content, payload and metadata are JSON in its shortest spelling, nearly always a view of the caller's buffer: they are copied once, into the
/// message. A draft is therefore used up before its buffer is.</remarks>
internal sealed class SendDraft
{
    internal List<string> To { get; } = [];

    /// <summary>True when the address was an array, also of one.</summary>
    internal bool ToIsArray { get; set; }

    internal string Type { get; set; } = "text";

    /// <summary>A JSON string with its quotes; empty: null.</summary>
    internal ReadOnlyMemory<byte> Content { get; set => field = JsonSpelling.Shortest(value); }

    /// <summary>Any JSON; empty: null.</summary>
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
    internal long? Print { get; init; }

    internal Intent Intent { get; set; }
    internal Surface? SurfaceAsked { get; set; }
    internal string? SenderId { get; set; }

    /// <summary>A request to nobody is refused: nobody could reply.</summary>
    internal bool NeedsSomebody { get; set; }

    /// <summary>A request's seconds to wait; 30 if absent.</summary>
    internal double TimeoutSeconds { get; set; } = 30;

    /// <summary>How a broadcast is narrowed; null for any other send.</summary>
    internal Narrowing? Narrowed { get; set; }

    /// <summary>What the priority stands for unless the sender says otherwise.</summary>
    internal Surface Surface => SurfaceAsked ?? Priority switch
    {
        Priority.Critical => Surface.Interrupt,
        Priority.High => Surface.NextBoundary,
        Priority.Normal => Surface.WhenIdle,
        _ => Surface.Pull,
    };

    /// <summary>Whether it settles what it answers.</summary>
    internal bool Settles => ReplyTo is not null && (SettleAsked ?? SettlesByDefault);

    /// <summary>Who only promises to do something keeps the message until it is done.</summary>
    internal bool SettlesByDefault => Intent != Intent.Ack;

    /// <summary>What the limit on a message's size counts: what is stored, not how it was spelled.</summary>
    internal int Bytes => Content.Length + Payload.Length + Metadata.Length;
}
