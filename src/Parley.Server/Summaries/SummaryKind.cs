using Parley.Protocol;
using Parley.Server.Entities;
using Parley.Server.Log;

namespace Parley.Server.Summaries;

/// <summary>Summaries as a kind of entities.</summary>
internal static class SummaryKind
{
    internal const string MadeType = "summary_made", RemovedType = "summary_removed";

    /// <remarks>Each is over from the start, so retention removes it with the entry of its last change. Its text is a secret, so that the log does not
    /// keep what somebody deletes.</remarks>
    internal static EntityKind<ModelSummary> Summary { get; } = new()
    {
        Number = 35,
        Name = "summary",
        Feed = "summaries",
        RemovedType = RemovedType,
        Audience = Audience.Operators,
        Fields = new EntityFields(null) { CreatedAt = null, ChangedAt = "made_at", Version = "version", Secret = "text" },
        Json = WireJson.Lenient.ModelSummary,
        NameOf = summary => summary.ConversationThreadId,
        IsOver = _ => true,
        Example =
            """
            {"conversation_thread_id": "0199e1c2-0000-7000-8000-000000000412", "model": "gpt-5-mini", "first_seq": 1042, "last_seq": 1043, "gone": 0,
             "made_at": "2026-01-22T13:58:00.000Z", "version": 1050}
            """,
    };
}
