using System.Globalization;
using System.Text;
using System.Text.Json;
using Parley.Protocol;
using Parley.Server.Wire;

namespace Parley.Server.Log;

/// <summary>Events as clients see them.</summary>
internal static class EventJson
{
    /// <summary>The source of events that the server itself publishes.</summary>
    internal const string ServerSource = "parley";

    /// <summary>A log entry in the form of an event by the server.</summary>
    internal static byte[] OfServer(LogEntry entry, string type, string projectId)
    {
        // The id is the entry's own, so it is always the same for every reader.
        var id = EntryId.Create(entry.Stamp, entry.Seq, random: 0);
        return Of(id, entry.Seq, type, projectId, ServerSource, entry.Json, entry.Stamp, default);
    }

    /// <param name="data">JSON; empty for null.</param>
    /// <param name="cloudEvent">The additional attributes of a CloudEvent, as a JSON object; empty if it was not one.</param>
    internal static byte[] Of(
        Guid id, long seq, string type, string projectId, string source, ReadOnlySpan<byte> data, long stamp, ReadOnlySpan<byte> cloudEvent)
    {
        var time = WireTime.ToText(DateTimeOffset.FromUnixTimeMilliseconds(stamp));
        return
        [
            .. Encoding.UTF8.GetBytes(string.Create(
                CultureInfo.InvariantCulture,
                $"{{\"event_id\":\"{id}\",\"seq\":{seq},\"event_type\":{Text(type)},\"project_id\":{Text(projectId)},\"source\":{Text(source)},\"data\":")),
            .. data.IsEmpty ? "null"u8 : data,
            .. Encoding.UTF8.GetBytes($",\"timestamp\":\"{time}\""),
            .. cloudEvent.IsEmpty ? default : ",\"cloud_event\":"u8,
            .. cloudEvent,
            (byte)'}',
        ];
    }

    /// <summary>The id of an event.</summary>
    internal static Guid IdOf(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json, JsonDepth.Stored);
        reader.Read();
        reader.Read();
        reader.Read();
        return reader.GetGuid();
    }

    private static string Text(string value) => JsonSerializer.Serialize(value, WireJson.Strict.String);
}
