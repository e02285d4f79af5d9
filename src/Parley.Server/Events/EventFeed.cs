using System.Text.Json;
using Parley.Protocol;
using Parley.Server.Log;
using Parley.Server.Wire;

namespace Parley.Server.Events;

/// <summary>The feed <c>events</c>: events published by agents and by the server.</summary>
internal sealed class EventFeed(EventCatalog events) : IFeedSource
{
    public string Name => "events";

    public Result<Feed> Open(ProjectLog project, JsonElement filter)
    {
        if (!JsonInput.TryRead<EventFeedFilter>(filter.ValueKind == JsonValueKind.Null ? "{}"u8 : JsonSerializer.SerializeToUtf8Bytes(filter, WireJson.Strict.JsonElement), out var wanted, out var problem))
            return problem;
        // Events are never removed, even if the item that they are about is.
        return new Feed(Name, events.Selection(new EventTypes(wanted.Types ?? [])), _ => new PlainView(entry => events.Show(entry, project.Id)));
    }
}
