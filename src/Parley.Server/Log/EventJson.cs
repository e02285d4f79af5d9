using System.Globalization;
using System.Text;
using System.Text.Json;
using Parley.Protocol;

namespace Parley.Server.Log;

/// <summary>Entries of the log as events, the way <c>events</c> and <c>project</c> streams show them.</summary>
internal static class EventJson
{
    /// <summary>Events that the server publishes itself come from here.</summary>
    private const string Source = "parley";

    internal static byte[] Of(LogEntry entry, string projectId)
    {
        if (entry.Kind == EntryKind.Event)
            return entry.Json;
        // The id is the entry's own: the same for every reader, at every reading.
        var id = EntryId.Create(entry.Stamp, entry.Seq, random: 0);
        var time = WireTime.ToText(DateTimeOffset.FromUnixTimeMilliseconds(entry.Stamp));
        return
        [
            .. Encoding.UTF8.GetBytes(string.Create(
                CultureInfo.InvariantCulture,
                $"{{\"event_id\":\"{id}\",\"seq\":{entry.Seq},\"event_type\":\"{entry.Type}\",\"project_id\":{JsonSerializer.Serialize(projectId, WireJson.Strict.String)},\"source\":\"{Source}\",\"data\":")),
            .. entry.Json,
            .. Encoding.UTF8.GetBytes($",\"timestamp\":\"{time}\"}}"),
        ];
    }
}
