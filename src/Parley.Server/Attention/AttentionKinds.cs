using Parley.Protocol;
using Parley.Server.Entities;
using Parley.Server.Log;

namespace Parley.Server.Attention;

/// <summary>Snoozes as a kind of entities.</summary>
internal static class AttentionKinds
{
    internal const string AnItem =
        """
        {"attention_id": "dead_letters:be-1:rejected", "kind": "dead_letters", "severity": "critical", "since": "2026-01-22T13:40:00.000Z", "count": 3,
         "subject": {"agent_id": "be-1", "reason": "rejected"},
         "evidence": {"error": "The database is being migrated.", "online": true, "last_at": "2026-01-22T13:50:00.000Z"}, "snoozed_until": null}
        """;

    internal const string ASnooze =
        """
        {"attention_id": "dead_letters:be-1:rejected", "until": "2026-01-23T08:00:00.000Z", "snoozed_by": "ops-1", "snoozed_at": "2026-01-22T13:56:00.000Z",
         "version": 1170}
        """;

    internal const string SnoozedType = "attention_snoozed", WokenType = "attention_unsnoozed", EndedType = "attention_snooze_ended";

    internal static EntityKind<AttentionSnooze> Snooze { get; } = new()
    {
        Number = 36,
        Name = "snooze",
        Feed = "snoozes",
        RemovedType = WokenType,
        ExpiredType = EndedType,
        Audience = Audience.Operators,
        Fields = new EntityFields(null) { CreatedAt = null, ChangedAt = "snoozed_at", Version = "version" },
        Json = WireJson.Lenient.AttentionSnooze,
        NameOf = snooze => snooze.AttentionId,
        Due = snooze => snooze.Until,
        WhenDue = (_, _) => Decision<AttentionSnooze>.Remove(EndedType),
        Example = ASnooze,
    };
}
