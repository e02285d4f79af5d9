using System.Text.Json;
using Parley.Protocol;

namespace Parley.Client;

/// <summary>What an entry of a subscription says of its thing.</summary>
public enum FeedEntryKind
{
    /// <summary>A part of the state as it is; those of one feed come together, before its changes.</summary>
    Snapshot,

    /// <summary>The thing is new, or is now as the entry says.</summary>
    Put,

    /// <summary>The thing is gone.</summary>
    Delete,

    /// <summary>Entries between the place asked for and the next are no longer there.</summary>
    Gap,
}

/// <summary>One entry of a subscription.</summary>
public sealed record FeedEntry
{
    /// <summary>messages, receipts, agents, squads, events, executions, memory.</summary>
    public required string Feed { get; init; }

    /// <summary>Whether the entry is a part of the state, a change, or a gap.</summary>
    public required FeedEntryKind Kind { get; init; }

    /// <summary>The place in the log, <c>EPOCH-SEQ</c>: a subscription after it goes on behind this entry. Null in a snapshot.</summary>
    public string? Place { get; init; }

    /// <summary>The message of an entry of <c>messages</c>; null of other feeds.</summary>
    public Message? Message { get; init; }

    /// <summary>The thing as JSON, of every feed but <c>messages</c>, whose entries are read straight into <see cref="Message"/>.</summary>
    public JsonElement? Item { get; init; }

    /// <summary>The thing of a feed that holds them; null of others. The ones below likewise.</summary>
    public Agent? Agent => Feed == "agents" ? Item?.Deserialize(WireJson.Lenient.Agent) : null;

    /// <summary>The squad of an entry of <c>squads</c>; null of other feeds. A member's role is null where it is the agent's own.</summary>
    public Squad? Squad => Feed == "squads" ? Item?.Deserialize(WireJson.Lenient.Squad) : null;

    /// <summary>The execution of an entry of <c>executions</c>; null of other feeds.</summary>
    public Execution? Execution => Feed == "executions" ? Item?.Deserialize(WireJson.Lenient.Execution) : null;

    /// <summary>The entry of an entry of <c>memory</c>; null of other feeds.</summary>
    public MemoryEntry? Memory => Feed == "memory" ? Item?.Deserialize(WireJson.Lenient.MemoryEntry) : null;

    /// <summary>The published event of an entry of <c>events</c>; null of other feeds.</summary>
    public EventRecord? Event => Feed == "events" ? Item?.Deserialize(WireJson.Lenient.EventRecord) : null;

    /// <summary>The stage of a delivery of an entry of <c>receipts</c>; null of other feeds.</summary>
    public Receipt? Receipt => Feed == "receipts" ? Item?.Deserialize(WireJson.Lenient.Receipt) : null;
}

/// <summary>Which feeds, and from where on.</summary>
public sealed record FeedRequest
{
    /// <summary>Names of feeds to their filters: the list parameters of the GET of the same things; <c>null</c> is everything.</summary>
    public required IReadOnlyDictionary<string, JsonElement?> Feeds { get; init; }

    /// <summary>A place, <c>EPOCH-SEQ</c> or a bare seq; what happens from now on if absent.</summary>
    public string? After { get; init; }

    /// <summary>Whether the state as it is comes first.</summary>
    public bool Snapshot { get; init; }

    /// <summary>All of some feeds.</summary>
    public static FeedRequest Of(params ReadOnlySpan<string> feeds)
    {
        var all = new Dictionary<string, JsonElement?>();
        foreach (var feed in feeds)
            all[feed] = null;
        return new FeedRequest { Feeds = all };
    }
}
