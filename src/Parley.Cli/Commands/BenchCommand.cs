using System.CommandLine;
using Parley.Cli.Bench;
using Parley.Cli.Bench.Clients;
using Parley.Cli.Bench.Workloads;
using Parley.Cli.CommandLine;

namespace Parley.Cli.Commands;

/// <summary><c>parley bench</c></summary>
internal static class BenchCommand
{
    private static readonly WorkloadKind[] Kinds =
    [
        StartWorkload.Kind,
        DirectWorkload.Kind,
        LatencyWorkload.Kind,
        RequestWorkload.Kind,
        FanoutWorkload.OverWebSockets,
        FanoutWorkload.OverServerSentEvents,
        BacklogWorkload.Kind,
        IdleWorkload.Kind,
        RestWorkload.Kind,
        TasksWorkload.Kind,
        MemoryWorkload.Kind,
        WatchWorkload.Kind,
        HistoryWorkload.Kind,
    ];

    public static Command Create()
    {
        var workload = new Option<string?>("--workload") { Description = "Run only this workload; default: all." };
        workload.OneOf([.. Kinds.Select(kind => kind.Name)]);
        var client = new Option<string?>("--client")
        {
            Description = "sdk (default): agents use Parley.Client. plain: just a WebSocket and JSON, as in a program without an SDK; only for the workloads "
                + string.Join(", ", Kinds.Where(kind => kind.TakesPlain).Select(kind => kind.Name)) + ".",
        };
        client.OneOf("sdk", "plain");
        var messages = Positive("--messages", "Messages, tasks, or sets per run; default: the workload's own number.");
        var agents = Positive("--agents", "Pairs, subscribers, or agents, whichever the workload uses; default: the workload's own number.");
        var verify = new Option<bool>("--verify") { Description = "Track every message, and recount the tasks and the memory, which lowers the figures. Exit code 1 if something is lost, repeated, or wrong." };
        var fast = new Option<bool>("--fast") { Description = "One run instead of three, and half as long for workloads with a fixed time." };

        return new CliCommand("bench",
            "Measures a server: the one at --url, or else one started for this purpose. The clients run in this process.",
            "parley bench",
            "parley bench --workload direct --verify",
            "parley bench --workload latency --client plain",
            "parley bench --url http://127.0.0.1:8080 --json")
        {
            workload, client, messages, agents, verify, fast,
        }.Does(async call =>
        {
            var chosen = Chosen(call.Arguments.GetValue(workload), call.Arguments.GetValue(client) == "plain");
            var audit = call.Arguments.GetValue(verify) ? new DeliveryAudit() : null;
            await using var server = await BenchServer.OpenAsync(call);
            var plan = new BenchPlan(
                server, call.Time, new Corpus(), call.Arguments.GetValue(messages), call.Arguments.GetValue(agents), audit, call.Arguments.GetValue(fast),
                call.Arguments.GetValue(client) == "plain" ? ClientKind.Plain : ClientKind.Sdk);
            var report = await new BenchRunner(call, plan).RunAsync(chosen);
            if (call.Terminal.Json)
                call.Terminal.WriteJson(report, BenchJson.Default.BenchReport);
            else
                BenchTable.Show(report, call.Terminal);
            return report.Verified is { IsGood: false } ? ExitCode.Failed : ExitCode.Done;
        });
    }

    private static WorkloadKind[] Chosen(string? workload, bool plain)
    {
        if (Array.Find(Kinds, kind => kind.Name == workload) is { TakesPlain: false } && plain)
            throw new CommandException(ExitCode.UsedWrongly, $"The workload {workload} needs the SDK.", "Leave out --client plain.");
        return [.. Kinds.Where(kind => (workload is null || kind.Name == workload) && (kind.TakesPlain || !plain))];
    }

    private static Option<int?> Positive(string name, string description) =>
        Numbers.Optional(name, description, "N", 1, int.MaxValue, "a whole number from 1");
}
