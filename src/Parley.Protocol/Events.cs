using System.Text.Json;
using System.Text.Json.Serialization;

namespace Parley.Protocol;

/// <summary>Something that happened, published by an agent or by the server itself.</summary>
public sealed record EventRecord
{
    public required string EventId { get; init; }

    /// <summary>Its place in the project's log.</summary>
    public long Seq { get; init; }

    /// <summary>1-255 characters from <c>A-Z a-z 0-9 _ . : / -</c>.</summary>
    public required string EventType { get; init; }

    public required string ProjectId { get; init; }

    /// <summary>The agent that published it; <c>human</c> for an operator without an agent, <c>parley</c> for the server itself.</summary>
    public required string Source { get; init; }

    public JsonElement? Data { get; init; }
    public DateTimeOffset Timestamp { get; init; }

    /// <summary>The other attributes of an event that was published as a CloudEvent, such as its own <c>id</c> and <c>source</c>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public JsonElement? CloudEvent { get; init; }
}

/// <summary>An event to publish.</summary>
public sealed record EventRequest
{
    /// <summary>1-255 characters from <c>A-Z a-z 0-9 _ . : / -</c>; not a type that the server publishes itself.</summary>
    public string? EventType { get; init; }

    /// <summary>Any JSON, up to 256 KiB.</summary>
    public JsonElement? Data { get; init; }
}

/// <summary>The events of a batch, in its order.</summary>
public sealed record PublishedEvents
{
    public IReadOnlyList<EventRecord> Items { get; init; } = [];
}

/// <summary>The filter of the feed <c>events</c>.</summary>
public sealed record EventFeedFilter
{
    /// <summary>Types of events. <c>*</c> matches any characters within a word, <c>&gt;</c> at the end matches one or more words: <c>task_*</c>,
    /// <c>build.&gt;</c>.</summary>
    [JsonConverter(typeof(AddressesConverter))]
    public IReadOnlyList<string>? Types { get; init; }
}

public static partial class FrameEvents
{
    public const string EventPublish = "event:publish";
    public const string Event = "event";
}
