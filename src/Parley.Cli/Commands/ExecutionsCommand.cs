using System.CommandLine;
using System.Text.Json;
using Parley.Cli.CommandLine;
using Parley.Cli.Output;
using Parley.Protocol;
using Spectre.Console;

namespace Parley.Cli.Commands;

/// <summary><c>parley executions list|show|start|update|log|complete|fail|cancel</c></summary>
internal static class ExecutionsCommand
{
    private static readonly Argument<string> Id = new("execution_id") { Description = "The execution." };

    public static Command Create() =>
        new CliCommand("executions", "Lists, shows, starts, updates, and ends executions: runs of a piece of work that you can watch.")
        {
            List(), Show(), Start(), Update(), Log(), Complete(), Fail(), Cancel(),
        };

    private static CliCommand List()
    {
        var limit = Numbers.Limit("--limit", 50);
        return new CliCommand("list", "Lists the project's executions, newest first.",
            "parley executions list", "parley executions list --json | jq -r '.items[] | select(.status == \"in_progress\") | .execution_id'")
        {
            limit,
        }.Does(async call =>
        {
            var page = await call.Api.Executions.ListAsync(call.Arguments.GetValue(limit), after: null, call.Cancellation);
            if (call.Terminal.Json)
                call.Terminal.WriteJson(page, WireJson.Lenient.PageExecution);
            else
            {
                Listing.WritePage(
                    call.Terminal, ["execution", "status", "progress", "phase", "squad", "made", "title"], page, run => Row(run, call.Time),
                    "No executions. 'parley executions start' begins one.");
            }

            return ExitCode.Done;
        });
    }

    private static CliCommand Show() =>
        new CliCommand("show", "Shows an execution's state, its newest log lines, and how it ended. 'parley watch --execution ID' follows its messages.",
            "parley executions show 0199e1c2-7d3f-7a51-9c0e-3b1f5d2a4e60")
        {
            Id,
        }.Does(async call =>
        {
            var run = await call.Api.Executions.GetAsync(call.Arguments.GetRequiredValue(Id), call.Cancellation);
            if (call.Terminal.Json)
            {
                call.Terminal.WriteJson(run, WireJson.Lenient.Execution);
                return ExitCode.Done;
            }

            Listing.WriteFacts(call.Terminal, [
                ("execution", run.ExecutionId), ("title", run.Title), ("status", Words.Of(run.Status)), ("progress", $"{run.Progress} %"), ("phase", run.CurrentPhase),
                ("squad", run.SquadId), ("by", run.CreatedBy), ("made", Listing.Ago(run.CreatedAt, call.Time)),
                ("ended", run.EndedAt is { } end ? Listing.Ago(end, call.Time) : null), ("result", run.Result?.GetRawText()), ("error", run.Error),
            ]);
            foreach (var line in run.Logs)
                call.Terminal.Text.MarkupLine($"  [grey]{line.Timestamp.ToLocalTime():HH:mm:ss} {PlainText.Escape(line.Level)}[/] {PlainText.EscapeLines(line.Message, indent: 4)}");
            return ExitCode.Done;
        });

    private static CliCommand Start()
    {
        var title = new Option<string?>("--title") { Description = "What is done.", HelpName = "TEXT" };
        var squad = new Option<string?>("--squad") { Description = "The squad that does it; its members may report on it.", HelpName = "ID" };
        return new CliCommand("start", "Starts an execution and prints its id, for 'parley send --execution' and 'parley watch --execution'.",
            "RUN=$(parley executions start --title \"Login page\" --squad alpha)")
        {
            title, squad,
        }.Does(async call =>
        {
            await call.ActAsync();
            var request = new ExecutionRequest { Title = call.Arguments.GetValue(title), SquadId = call.Arguments.GetValue(squad) };
            var run = await call.Api.Executions.CreateAsync(request, call.Cancellation);
            if (call.Terminal.Json)
                call.Terminal.WriteJson(run, WireJson.Lenient.Execution);
            else
                call.Terminal.WriteLine(run.ExecutionId);
            return ExitCode.Done;
        });
    }

