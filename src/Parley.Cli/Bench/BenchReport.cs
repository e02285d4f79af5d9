using System.Text.Json.Serialization;
using Parley.Protocol;

namespace Parley.Cli.Bench;

/// <summary>Everything that one run of <c>parley bench</c> measured.</summary>
internal sealed record BenchReport(
    BenchMachine Machine, string ServerVersion, bool OwnServer, IReadOnlyList<Figure> Figures, AuditResult? Verified);

internal sealed record BenchMachine(int Processors, string System, string Runtime);

/// <summary>A figure, with the yardsticks that were measured at the same time.</summary>
/// <param name="Value">The median of <paramref name="Runs"/>.</param>
/// <param name="Floor">What must be reached on two cores shared by the client and the server; null if nothing is promised.</param>
/// <param name="FsyncsPerSecond">The median of the disk's fsync rate just before the runs; null if it is not known where the data is.</param>
/// <param name="ToFsync">The value as a multiple of the fsync rate or, for a duration, as a multiple of one fsync's. Null for sizes.</param>
/// <param name="EchoesPerSecond">The rate of bare WebSockets just before the runs. <paramref name="ToEcho"/> is computed like
/// <paramref name="ToFsync"/>.</param>
internal sealed record Figure(
    string Workload, string Name, double Value, Unit Unit, IReadOnlyList<double> Runs, string How, double? Floor, double? Goal, Standing? Standing,
    double? FsyncsPerSecond, double? ToFsync, double EchoesPerSecond, double? ToEcho)
{
    public static Figure Of(string workload, Metric metric, IReadOnlyList<double> runs, Yardstick yardstick)
    {
        var value = Quantile.Median(runs);
        return new Figure(
            workload, metric.Name, Round(value), metric.Unit, [.. runs.Select(Round)], metric.How, metric.Floor, metric.Goal, StandingOf(metric, value),
            yardstick.FsyncsPerSecond is { } fsyncs ? Round(fsyncs) : null, Ratio(metric.Unit, value, yardstick.FsyncsPerSecond),
            Round(yardstick.EchoesPerSecond), Ratio(metric.Unit, value, yardstick.EchoesPerSecond));
    }

    private static Standing? StandingOf(Metric metric, double value)
    {
        bool Reaches(double mark) => metric.MoreIsBetter ? value >= mark : value <= mark;
        return metric switch
        {
            { Goal: { } goal } when Reaches(goal) => Bench.Standing.Goal,
            { Floor: { } floor } when Reaches(floor) => Bench.Standing.Floor,
            { Floor: null, Goal: null } => null,
            _ => Bench.Standing.Below,
        };
    }

    private static double? Ratio(Unit unit, double value, double? rate) => unit switch
    {
        Unit.PerSecond => Round(value / rate),
        Unit.Milliseconds => Round(value / 1e3 * rate),
        Unit.Microseconds => Round(value / 1e6 * rate),
        _ => null,
    };

    private static double? Round(double? value) => value is { } number ? Round(number) : null;

    /// <summary>To four digits, because no run is more precise.</summary>
    private static double Round(double value) =>
        value == 0 || !double.IsFinite(value) ? 0 : Math.Round(value, Math.Clamp(3 - (int)Math.Floor(Math.Log10(Math.Abs(value))), 0, 12));
}

/// <summary>How a figure compares with what is promised and with the goal on two cores.</summary>
internal enum Standing
{
    Below,
    Floor,
    Goal,
}

/// <summary>The rates of the disk and the sockets just before a run.</summary>
internal readonly record struct Yardstick(double? FsyncsPerSecond, double EchoesPerSecond)
{
    /// <summary>The median of each, because the figures are medians too.</summary>
    public static Yardstick Median(IReadOnlyCollection<Yardstick> runs)
    {
        var fsyncs = runs.Select(run => run.FsyncsPerSecond).OfType<double>().ToList();
        return new Yardstick(fsyncs.Count > 0 ? Quantile.Median(fsyncs) : null, Quantile.Median([.. runs.Select(run => run.EchoesPerSecond)]));
    }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    Converters = [typeof(WireEnum<Unit>), typeof(WireEnum<Standing>)])]
[JsonSerializable(typeof(BenchReport))]
internal sealed partial class BenchJson : JsonSerializerContext;
