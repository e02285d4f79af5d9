using System.CommandLine;
using System.Globalization;
using Parley.Cli.CommandLine;
using Parley.Cli.Migration;
using Parley.Cli.Output;
using Parley.Cli.Tmux;

namespace Parley.Cli.Commands;

/// <summary><c>parley migrate tmux plan|run|status|rollback|finish</c>: moves a fleet that lives in tmux to Parley, batch by batch.</summary>
internal static class MigrateCommand
{
    private static readonly Option<string?> Folder = new("--folder")
    {
        Description = "Where the plan is kept. Default: parley/tmux-migration in the folder for the user's state (XDG_STATE_HOME, or ~/.local/state).",
        HelpName = "DIR",
    };

    private static readonly Option<string?> Batch = new("--batch") { Description = "The batch, by its name. Default: the one that was begun, or else the next.", HelpName = "NAME" };

    public static Command Create() => new CliCommand("migrate", "Moves agents to Parley from elsewhere.")
    {
        new CliCommand("tmux", "Moves agents that are driven by typing into panes of tmux, batch by batch, with a way back.") { Plan(), Run(), Status(), RollBack(), Finish() },
    };

    private static CliCommand Plan()
    {
        var size = Numbers.WithDefault("--batch-size", "How many panes at once, after a first batch of one (1-100).", "N", 1, 100, 5, "a whole number from 1 to 100");
        var minutes = Numbers.WithDefault(
            "--dual-minutes", "How long each batch is in dual mode: mail waits in Parley, and typing goes on (0-10080).", "M", 0.0, 10_080, 60, "a number of minutes from 0 to 10080");
        return new CliCommand("plan", "Finds the panes in which agents run, and writes a plan. Changes nothing else.", "parley migrate tmux plan --batch-size 5")
        {
            size, minutes, Folder, TmuxCommand.Socket,
        }.DoesWithTmux(async (call, _, finder) =>
        {
            using var file = MigrationFile.Hold(FolderOf(call));
            if (MigrationFile.Read(FolderOf(call)) is { } before && before.Batches.Any(batch => batch.State is BatchState.Dual or BatchState.Migrated))
            {
                throw new CommandException(
                    ExitCode.Conflict, "There is a plan that has been begun.", "'parley migrate tmux status' shows it; 'rollback --all' or 'finish' ends it.");
            }

            var panes = Adoption.Plan(await finder.FindAsync(call.Cancellation), []);
            foreach (var pane in panes.Where(pane => pane.Refusal is not null))
                call.Terminal.Note($"Left out: {pane.Found.Pane.Address.Id} ({pane.Found.Pane.Place}), because {pane.Refusal}.");
            var those = panes.Where(pane => pane.Refusal is null).Select(Of).ToList();
            if (those.Count == 0)
                throw new CommandException(ExitCode.NotFound, "There are no panes to move.", "'parley tmux list' shows what runs where; 'parley tmux adopt PANE=AGENT' names others.");
            var now = call.Time.GetUtcNow();
            var plan = new MigrationPlan
            {
                Id = now.ToString("yyyyMMdd-HHmmss", CultureInfo.InvariantCulture),
                CreatedAt = now,
                DualMinutes = call.Arguments.GetValue(minutes),
                Batches = MigrationRules.Batches(those, call.Arguments.GetValue(size)),
            };
            file.Write(plan);
            Show(call, await ReportAsync(call, plan, null), plan);
            return ExitCode.Done;
        });
    }

