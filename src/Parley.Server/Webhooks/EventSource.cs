using System.Text.Json;
using Parley.Server.Log;
using Parley.Server.Wire;

namespace Parley.Server.Webhooks;

/// <summary>Reads the events of projects from their logs, with an operator's access: all of them.</summary>
internal sealed class EventSource(ILogStore log, IThreadAccess access, EventCatalog events)
{
    internal WebhookScout Scout(ProjectLog project) => new(events, Reader(project, EventTypes.All));

    internal FeedReader Reader(ProjectLog project, EventTypes types) => new(project, log, access, reader: null, events.Selection(types));

    internal WebhookDelivery Delivery(LogEntry entry, string projectId)
    {
        var body = events.Show(entry, projectId);
        using var document = JsonDocument.Parse(body, JsonDepth.StoredDocument);
        return new WebhookDelivery(document.RootElement.GetProperty("event_id"u8).GetString()!, events.TypeOf(entry)!, body);
    }
}
