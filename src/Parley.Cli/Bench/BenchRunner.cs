using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Parley.Cli.Bench.Workloads;
using Parley.Cli.Bench.Yardsticks;
using Parley.Cli.CommandLine;
using Parley.Client;

namespace Parley.Cli.Bench;

/// <summary>Measures workloads one after another: each is warmed up, then run, and its figures are the medians of its runs.</summary>
internal sealed class BenchRunner(Call call, BenchPlan plan)
{
    private const int Runs = 3;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(15);

    private static string Runtime => RuntimeInformation.FrameworkDescription + (RuntimeFeature.IsDynamicCodeSupported ? "" : ", native");

    public async Task<BenchReport> RunAsync(IReadOnlyList<WorkloadKind> kinds)
    {
        var figures = new List<Figure>();
        await using var echo = await EchoYardstick.StartAsync(plan.Time, call.Cancellation);
        foreach (var kind in kinds)
        {
            call.Terminal.Note($"{kind.Name}: {kind.Description}{Instead()} ...");
            figures.AddRange(await MeasureAsync(kind, echo));
        }

        var machine = new BenchMachine(Environment.ProcessorCount, RuntimeInformation.OSDescription, Runtime);
        return new BenchReport(machine, await VersionAsync(), plan.Server.IsOwn, figures, plan.Audit?.Close());
    }

    private string Instead() => string.Concat(
        plan.Messages is { } messages ? $"; here {messages:N0} messages" : "", plan.Agents is { } agents ? $"; here {agents:N0} agents" : "");

    private async Task<string> VersionAsync()
    {
        // The bench's own server is this very program.
        if (plan.Server.IsOwn)
            return ProgramVersion.Text;
        await using var api = ParleyApi.Open(plan.Server.Options);
        return (await api.HealthAsync(call.Cancellation)).Version;
    }

    private async Task<IEnumerable<Figure>> MeasureAsync(WorkloadKind kind, EchoYardstick echo)
    {
        using var patience = new CancellationTokenSource(Patience, plan.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(call.Cancellation, patience.Token);
        try
        {
            await using var workload = await kind.OpenAsync(plan, either.Token);
            await workload.WarmUpAsync(either.Token);
            var samples = new List<Sample>();
            var yardsticks = new List<Yardstick>();
            for (var run = 0; run < Math.Min(workload.MostRuns, plan.Fast ? 1 : Runs); run++)
            {
                yardsticks.Add(new Yardstick(
                    plan.Server.DataFolder is { } folder ? FsyncYardstick.Measure(folder, plan.Time) : null,
                    await echo.MeasureAsync(either.Token)));

                // Garbage from the previous run should not count for this one.
                GC.Collect();
                samples.AddRange(await workload.RunAsync(either.Token));
            }

            return samples.GroupBy(sample => sample.Metric)
                .Select(metric => Figure.Of(kind.Name, metric.Key, [.. metric.Select(sample => sample.Value)], Yardstick.Median(yardsticks)));
        }
        catch (OperationCanceledException) when (patience.IsCancellationRequested)
        {
            var books = plan.Audit is { } audit ? $" So far: {audit.Close()}." : " --verify shows what happened to each message.";
            throw new CommandException(ExitCode.TimedOut, $"The workload {kind.Name} did not end within {Patience.TotalMinutes:0} minutes.{books}");
        }
    }
}
