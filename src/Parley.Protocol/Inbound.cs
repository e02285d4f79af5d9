using System.Text.Json.Serialization;

namespace Parley.Protocol;

/// <summary>An address that outside systems post messages to, signed with the hook's secret.</summary>
public sealed record InboundHook
{
    public required string HookId { get; init; }

    /// <summary>Its name for people, and the <c>sender_name</c> of its messages.</summary>
    public required string Name { get; init; }

    /// <summary>The recipients: one address or several, as in a send.</summary>
    [JsonConverter(typeof(AddressesConverter))]
    public IReadOnlyList<string> To { get; init; } = [];

    public required string MessageType { get; init; }
    public Priority Priority { get; init; }

    /// <summary>The thread that all its messages belong to; null if each starts its own.</summary>
    public string? Thread { get; init; }

    /// <summary>The agent that created it; null for a person.</summary>
    public string? CreatedBy { get; init; }

    public DateTimeOffset CreatedAt { get; init; }
    public DateTimeOffset UpdatedAt { get; init; }

    /// <summary>Increases with every change.</summary>
    public long Version { get; init; }

    /// <summary>The path to post to; only in answers, not in feeds.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Path { get; init; }

    /// <summary>The secret that the server created; only in the answer that creates the hook.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Secret { get; init; }
}

/// <summary>The settings of an inbound hook.</summary>
public sealed record InboundHookRequest
{
    /// <summary>1-200 characters.</summary>
    public string? Name { get; init; }

    /// <summary>One address or several: an agent's id or name, <c>*</c>, <c>squad:</c>, <c>role:</c>, <c>capability:</c>, <c>topic:</c>, <c>human</c>.</summary>
    [JsonConverter(typeof(AddressesConverter))]
    public IReadOnlyList<string>? To { get; init; }

    /// <summary><c>webhook</c> if absent; 1-50 characters from <c>a-z 0-9 _ . -</c>.</summary>
    public string? MessageType { get; init; }

    /// <summary>Normal if absent.</summary>
    public Priority? Priority { get; init; }

    /// <summary>The thread that all messages belong to. If absent, each starts its own.</summary>
    public string? Thread { get; init; }

    /// <summary>16-255 characters, shared with the sender. If absent, the server creates one, or keeps the current one.</summary>
    public string? Secret { get; init; }
}

/// <summary>The result of a delivery.</summary>
public sealed record InboundReceipt
{
    /// <summary>The message that the delivery became.</summary>
    public required string MessageId { get; init; }

    /// <summary>True if this delivery was received before.</summary>
    public bool Duplicate { get; init; }
}
