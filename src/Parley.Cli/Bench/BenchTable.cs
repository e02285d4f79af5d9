using Parley.Cli.Output;
using Spectre.Console;

namespace Parley.Cli.Bench;

/// <summary>A report as text for people.</summary>
internal static class BenchTable
{
    public static void Show(BenchReport report, Terminal terminal)
    {
        var table = new Table().Border(TableBorder.Simple);
        foreach (var heading in new[] { "workload", "figure" })
            table.AddColumn(heading);
        foreach (var heading in new[] { "median", "floor", "goal", "runs", "x fsync", "x echo" })
            table.AddColumn(new TableColumn(heading).RightAligned());
        table.AddColumn("how");

        var workload = "";
        foreach (var figure in report.Figures)
        {
            table.AddRow(
                figure.Workload == workload ? "" : figure.Workload, figure.Name, $"[{Colour(figure.Standing)}]{Text(figure.Value, figure.Unit)}[/]",
                Bare(figure.Floor), Bare(figure.Goal), string.Join(' ', figure.Runs.Select(run => Bare(run))),
                Bare(figure.ToFsync), Bare(figure.ToEcho), $"[grey]{Markup.Escape(figure.How)}[/]");
            workload = figure.Workload;
        }

        terminal.Text.Write(table);
        foreach (var yardstick in report.Figures.GroupBy(figure => figure.Workload))
        {
            var (fsyncs, echoes) = (yardstick.First().FsyncsPerSecond, yardstick.First().EchoesPerSecond);
            terminal.Text.MarkupLine(
                $"[grey]{yardstick.Key}, measured at the same time: {(fsyncs is { } rate ? $"{rate:N0} fsyncs/s of 4 KB" : "a disk that is not known")}, {echoes:N0} WebSocket echoes/s of 512 bytes[/]");
        }

        terminal.Text.MarkupLine(
            $"[grey]{report.Machine.Processors} processors, {Markup.Escape(report.Machine.Runtime)}, {Markup.Escape(report.Machine.System)}; "
            + $"Parley {Markup.Escape(report.ServerVersion)}{(report.OwnServer ? ", started for this measurement" : "")}; floors and goals are for two processors[/]");
        if (report.Verified is { } verified)
            terminal.Text.MarkupLine(verified.IsGood ? $"[green]{verified}[/]" : $"[red]{verified}[/]");
    }

    private static string Colour(Standing? standing) => standing switch
    {
        Standing.Goal => "green",
        Standing.Floor => "yellow",
        Standing.Below => "red",
        _ => "default",
    };

    private static string Text(double value, Unit unit) => Bare(value) + unit switch
    {
        Unit.PerSecond => "/s",
        Unit.Milliseconds => " ms",
        Unit.Microseconds => " us",
        Unit.Kilobytes => " KB",
        Unit.Megabytes => " MB",
        _ => " cores",
    };

    private static string Bare(double? value) => value switch
    {
        null => "",
        >= 1000 or <= -1000 => $"{value:N0}",
        _ => $"{value:0.###}",
    };
}