    private static CliCommand Run()
    {
        var wait = Numbers.WithDefault(
            "--wait", "How long to wait until all agents of the batch have read a message, in seconds (0-86400).", "S", 0.0, 86_400, 600, "a number of seconds from 0 to 86400");
        return new CliCommand("run",
            "Moves the next batch: adopts its panes, sends each agent a message, and waits until all of them have read it. Exit code 4 if some have not.",
            "parley migrate tmux run", "parley migrate tmux run --batch 2 --wait 60")
        {
            Batch, wait, Folder, TmuxCommand.Socket,
        }.DoesWithTmux(async (call, tmux, finder) =>
        {
            using var file = MigrationFile.Hold(FolderOf(call));
            var plan = MigrationRules.Settle(Required(call), call.Time.GetUtcNow());
            var batch = Named(call, plan) ?? MigrationRules.Next(plan);
            if (batch is null)
            {
                file.Write(plan);
                call.Terminal.Note("All batches have been moved or rolled back. 'parley migrate tmux status' shows them.");
                return ExitCode.Done;
            }

            plan = await new TmuxMigration(call, tmux, finder, file).RunAsync(plan, batch, TimeSpan.FromSeconds(call.Arguments.GetValue(wait)));
            batch = plan.Batches.First(one => one.Name == batch.Name);
            Show(call, await ReportAsync(call, plan, new TmuxMigration(call, tmux, finder, file)), plan);
            if (batch.IsValidated)
                return ExitCode.Done;
            call.Terminal.Note($"Not all agents of batch {batch.Name} have read their mail yet. 'run' goes on waiting; 'rollback --batch {batch.Name}' takes the batch back.");
            return ExitCode.TimedOut;
        });
    }

    private static CliCommand Status() => new CliCommand(
        "status", "Shows how far each pane is, what was typed into it, how its agent reads its mail, and what does not fit together.",
        "parley migrate tmux status", "parley migrate tmux status --json | jq -r 'select(.reading == \"keystrokes\") | .agent'")
    {
        Folder,
    }.DoesWithTmux(async (call, tmux, finder) =>
    {
        var plan = MigrationRules.Settle(Required(call), call.Time.GetUtcNow());
        Show(call, await ReportAsync(call, plan, new TmuxMigration(call, tmux, finder, null!)), plan);
        return ExitCode.Done;
    });

    private static CliCommand RollBack()
    {
        var all = new Option<bool>("--all") { Description = "All batches that have been begun." };
        var wait = Numbers.WithDefault(
            "--wait", "How long the agents may take to read what waits for them, in seconds (0-3600).", "S", 0.0, 3_600, 60, "a number of seconds from 0 to 3600");
        return new CliCommand("rollback", "Makes panes what they were before. The agents stay registered, and keep what waits for them.",
            "parley migrate tmux rollback --batch 2", "parley migrate tmux rollback --all")
        {
            Batch, all, wait, Folder, TmuxCommand.Socket,
        }.DoesWithTmux(async (call, tmux, finder) =>
        {
            using var file = MigrationFile.Hold(FolderOf(call));
            var plan = Required(call);
            var named = Named(call, plan);
            if (named is null == !call.Arguments.GetValue(all))
                throw new CommandException(ExitCode.UsedWrongly, "Say which batches: --batch NAME, or --all.");
            var migration = new TmuxMigration(call, tmux, finder, file);
            foreach (var batch in plan.Batches.Where(batch => named is null ? batch.State is BatchState.Dual or BatchState.Migrated : batch.Name == named.Name))
            {
                (plan, var left) = await migration.RollBackAsync(plan, batch, TimeSpan.FromSeconds(call.Arguments.GetValue(wait)));
                foreach (var (agent, waiting) in left)
                    call.Terminal.Note($"{waiting} message{(waiting == 1 ? "" : "s")} still wait{(waiting == 1 ? "s" : "")} for '{agent}': parley inbox --as {agent} --ack");
            }

            Show(call, await ReportAsync(call, plan, migration), plan);
            return ExitCode.Done;
        });
    }

