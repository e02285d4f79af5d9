namespace Parley.Server.Webhooks;

/// <summary>How long a failed delivery waits before the next attempt.</summary>
internal static class WebhookBackoff
{
    private static readonly TimeSpan First = TimeSpan.FromSeconds(1);

    internal static TimeSpan Longest { get; } = TimeSpan.FromMinutes(5);

    /// <summary>The longest delay that a receiver can ask for.</summary>
    internal static TimeSpan LongestAsked { get; } = TimeSpan.FromHours(1);

    /// <summary>Doubles each time, minus up to a quarter, so that many that failed at the same time do not all retry at the same time.</summary>
    /// <param name="failures">Consecutive failures, starting at 1.</param>
    /// <param name="asked">The delay that the receiver asks for, if it is longer.</param>
    internal static TimeSpan After(int failures, TimeSpan? asked)
    {
        var doubled = failures > 20 ? Longest : First * (1L << (failures - 1));
        var own = (doubled < Longest ? doubled : Longest) * (1 - (Random.Shared.NextDouble() / 4));
        var wanted = asked is { } given ? given < LongestAsked ? given : LongestAsked : TimeSpan.Zero;
        return own > wanted ? own : wanted;
    }
}