    private static CliCommand Update()
    {
        var status = new Option<string?>("--status") { Description = "pending or in_progress; 'complete', 'fail', and 'cancel' end it." };
        status.OneOf(Words.Of(ExecutionStatus.Pending), Words.Of(ExecutionStatus.InProgress));
        var progress = Numbers.Optional("--progress", "The progress, in percent.", "N", 0, 100, "a whole number from 0 to 100");
        var phase = new Option<string?>("--phase") { Description = "What is being done now.", HelpName = "TEXT" };
        return new CliCommand("update", "Reports progress. What you leave out stays as it is.", "parley executions update $RUN --progress 40 --phase \"Writing tests\" --as be-1")
        {
            Id, status, progress, phase,
        }.Does(async call =>
        {
            var patch = new ExecutionPatch
            {
                Status = Words.Parse<ExecutionStatus>(call.Arguments.GetValue(status)),
                Progress = call.Arguments.GetValue(progress),
                CurrentPhase = call.Arguments.GetValue(phase),
            };
            if (patch == new ExecutionPatch())
                throw new CommandException(ExitCode.UsedWrongly, "There is nothing to report.", "Give --progress, --phase, or --status.");
            await call.ActAsync();
            await call.Api.Executions.UpdateAsync(call.Arguments.GetRequiredValue(Id), patch, call.Cancellation);
            return ExitCode.Done;
        });
    }

    private static CliCommand Log()
    {
        var text = new Argument<string>("text") { Description = "What happened." };
        var level = new Option<string>("--level") { Description = "How serious it is; default: info.", DefaultValueFactory = _ => "info" };
        level.OneOf("debug", "info", "warning", "error");
        return new CliCommand("log", "Adds a line to an execution's log.", "parley executions log $RUN \"Two tests fail.\" --level warning --as be-1")
        {
            Id, text, level,
        }.Does(async call =>
        {
            await call.ActAsync();
            await call.Api.Executions.LogAsync(
                call.Arguments.GetRequiredValue(Id), call.Arguments.GetRequiredValue(text), call.Arguments.GetRequiredValue(level), call.Cancellation);
            return ExitCode.Done;
        });
    }

    private static CliCommand Complete()
    {
        var result = new Option<string?>("--result") { Description = "The result, as JSON.", HelpName = "JSON" };
        return new CliCommand("complete", "Ends an execution that succeeded.", "parley executions complete $RUN --result '{\"tests\": 12}' --as be-1")
        {
            Id, result,
        }.Does(call =>
        {
            JsonElement? json = JsonWords.Read(call.Arguments.GetValue(result), result.Name, "'{\"tests\": 12}'");
            return EndAsync(call, id => call.Api.Executions.CompleteAsync(id, json, call.Cancellation));
        });
    }

    private static CliCommand Fail()
    {
        var reason = new Argument<string>("reason") { Description = "Why, for people to read." };
        return new CliCommand("fail", "Ends an execution that failed.", "parley executions fail $RUN \"The tests need a database.\" --as be-1")
        {
            Id, reason,
        }.Does(call => EndAsync(call, id => call.Api.Executions.FailAsync(id, call.Arguments.GetRequiredValue(reason), call.Cancellation)));
    }

    private static CliCommand Cancel()
    {
        var reason = new Argument<string?>("reason") { Description = "Why, for people to read.", Arity = ArgumentArity.ZeroOrOne };
        return new CliCommand("cancel", "Ends an execution that is no longer wanted.", "parley executions cancel $RUN \"Superseded.\"")
        {
            Id, reason,
        }.Does(call => EndAsync(call, id => call.Api.Executions.CancelAsync(id, call.Arguments.GetValue(reason), call.Cancellation)));
    }

    private static async Task<ExitCode> EndAsync(Call call, Func<string, Task> end)
    {
        await call.ActAsync();
        await end(call.Arguments.GetRequiredValue(Id));
        return ExitCode.Done;
    }

    private static IReadOnlyList<string> Row(Execution run, TimeProvider time) =>
    [
        PlainText.Escape(run.ExecutionId),
        run.Status switch
        {
            ExecutionStatus.Completed => "[green]completed[/]",
            ExecutionStatus.Failed => "[red]failed[/]",
            var other => Words.Of(other),
        },
        $"{run.Progress} %",
        PlainText.Name(run.CurrentPhase ?? "-"),
        PlainText.Escape(run.SquadId ?? "-"),
        Listing.Ago(run.CreatedAt, time),
        PlainText.EscapeLine(run.Title, 60),
    ];
}
