using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Parley.Protocol;

namespace Parley.Client;

/// <summary>The names of stream events.</summary>
public static class StreamEvents
{
    /// <summary>A message: <see cref="StreamEvent.Message"/>.</summary>
    public const string Message = "message";

    /// <summary>The state of an execution: <see cref="StreamEvent.Status"/>.</summary>
    public const string Status = "status";

    /// <summary>An execution has ended: <see cref="StreamEvent.Completion"/>. Its stream ends with it.</summary>
    public const string Completion = "completion";

    /// <summary>The stream itself failed. It is reopened after the last entry that arrived.</summary>
    public const string Error = "error";

    /// <summary>A published event: <see cref="StreamEvent.Published"/>.</summary>
    public const string Event = "event";

    /// <summary>An agent has changed: <see cref="StreamEvent.Agent"/>.</summary>
    public const string Agent = "agent";

    /// <summary>Entries are missing: the log no longer has everything between the requested place and the next entry.</summary>
    public const string Gap = "gap";

    /// <summary>The stream's current place, sent while nothing else comes. Only with <see cref="StreamOptions.Places"/>.</summary>
    public const string Place = "place";
}

/// <summary>One entry of a stream. Its contents are parsed on demand.</summary>
public sealed class StreamEvent
{
    private readonly byte[] _data;

    internal StreamEvent(string name, string? id, byte[] data)
    {
        Event = name;
        Id = id;
        _data = data;
    }

    /// <summary>One of <see cref="StreamEvents"/>, or a name from a newer server.</summary>
    public string Event { get; }

    /// <summary>The place in the log, <c>EPOCH-SEQ</c>: a stream opened after it continues after this entry.</summary>
    public string? Id { get; }

    /// <summary>The entry as JSON.</summary>
    public JsonElement Data => field.ValueKind == JsonValueKind.Undefined ? field = Parse(WireJson.Lenient.JsonElement) : field;

    /// <summary>The message of a <c>message</c> event; null for other events. The same goes for the properties below.</summary>
    public Message? Message => field ??= Event == StreamEvents.Message ? Parse(WireJson.Lenient.Message) : null;

    /// <summary>The state of an execution, with its new log lines.</summary>
    public ExecutionStatusEvent? Status => field ??= Event == StreamEvents.Status ? Parse(WireJson.Lenient.ExecutionStatusEvent) : null;

    /// <summary>How an execution ended.</summary>
    public ExecutionCompletionEvent? Completion =>
        field ??= Event == StreamEvents.Completion ? Parse(WireJson.Lenient.ExecutionCompletionEvent) : null;

    /// <summary>A published event.</summary>
    public EventRecord? Published => field ??= Event == StreamEvents.Event ? Parse(WireJson.Lenient.EventRecord) : null;

    /// <summary>An agent as it was at the change.</summary>
    public Agent? Agent => field ??= Event == StreamEvents.Agent ? Parse(WireJson.Lenient.Agent) : null;

    private T Parse<T>(JsonTypeInfo<T> type) =>
        JsonSerializer.Deserialize(_data, type) ?? throw new JsonException($"The event '{Event}' holds null.");
}
