using System.Text.Json;
using Parley.Protocol;
using Parley.Server.Entities;
using Parley.Server.Log;
using Parley.Server.Wire;

namespace Parley.Server.Webhooks;

/// <summary>Reads the events of projects from their logs, with an operator's access: all of them.</summary>
internal sealed class EventSource(ILogStore log, IThreadAccess access, EventCatalog events)
{
    internal WebhookScout Scout(ProjectLog project) => new(events, Reader(project, entry => WebhookRules.IsOfWebhook(entry) || events.TypeOf(entry) is not null));

    /// <summary>The events that a webhook wants, and the changes of the webhook itself.</summary>
    internal FeedReader Reader(ProjectLog project, Entity<Webhook> webhook, EventTypes types) =>
        Reader(project, entry => events.IsEvent(entry, types) || WebhookRules.IsChangeOf(webhook, entry));

    internal WebhookDelivery Delivery(LogEntry entry, string projectId)
    {
        var body = events.Show(entry, projectId);
        using var document = JsonDocument.Parse(body, JsonDepth.StoredDocument);
        return new WebhookDelivery(document.RootElement.GetProperty("event_id"u8).GetString()!, events.TypeOf(entry)!, body);
    }

    private FeedReader Reader(ProjectLog project, Func<LogEntry, bool> takes) => new(project, log, access, reader: null, new FeedSelection(LogQuery.All, takes));
}
