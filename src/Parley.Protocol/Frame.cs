using System.Text.Json;

namespace Parley.Protocol;

/// <summary>One WebSocket frame, in either direction. A WebSocket message holds one frame or an array of frames.</summary>
public sealed record Frame
{
    public required string Event { get; init; }

    /// <summary>Chosen by the client. The answer has the same id.</summary>
    [System.Text.Json.Serialization.JsonIgnore(Condition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingNull)]
    public string? Id { get; init; }

    [System.Text.Json.Serialization.JsonIgnore(Condition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingNull)]
    public JsonElement? Data { get; init; }
}

/// <summary>The names of frames.</summary>
public static partial class FrameEvents
{
    public const string Welcome = "agent:welcome";
    public const string Ok = "ok";
    public const string Error = "error";
    public const string Answer = "answer";
    public const string AgentRegister = "agent:register";
    public const string AgentHeartbeat = "agent:heartbeat";
    public const string AgentStatus = "agent:status";
    public const string AgentJoined = "agent:joined";
    public const string AgentLeft = "agent:left";
    public const string MessageSend = "message:send";
    public const string MessageReply = "message:reply";
    public const string MessageAck = "message:ack";
    public const string MessageNack = "message:nack";
    public const string MessageExtend = "message:extend";
    public const string MessageSurfaced = "message:surfaced";
    public const string MessageReceived = "message:received";
    public const string RequestSend = "request:send";
    public const string MailboxFilter = "mailbox:filter";
    public const string Window = "window";
    public const string Subscribe = "subscribe";
    public const string Unsubscribe = "unsubscribe";
    public const string Snapshot = "snapshot";
    public const string Change = "change";
}

/// <summary>The first frame of a connection.</summary>
public sealed record Welcome
{
    public required Agent Agent { get; init; }
    public required string SessionId { get; init; }
    public int HeartbeatSeconds { get; init; }
    public int Window { get; init; }

    /// <summary>The end of the project's log, <c>EPOCH-SEQ</c>. A subscription after it misses nothing.</summary>
    public required string Place { get; init; }

    /// <summary>By the server's clock.</summary>
    public DateTimeOffset ServerTime { get; init; }
}

/// <summary>Which messages a connection takes from its mailbox; the rest stay queued. Null or empty means everything.</summary>
public sealed record MailboxFilter
{
    public IReadOnlyList<string>? Types { get; init; }
    public IReadOnlyList<Priority>? Priorities { get; init; }
    public IReadOnlyList<string>? Senders { get; init; }
}

public sealed record WindowRequest
{
    public int? Window { get; init; }
}

public sealed record SubscribeRequest
{
    /// <summary>Feed names (messages, receipts, agents, squads, events, executions, memory) and their filters, which have the parameters of the corresponding GET.</summary>
    public IReadOnlyDictionary<string, JsonElement>? Feeds { get; init; }

    /// <summary>A place, <c>EPOCH-SEQ</c> or a bare seq. If absent, only new entries are sent.</summary>
    public JsonElement? After { get; init; }

    /// <summary>Whether to send the current state first.</summary>
    public bool? Snapshot { get; init; }

    /// <summary>0-1,000 milliseconds. Changes are held back so long, and then sent together, as an array of frames, in their order. If they get large,
    /// they are sent earlier. 0 if absent.</summary>
    public int? CoalesceMs { get; init; }

    /// <summary>Cuts the <c>content</c> of messages to this many characters, 1-10,000, and leaves out a <c>payload</c> that is longer. Cut messages have
    /// <c>truncated</c> and <c>content_bytes</c>.</summary>
    public int? Excerpt { get; init; }

    /// <summary><c>deliveries</c>: messages come with how many of their deliveries are at which stage, as of when they are sent.</summary>
    public string? Include { get; init; }
}

/// <summary>The filter of the feed <c>messages</c>, with the parameters of <c>GET messages</c>.</summary>
public sealed record MessageFeedFilter
{
    [System.Text.Json.Serialization.JsonConverter(typeof(AddressesConverter))]
    public IReadOnlyList<string>? Type { get; init; }

    public string? Sender { get; init; }
    public string? Recipient { get; init; }
    public string? Thread { get; init; }
    public string? Execution { get; init; }
    public string? Task { get; init; }
    public IReadOnlyList<Priority>? Priority { get; init; }

    /// <summary>Only messages sent at this time or later.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>Only messages sent at this time or earlier. After it, the feed sends only their deletions.</summary>
    public DateTimeOffset? Until { get; init; }
}

public sealed record SubscribeAnswer
{
    public required string Subscription { get; init; }
    public required string Place { get; init; }

    /// <summary>False if the requested place is no longer in the log.</summary>
    public bool Recovered { get; init; }
}

public sealed record UnsubscribeRequest
{
    public string? Subscription { get; init; }
}

public enum ChangeOp
{
    Put,
    Delete,
    Gap,
}

/// <summary>One entry of a feed.</summary>
public sealed record Change
{
    public required string Subscription { get; init; }
    public required string Feed { get; init; }
    public required string Place { get; init; }
    public ChangeOp Op { get; init; }
    public JsonElement? Item { get; init; }
}

/// <summary>A part of the current state; <see cref="Done"/> is true on the last part.</summary>
public sealed record FeedSnapshot
{
    public required string Subscription { get; init; }
    public required string Feed { get; init; }
    public IReadOnlyList<JsonElement> Items { get; init; } = [];
    public bool Done { get; init; }
}

/// <summary>A stage of a delivery, live, on the <c>receipts</c> feed.</summary>
public sealed record Receipt
{
    public required string DeliveryId { get; init; }
    public required string MessageId { get; init; }
    public required string AgentId { get; init; }
    public DeliveryState State { get; init; }
    public int Attempt { get; init; }
    public DateTimeOffset At { get; init; }
}

/// <summary>The plain relay's incoming frame; <c>type</c> defaults to <c>status</c>.</summary>
public sealed record RelaySend
{
    public string? Type { get; init; }
    public string? Content { get; init; }
    public string? AgentType { get; init; }
    public JsonElement? Metadata { get; init; }
}

/// <summary>The plain relay's outgoing frame.</summary>
public sealed record RelayMessage
{
    public required string Id { get; init; }
    public required string ProjectId { get; init; }
    public required string SenderAgentId { get; init; }
    public string? SenderAgentType { get; init; }
    public required string MessageType { get; init; }
    public string? Content { get; init; }
    public JsonElement? Metadata { get; init; }
    public DateTimeOffset CreatedAt { get; init; }
}
