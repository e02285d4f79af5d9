namespace Parley.Server.Webhooks;

/// <summary>How long a delivery that failed waits until it is tried again.</summary>
internal static class WebhookBackoff
{
    private static readonly TimeSpan First = TimeSpan.FromSeconds(1);

    internal static TimeSpan Longest { get; } = TimeSpan.FromMinutes(5);

    /// <summary>No receiver can ask for more.</summary>
    internal static TimeSpan LongestAsked { get; } = TimeSpan.FromHours(1);

    /// <summary>Doubled each time, and up to a quarter less: many that failed at once do not all come again at once.</summary>
    /// <param name="failures">In a row, from 1 on.</param>
    /// <param name="asked">What the receiver asks for, as far as it is more.</param>
    internal static TimeSpan After(int failures, TimeSpan? asked)
    {
        var doubled = failures > 20 ? Longest : First * (1L << (failures - 1));
        var own = (doubled < Longest ? doubled : Longest) * (1 - (Random.Shared.NextDouble() / 4));
        var wanted = asked is { } given ? given < LongestAsked ? given : LongestAsked : TimeSpan.Zero;
        return own > wanted ? own : wanted;
    }
}
