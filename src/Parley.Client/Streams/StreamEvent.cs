using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Parley.Protocol;

namespace Parley.Client;

/// <summary>The names of what streams carry.</summary>
public static class StreamEvents
{
    /// <summary>A message: <see cref="StreamEvent.Message"/>.</summary>
    public const string Message = "message";

    /// <summary>Where an execution stands: <see cref="StreamEvent.Status"/>.</summary>
    public const string Status = "status";

    /// <summary>An execution has ended: <see cref="StreamEvent.Completion"/>. Its stream ends with it.</summary>
    public const string Completion = "completion";

    /// <summary>The stream itself failed. It is opened anew, behind the last entry that came.</summary>
    public const string Error = "error";

    /// <summary>A published event: <see cref="StreamEvent.Published"/>.</summary>
    public const string Event = "event";

    /// <summary>An agent has changed: <see cref="StreamEvent.Agent"/>.</summary>
    public const string Agent = "agent";

    /// <summary>What lay between the place asked for and the next entry is no longer there.</summary>
    public const string Gap = "gap";

    /// <summary>Where the stream is, while it has nothing else to say; given where <see cref="StreamOptions.Places"/> asks for it.</summary>
    public const string Place = "place";
}

/// <summary>One entry of a stream. What it holds is parsed when it is asked for.</summary>
public sealed class StreamEvent
{
    private readonly byte[] _data;

    internal StreamEvent(string name, string? id, byte[] data)
    {
        Event = name;
        Id = id;
        _data = data;
    }

    /// <summary>One of <see cref="StreamEvents"/>, or a word of a newer server.</summary>
    public string Event { get; }

    /// <summary>The place in the log, <c>EPOCH-SEQ</c>: a stream opened after it goes on behind this entry.</summary>
    public string? Id { get; }

    /// <summary>The entry as JSON.</summary>
    public JsonElement Data => field.ValueKind == JsonValueKind.Undefined ? field = Parse(WireJson.Lenient.JsonElement) : field;

    /// <summary>Of a <c>message</c>; null of anything else. The others likewise.</summary>
    public Message? Message => field ??= Event == StreamEvents.Message ? Parse(WireJson.Lenient.Message) : null;

    /// <summary>Where an execution stands, with its new log lines.</summary>
    public ExecutionStatusEvent? Status => field ??= Event == StreamEvents.Status ? Parse(WireJson.Lenient.ExecutionStatusEvent) : null;

    /// <summary>How an execution ended.</summary>
    public ExecutionCompletionEvent? Completion =>
        field ??= Event == StreamEvents.Completion ? Parse(WireJson.Lenient.ExecutionCompletionEvent) : null;

    /// <summary>A published event.</summary>
    public EventRecord? Published => field ??= Event == StreamEvents.Event ? Parse(WireJson.Lenient.EventRecord) : null;

    /// <summary>An agent as it is now.</summary>
    public Agent? Agent => field ??= Event == StreamEvents.Agent ? Parse(WireJson.Lenient.Agent) : null;

    private T Parse<T>(JsonTypeInfo<T> type) =>
        JsonSerializer.Deserialize(_data, type) ?? throw new JsonException($"The event '{Event}' holds null.");
}
