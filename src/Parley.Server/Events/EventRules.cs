using System.Buffers;
using System.Text.Json;
using Parley.Protocol;
using Parley.Server.Entities;
using Parley.Server.Log;
using Parley.Server.Wire;

namespace Parley.Server.Events;

/// <summary>An event to publish.</summary>
/// <param name="Data">JSON; empty for none.</param>
/// <param name="CloudEvent">The other attributes of a CloudEvent, as a JSON object; empty if it was not one.</param>
internal sealed record EventDraft(string Type, byte[] Data, byte[] CloudEvent);

/// <summary>Validates events to publish.</summary>
internal static class EventRules
{
    internal const int LargestData = 256 * 1024, MostInBatch = 1_000;

    private const int LongestType = 255;

    private static readonly SearchValues<char> Letters = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.:/-");

    internal static Validation CheckType(Validation validation, string field, string? type) => validation
        .Required(field, type)
        .Check(
            type is null || (type.Length is > 0 and <= LongestType && !type.AsSpan().ContainsAnyExcept(Letters)),
            field, "must be 1-255 characters from A-Z a-z 0-9 _ . : / -");

    internal static Result<EventDraft> Draft(EventRequest request) => CheckType(new Validation(), "event_type", request.EventType).Problem is { } problem
        ? problem
        : new EventDraft(request.EventType!, request.Data is { } data ? Json(data) : [], []);

    /// <summary>Checks that need the server: types that only the server publishes, and the size limit.</summary>
    internal static ApiProblem? Check(EventDraft draft, EventCatalog events, string field)
    {
        if (events.IsTheServers(draft.Type))
            return Problems.InvalidField(field, $"'{draft.Type}' is a type that only the server publishes: choose another");
        return draft.Data.Length + draft.CloudEvent.Length > LargestData ? Problems.TooLarge("The event's data", LargestData) : null;
    }

    internal static byte[] Json(JsonElement value) =>
        value.ValueKind is JsonValueKind.Null or JsonValueKind.Undefined ? [] : EntityJson.OnOneLine(JsonSerializer.SerializeToUtf8Bytes(value, WireJson.Lenient.JsonElement));
}
