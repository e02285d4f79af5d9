using Parley.Protocol;

namespace Parley.Server.Agents;

/// <summary>When an agent that is working counts as stalled.</summary>
internal static class StallRules
{
    /// <summary>However often an agent gives signs, this much silence is nothing unusual.</summary>
    internal static readonly TimeSpan ShortestSilence = TimeSpan.FromMinutes(10);

    /// <summary>How many times its usual silence.</summary>
    private const int Times = 5;

    /// <param name="since">Since when it has had its activity.</param>
    /// <param name="signs">Its last signs, oldest first, in Unix milliseconds.</param>
    /// <returns>Null if it is not stalled.</returns>
    internal static AgentStall? Judge(AgentActivity activity, DateTimeOffset? since, IReadOnlyList<long> signs, DateTimeOffset now) =>
        LastSign(activity, since, signs) is { } last && now - last > Limit(signs)
            ? new AgentStall { Since = last, UsualSeconds = Usual(signs)?.TotalSeconds }
            : null;

    /// <summary>From when on it is stalled if it gives no other sign; null if it cannot stall.</summary>
    /// <inheritdoc cref="Judge" path="/param"/>
    internal static DateTimeOffset? DueAt(AgentActivity activity, DateTimeOffset? since, IReadOnlyList<long> signs) =>
        LastSign(activity, since, signs) is { } last ? last + Limit(signs) + TimeSpan.FromMilliseconds(1) : null;

    private static DateTimeOffset? LastSign(AgentActivity activity, DateTimeOffset? since, IReadOnlyList<long> signs)
    {
        if (activity != AgentActivity.Working || (signs.Count == 0 && since is null))
            return null;
        return DateTimeOffset.FromUnixTimeMilliseconds(Math.Max(signs.Count > 0 ? signs[^1] : 0, since?.ToUnixTimeMilliseconds() ?? 0));
    }

    /// <summary>The longest silence that is nothing unusual.</summary>
    private static TimeSpan Limit(IReadOnlyList<long> signs)
    {
        var many = Times * (Usual(signs) ?? TimeSpan.Zero);
        return many > ShortestSilence ? many : ShortestSilence;
    }

    /// <summary>The median time between two signs; null if there are not two.</summary>
    private static TimeSpan? Usual(IReadOnlyList<long> signs)
    {
        if (signs.Count < 2)
            return null;
        var pauses = signs.Zip(signs.Skip(1), (one, next) => next - one).Order().ToList();
        return TimeSpan.FromMilliseconds((pauses[(pauses.Count - 1) / 2] + pauses[pauses.Count / 2]) / 2.0);
    }
}
