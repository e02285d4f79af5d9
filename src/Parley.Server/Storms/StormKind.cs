using Parley.Protocol;
using Parley.Server.Entities;
using Parley.Server.Log;
using Parley.Server.Wire;

namespace Parley.Server.Storms;

/// <summary>Storms as a kind of entities, with their search keys.</summary>
internal static class StormKind
{
    /// <summary>A storm as its log entries have it, without the held messages and what they say.</summary>
    internal static readonly string AnItem = AnEntry.Replace("\"holds_up_to\"", "\"held_messages\": null, \"holds_up_to\"", StringComparison.Ordinal);

    internal const string AnEntry =
        """
        {"storm_id": "0199e1c1-0000-7000-8000-000000000a00", "status": "open", "agents": ["fe-1", "be-1"], "thread_id": "0199e1c1-0000-7000-8000-000000000412",
         "started_at": "2026-01-22T13:57:00.000Z", "ended_at": null, "decided_by": null, "replies": 50, "window_seconds": 60, "repeated": 31, "held": 2,
         "first_message": {"message_id": "0199e1c1-0000-7000-8000-000000000412", "sender_id": "fe-1", "timestamp": "2026-01-22T13:56:48.000Z", "content": null},
         "last_messages": [{"message_id": "0199e1c1-0000-7000-8000-000000000480", "sender_id": "be-1", "timestamp": "2026-01-22T13:57:00.000Z", "content": null}],
         "holds_up_to": 1158, "told_at": "2026-01-22T13:57:00.000Z", "version": 1160}
        """;

    internal const string AStorm =
        """
        {"storm_id": "0199e1c1-0000-7000-8000-000000000a00", "status": "open", "agents": ["fe-1", "be-1"], "thread_id": "0199e1c1-0000-7000-8000-000000000412",
         "started_at": "2026-01-22T13:57:00.000Z", "ended_at": null, "decided_by": null, "replies": 50, "window_seconds": 60, "repeated": 31, "held": 1,
         "first_message": {"message_id": "0199e1c1-0000-7000-8000-000000000412", "sender_id": "fe-1", "timestamp": "2026-01-22T13:56:48.000Z", "content": "Thank you!"},
         "last_messages": [{"message_id": "0199e1c1-0000-7000-8000-000000000480", "sender_id": "be-1", "timestamp": "2026-01-22T13:57:00.000Z", "content": "You're welcome!"}],
         "held_messages": [{"message_id": "0199e1c1-0000-7000-8000-000000000481", "sender_id": "fe-1", "timestamp": "2026-01-22T13:57:00.000Z", "content": "Thank you!"}],
         "holds_up_to": 1158, "told_at": "2026-01-22T13:57:00.000Z", "version": 1160}
        """;

    internal const string StartedType = "storm_started", UpdatedType = "storm_updated", ReleasedType = "storm_released", CancelledType = "storm_cancelled",
        RemovedType = "storm_removed";

    internal static EntityKind<Storm> Kind { get; } = new()
    {
        Number = 31,
        Name = "storm",
        Feed = "storms",
        RemovedType = RemovedType,
        // It names messages that only some agents may read.
        Audience = Audience.Operators,
        Fields = new EntityFields("storm_id") { CreatedAt = "started_at", EndedAt = "ended_at", Version = "version", KeptBeside = ["held_messages"] },
        Json = WireJson.Lenient.Storm,
        NameOf = NameOf,
        Marks = storm => [Mark(storm.Status), .. storm.Agents.Select(OfAgent)],
        Filter = query => StormQuery.Read(query).Filter,
        IsOver = storm => storm.Status != StormStatus.Open,
        Events =
        [
            new(StartedType, "Agents answered each other too often in a short time, and their further replies are held. Only operators and observers see it."),
            new(ReleasedType, "An operator released a storm: the held replies are delivered. Only operators and observers see it."),
            new(CancelledType, "An operator cancelled a storm: the held replies are withdrawn. Only operators and observers see it."),
        ],
        Example = AnEntry,
    };

    internal static string Mark(StormStatus status) => $"status={WireType.WordOf(status)}";

    internal static string OfAgent(string agentId) => $"agent={agentId}";

    /// <summary>The name of the open storm of a thread. There is at most one, whichever node opens it.</summary>
    internal static string NameOfOpen(string threadId) => $"open {threadId}";

    private static string NameOf(Storm storm) => storm.Status == StormStatus.Open ? NameOfOpen(storm.ThreadId) : $"ended {storm.StormId}";
}
