using Parley.Protocol;

namespace Parley.Server.Statistics;

/// <summary>What the health of a project is computed from.</summary>
/// <param name="Lost">The share of the last hour's deliveries that died or expired.</param>
/// <param name="AckMs">The mean time until messages were acknowledged in the last hour; null if none was.</param>
/// <param name="DeliveryMs">The time within which 95% of messages reached a connection, over the last 5 minutes.</param>
/// <param name="Absent">The share of agents with waiting messages that are offline.</param>
/// <param name="Availability">The share of time in which the server was ready.</param>
internal readonly record struct HealthFacts(double Lost, double? AckMs, double DeliveryMs, double Absent, double Availability);

/// <summary>One figure for how well a project is doing, and what it is made of. A pure function.</summary>
internal static class HealthScore
{
    internal static ProjectHealth Of(in HealthFacts facts)
    {
        HealthPart[] parts =
        [
            Part("lost", facts.Lost, limit: 0.05, most: 30),
            Part("ack_ms", facts.AckMs ?? 0, limit: 300_000, most: 20),
            Part("delivery_ms", facts.DeliveryMs, limit: 1_000, most: 20),
            Part("absent", facts.Absent, limit: 0.5, most: 20),
            Part("unavailable", 1 - facts.Availability, limit: 0.01, most: 10),
        ];
        return new ProjectHealth { Score = parts.Sum(part => part.Points), Parts = parts };
    }

    /// <summary>All points for 0, none from the limit on, and in proportion between them.</summary>
    private static HealthPart Part(string name, double value, double limit, int most) => new()
    {
        Name = name,
        Value = Math.Round(value, 4),
        Limit = limit,
        Points = (int)Math.Round(most * (1 - Math.Clamp(value / limit, 0, 1))),
        MaxPoints = most,
    };
}