    private static CliCommand Finish() => new CliCommand(
        "finish", "Ends the move when no batch is under way: takes the marks off panes whose agents read their mail by themselves, and says who still depends on typing.",
        "parley migrate tmux finish")
    {
        Folder, TmuxCommand.Socket,
    }.DoesWithTmux(async (call, tmux, finder) =>
    {
        using var file = MigrationFile.Hold(FolderOf(call));
        var plan = MigrationRules.Settle(Required(call), call.Time.GetUtcNow());
        if (plan.Batches.FirstOrDefault(batch => batch.State is BatchState.Planned or BatchState.Dual) is { } open)
        {
            throw new CommandException(
                ExitCode.Conflict, open.State is BatchState.Planned ? $"Batch {open.Name} has not been moved." : $"Batch {open.Name} is in dual mode until {open.DualUntil?.ToLocalTime():t}.",
                "Move it ('run'), wait, or take it back ('rollback').");
        }

        file.Write(plan);
        var migration = new TmuxMigration(call, tmux, finder, file);
        var reports = await ReportAsync(call, plan, migration);
        var typed = await migration.FinishAsync(plan, reports);
        Show(call, reports, plan);
        if (typed.Count > 0)
            call.Terminal.Note($"Still woken by typing, so keep 'parley tmux bridge' running: {string.Join(", ", typed)}.");
        call.Terminal.Note($"The plan is kept in {file.Archive(plan)}.");
        return ExitCode.Done;
    });

    private static async Task<IReadOnlyList<PaneReport>> ReportAsync(Call call, MigrationPlan plan, TmuxMigration? migration) => migration is null
        ? [.. plan.Batches.SelectMany(batch => batch.Panes.Select(pane => MigrationRules.Report(batch, pane, [], [], 0)))]
        : await migration.ReportAsync(plan);

    private static void Show(Call call, IReadOnlyList<PaneReport> reports, MigrationPlan plan)
    {
        if (call.Terminal.Json)
        {
            foreach (var report in reports)
                call.Terminal.WriteJson(report, MigrationLines.Json.PaneReport);
            return;
        }

        Listing.Write(call.Terminal, ["batch", "state", "agent", "pane", "program", "reads", "wakes", "read", "waiting"], reports.Select(report => (IReadOnlyList<string>)
        [
            report.Batch, Words.Of(report.State), PlainText.Name(report.Agent), report.Pane, PlainText.Name(report.Program), report.CheckedAt is null ? "-" : Words.Of(report.Reading),
            $"{report.Submitted}{(report.Unverified > 0 ? $" + {report.Unverified} unverified" : "")}{(report.Failed > 0 ? $" + {report.Failed} failed" : "")}",
            $"{report.Read}", $"{report.Waiting}",
        ]));
        foreach (var report in reports.Where(report => report.Differences.Count > 0))
            call.Terminal.Note($"{report.Agent}: {string.Join("; ", report.Differences)}.");
        foreach (var batch in plan.Batches.Where(batch => batch.State is BatchState.Dual))
            call.Terminal.Note($"Batch {batch.Name} is in dual mode until {batch.DualUntil?.ToLocalTime():g}.");
    }

    private static MigrationPane Of(AdoptedPane pane) => new()
    {
        Agent = pane.Agent!,
        Socket = pane.Found.Pane.Address.Socket,
        Pane = pane.Found.Pane.Address.Id,
        Place = pane.Found.Pane.Place,
        Program = pane.Found.Program,
        Folder = pane.Found.Folder,
        Before = pane.Found.Pane.Agent,
    };

    private static string FolderOf(Call call) =>
        Path.GetFullPath(call.Arguments.GetValue(Folder) ?? Path.Combine(StateFolder.Find(Environment.GetEnvironmentVariable), "tmux-migration"));

    private static MigrationPlan Required(Call call) => MigrationFile.Read(FolderOf(call)) ??
        throw new CommandException(ExitCode.NotFound, $"There is no plan in {FolderOf(call)}.", "'parley migrate tmux plan' makes one.");

    private static MigrationBatch? Named(Call call, MigrationPlan plan) => call.Arguments.GetValue(Batch) is not { } name ? null
        : plan.Batches.FirstOrDefault(batch => batch.Name == name) ?? throw new CommandException(ExitCode.NotFound, $"There is no batch '{name}'.", "'parley migrate tmux status' shows them.");
}
