namespace Parley.Cli.Bench;

internal enum Unit
{
    PerSecond,
    Milliseconds,
    Microseconds,
    Kilobytes,
    Megabytes,
    Cores,
}

/// <summary>Something that a workload measures.</summary>
/// <param name="Name">What is measured, in a few words.</param>
/// <param name="How">How the figure is obtained: between which two events, and by whose clock.</param>
/// <param name="Floor">What must be reached on two cores shared by the client and the server; null if nothing is promised.</param>
/// <param name="Goal">The goal on the same machine.</param>
internal sealed record Metric(string Name, Unit Unit, string How, double? Floor = null, double? Goal = null)
{
    public bool MoreIsBetter => Unit is Unit.PerSecond;

    public Sample Of(double value) => new(this, value);
}

/// <summary>The value of one metric in one run.</summary>
internal readonly record struct Sample(Metric Metric, double Value);

/// <summary>Order statistics.</summary>
internal static class Quantile
{
    /// <summary>The smallest of the values that is not exceeded by at least <paramref name="share"/> (0-1) of them.</summary>
    public static double Of(IEnumerable<double> values, double share)
    {
        var sorted = values.Order().ToArray();
        return sorted[Math.Clamp((int)Math.Ceiling(share * sorted.Length) - 1, 0, sorted.Length - 1)];
    }

    /// <summary>The middle value; for an even number, the mean of the two in the middle.</summary>
    public static double Median(IReadOnlyCollection<double> values)
    {
        var sorted = values.Order().ToArray();
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }
}
