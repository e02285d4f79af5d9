using Parley.Protocol;
using Parley.Server.Entities;
using Parley.Server.Wire;

namespace Parley.Server.Attention;

/// <summary>The rules for snoozes.</summary>
internal static class SnoozeRules
{
    internal static readonly TimeSpan Longest = TimeSpan.FromDays(30);

    internal static ApiProblem? Check(SnoozeRequest request, DateTimeOffset now) => new Validation()
        .Required("until", request.Until)
        .Check(request.Until is not { } until || until > now, "until", "is not in the future")
        .Check(request.Until is not { } latest || latest <= now + Longest, "until", "is more than 30 days from now")
        .Problem;

    internal static Decision<AttentionSnooze> Snooze(AttentionSnooze? present, string id, DateTimeOffset until, string by) =>
        Decision<AttentionSnooze>.Put((present ?? new AttentionSnooze { AttentionId = id, SnoozedBy = by }) with { Until = until, SnoozedBy = by }, AttentionKinds.SnoozedType);

    internal static Decision<AttentionSnooze> Wake(Entity<AttentionSnooze>? present) =>
        present is null ? Decision<AttentionSnooze>.Keep : Decision<AttentionSnooze>.Remove(AttentionKinds.WokenType);

    /// <returns>Null for an id that no item can have.</returns>
    internal static AttentionKind? KindOf(string id)
    {
        foreach (var kind in Enum.GetValues<AttentionKind>())
        {
            if (id.StartsWith($"{WireType.WordOf(kind)}:", StringComparison.Ordinal))
                return kind;
        }

        return null;
    }

    internal static ApiProblem NotFound(string id) => Problems.NotFound("attention item", id);
}
