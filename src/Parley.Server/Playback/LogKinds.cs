using Parley.Server.Agents;
using Parley.Server.Entities;
using Parley.Server.Log;

namespace Parley.Server.Playback;

/// <summary>The kinds of entries as callers name them: the names of the feeds, and a few for entries without a feed of their own.</summary>
internal sealed class LogKinds(EntityKinds entities)
{
    internal const string Messages = "messages", Reactions = "reactions", Receipts = "receipts", Agents = "agents", Events = "events", Audit = "audit";

    /// <summary>Those whose entries say to which thread and execution they belong.</summary>
    private static readonly string[] OfMessages = [Messages, Reactions, Receipts];

    internal IReadOnlyList<string> All { get; } =
        [.. OfMessages, Agents, Events, Audit, .. entities.All.Select(kind => kind.Feed).Order(StringComparer.Ordinal)];

    /// <summary>Whether all entries of these kinds are about messages.</summary>
    internal static bool AreOfMessages(IReadOnlySet<string> kinds) => kinds.Count > 0 && kinds.IsSubsetOf(OfMessages);

    /// <summary>Whether all entries of these kinds are in the index of agents, events, and entities.</summary>
    internal static bool AreThings(IReadOnlySet<string> kinds) => kinds.Count > 0 && !kinds.Overlaps(OfMessages) && !kinds.Contains(Audit);

    internal string NameOf(LogEntry entry) => entry.Kind switch
    {
        EntryKind.Message or EntryKind.Release or EntryKind.Deletion => Messages,
        EntryKind.Reaction => Reactions,
        EntryKind.Death or EntryKind.Expiry => Receipts,
        EntryKind.Agent => Agents,
        EntryKind.Event => Events,
        EntryKind.Audit => Audit,
        _ => entities.Of(entry)?.Feed ?? throw new InvalidOperationException($"An entry of kind {entry.Kind} has no name."),
    };

    /// <summary>Whether an entry shows something that ended with it. Its item is then as it was before.</summary>
    internal bool IsEnd(LogEntry entry) => entry.Kind switch
    {
        EntryKind.Deletion => true,
        EntryKind.Agent => entry.Type == AgentDirectory.RemovedType,
        _ => entities.Of(entry)?.IsEnd(entry) == true,
    };
}
