using Parley.Protocol;
using Parley.Server.Rest;
using Parley.Server.Wire;

namespace Parley.Server.Attention;

/// <summary>Which items to show. All given values must match.</summary>
internal sealed record AttentionFilter : IQuery<AttentionFilter>
{
    private static readonly string[] KindWords = [.. WireType.WordsOf(typeof(AttentionKind))];

    internal IReadOnlyCollection<AttentionKind> Kinds { get; init; } = [];
    internal string? Agent { get; init; }

    /// <summary>Whether snoozed items are included.</summary>
    internal bool Snoozed { get; init; }

    public static AttentionFilter Read(QueryReader query)
    {
        var words = query.Texts("kind", $"Only items of this kind: {string.Join(", ", KindWords.Select(word => $"`{word}`"))}. May be repeated.");
        foreach (var unknown in words.Where(word => !KindWords.Contains(word)).Take(1))
            query.Fail("kind", $"must be one of {string.Join(", ", KindWords)}");
        return new AttentionFilter
        {
            Kinds = [.. Enum.GetValues<AttentionKind>().Where(kind => words.Contains(WireType.WordOf(kind)))],
            Agent = query.Text("agent", "Only items about this agent."),
            Snoozed = query.Flag("snoozed", "With `true`, also snoozed items.") == true,
        };
    }

    internal bool Takes(AttentionItem item) =>
        (Agent is null || item.Subject.AgentId == Agent || item.Subject.Agents?.Contains(Agent) == true)
        && (Snoozed || item.SnoozedUntil is null);

    /// <summary>Like <see cref="Takes"/>, for items of any kind.</summary>
    internal bool Selects(AttentionItem item) => (Kinds.Count == 0 || Kinds.Contains(item.Kind)) && Takes(item);
}
