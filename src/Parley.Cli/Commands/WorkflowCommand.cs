using System.CommandLine;
using Parley.Cli.CommandLine;
using Parley.Cli.Output;
using Parley.Protocol;

namespace Parley.Cli.Commands;

/// <summary><c>parley workflow run|validate|show|list|cancel|retry|complete|fail|define|definitions</c></summary>
internal static class WorkflowCommand
{
    private static readonly Argument<string> Id = new("workflow") { Description = "The workflow's id." };

    private static readonly Argument<string> File = new("file") { Description = "The plan, in YAML or JSON; '-' reads it from standard input." };

    public static Command Create()
    {
        var command = new CliCommand("workflow", "Runs, checks, shows, lists, cancels, and retries workflows: plans of steps for agents.")
        {
            Run(), Validate(), Show(), List(), Cancel(), Retry(), Complete(), Fail(), Define(), Definitions(),
        };
        command.Aliases.Add("workflows");
        return command;
    }

    private static CliCommand Run()
    {
        var plan = new Argument<string>("plan") { Description = "A file in YAML or JSON, '-' for standard input, or the name of a definition." };
        var input = new Option<string?>("--input") { Description = "What the steps refer to as ${input/...}.", HelpName = "JSON" };
        var noWait = new Option<bool>("--no-wait") { Description = "Only start it, and print it." };
        return new CliCommand("run", "Starts a workflow, and shows each step until it has ended. Exit code 1 if it fails. Ctrl-C stops watching; the workflow goes on.",
            "parley workflow run release.yaml --input '{\"branch\": \"main\"}'", "parley workflow run release --no-wait --json")
        {
            plan, input, noWait,
        }.Does(async call =>
        {
            await call.ActAsync();
            var (name, given) = (call.Arguments.GetRequiredValue(plan), call.Arguments.GetValue(input));
            var value = JsonWords.Read(given, "--input", "'{\"branch\": \"main\"}'");
            var workflow = name == "-" || System.IO.File.Exists(name)
                ? await call.Api.Workflows.StartAsync(await ReadAsync(name, given is null ? null : value!.Value.GetRawText(), call), call.Cancellation)
                : LooksLikeAFile(name)
                    ? throw new CommandException(ExitCode.UsedWrongly, $"There is no file '{name}'.")
                    : await call.Api.Workflows.StartAsync(new WorkflowRequest { Definition = name, Input = value }, call.Cancellation);
            return call.Arguments.GetValue(noWait) ? Print(workflow, call) : await FollowedWorkflow.ShowAsync(workflow, call);
        });
    }

    private static CliCommand Validate() => new CliCommand(
        "validate", "Checks a plan without starting it. Exit code 1 if something is wrong.", "parley workflow validate release.yaml")
    {
        File,
    }.Does(async call =>
    {
        await call.ActAsync();
        var result = await call.Api.Workflows.ValidateAsync(await ReadAsync(call.Arguments.GetRequiredValue(File), input: null, call), call.Cancellation);
        if (call.Terminal.Json)
            call.Terminal.WriteJson(result, WireJson.Lenient.WorkflowValidation);
        else if (result.Valid)
            call.Terminal.WriteLine($"It is valid: {string.Join(" -> ", result.Waves.Select(wave => wave.Count == 1 ? wave[0] : $"({string.Join(", ", wave)})"))}");
        else
            WriteErrors(result, call.Terminal);
        return result.Valid ? ExitCode.Done : ExitCode.Failed;
    });

    private static CliCommand Show()
    {
        var follow = new Option<bool>("--follow") { Description = "Until it has ended, as 'run' does." };
        return new CliCommand("show", "Shows a workflow with its steps.", "parley workflow show 0199e1c1-0000-7000-8000-000000000a00") { Id, follow }.Does(async call =>
        {
            await call.ActAsync();
            var workflow = await call.Api.Workflows.GetAsync(call.Arguments.GetRequiredValue(Id), call.Cancellation);
            return call.Arguments.GetValue(follow) ? await FollowedWorkflow.ShowAsync(workflow, call) : Print(workflow, call);
        });
    }

    private static CliCommand List()
    {
        var all = new Option<bool>("--all") { Description = "Also those that have ended." };
        var definition = new Option<string?>("--definition") { Description = "Only those started from this definition.", HelpName = "NAME" };
        var limit = Numbers.Limit("--limit", 50);
        return new CliCommand("list", "Lists the workflows that have not ended, newest first.", "parley workflow list", "parley workflow list --all --json")
        {
            all, definition, limit,
        }.Does(async call =>
        {
            await call.ActAsync();
            var page = await call.Api.Workflows.ListAsync(
                !call.Arguments.GetValue(all), status: null, call.Arguments.GetValue(definition), call.Arguments.GetValue(limit), after: null, call.Cancellation);
            if (call.Terminal.Json)
                call.Terminal.WriteJson(page, WireJson.Lenient.PageWorkflow);
            else
                Listing.WritePage(call.Terminal, ["workflow", "status", "steps", "ended or started", "title"], page, workflow => Row(workflow, call.Time), "No workflows.");
            return ExitCode.Done;
        });
    }

    private static CliCommand Cancel()
    {
        var reason = new Option<string?>("--reason") { Description = "Why; shown to everybody.", HelpName = "TEXT" };
        return new CliCommand("cancel", "Cancels a workflow and its steps.", "parley workflow cancel 0199e1c1-0000-7000-8000-000000000a00 --reason \"Not now\"")
        {
            Id, reason,
        }.Does(async call =>
        {
            await call.ActAsync();
            return Print(await call.Api.Workflows.CancelAsync(call.Arguments.GetRequiredValue(Id), call.Arguments.GetValue(reason), call.Cancellation), call);
        });
    }

    private static CliCommand Retry()
    {
        var noWait = new Option<bool>("--no-wait") { Description = "Only start it, and print it." };
        var step = new Option<string?>("--step") { Description = "Only this step, which failed, and what waits for it. The workflow may be running.", HelpName = "NAME" };
        return new CliCommand("retry", "Runs a workflow that failed or was cancelled again, from the steps that did not complete.",
            "parley workflow retry 0199e1c1-0000-7000-8000-000000000a00", "parley workflow retry 0199e1c1-0000-7000-8000-000000000a00 --step build")
        {
            Id, step, noWait,
        }.Does(async call =>
        {
            await call.ActAsync();
            var id = call.Arguments.GetRequiredValue(Id);
            var workflow = call.Arguments.GetValue(step) is { } name
                ? await call.Api.Workflows.RetryStepAsync(id, name, call.Cancellation)
                : await call.Api.Workflows.RetryAsync(id, call.Cancellation);
            return call.Arguments.GetValue(noWait) ? Print(workflow, call) : await FollowedWorkflow.ShowAsync(workflow, call);
        });
    }

    private static CliCommand Complete()
    {
        var (step, fence) = (StepName(), Fence());
        var result = new Argument<string?>("result") { Description = "JSON; anything else is stored as text.", Arity = ArgumentArity.ZeroOrOne };
        return new CliCommand("complete", "Ends a step with its result. Exit code 7 if somebody else has the step now.",
            "parley workflow complete 0199e1c1-0000-7000-8000-000000000a00 build '{\"pull_request\": 17}' --fence 1 --as be-1")
        {
            Id, step, result, fence,
        }.Does(async call =>
        {
            await call.ActAsync();
            var move = new WorkflowStepMove
            {
                Fence = call.Arguments.GetValue(fence),
                Result = call.Arguments.GetValue(result) is { } text ? JsonWords.Value(text, "<result>") : null,
            };
            return Print(await call.Api.Workflows.CompleteStepAsync(call.Arguments.GetRequiredValue(Id), call.Arguments.GetRequiredValue(step), move, call.Cancellation), call);
        });
    }

    private static CliCommand Fail()
    {
        var (step, fence) = (StepName(), Fence());
        var error = new Argument<string>("error") { Description = "Why it failed." };
        return new CliCommand("fail", "Ends an attempt at a step with an error.",
            "parley workflow fail 0199e1c1-0000-7000-8000-000000000a00 build \"The tests fail\" --fence 1 --as be-1")
        {
            Id, step, error, fence,
        }.Does(async call =>
        {
            await call.ActAsync();
            var move = new WorkflowStepMove { Fence = call.Arguments.GetValue(fence), Error = call.Arguments.GetRequiredValue(error) };
            return Print(await call.Api.Workflows.FailStepAsync(call.Arguments.GetRequiredValue(Id), call.Arguments.GetRequiredValue(step), move, call.Cancellation), call);
        });
    }

    private static CliCommand Define()
    {
        var name = new Argument<string>("name") { Description = "The definition's name." };
        return new CliCommand("define", "Keeps a plan by its name, or adds a revision to it.", "parley workflow define release release.yaml")
        {
            name, File,
        }.Does(async call =>
        {
            await call.ActAsync();
            var definition = await call.Api.Workflows.DefineAsync(
                call.Arguments.GetRequiredValue(name), await ReadAsync(call.Arguments.GetRequiredValue(File), input: null, call), call.Cancellation);
            if (call.Terminal.Json)
                call.Terminal.WriteJson(definition, WireJson.Lenient.WorkflowDefinition);
            else
                call.Terminal.WriteLine(PlainText.Of(System.FormattableString.Invariant($"{definition.Name}, revision {definition.Revision}, {definition.Steps.Count} steps")));
            return ExitCode.Done;
        });
    }

    private static CliCommand Definitions()
    {
        var limit = Numbers.Limit("--limit", 50);
        return new CliCommand("definitions", "Lists the definitions by name.", "parley workflow definitions")
        {
            limit,
        }.Does(async call =>
        {
            await call.ActAsync();
            var page = await call.Api.Workflows.ListDefinitionsAsync(call.Arguments.GetValue(limit), after: null, call.Cancellation);
            if (call.Terminal.Json)
                call.Terminal.WriteJson(page, WireJson.Lenient.PageWorkflowDefinition);
            else
                Listing.WritePage(call.Terminal, ["name", "revision", "steps", "changed", "title"], page, definition => Row(definition, call.Time), "No definitions.");
            return ExitCode.Done;
        });
    }

    private static ExitCode Print(Workflow workflow, Call call)
    {
        if (call.Terminal.Json)
        {
            call.Terminal.WriteJson(workflow, WireJson.Lenient.Workflow);
            return ExitCode.Done;
        }

        call.Terminal.WriteLine(PlainText.Of(Line(workflow)));
        foreach (var line in WorkflowGraph.Draw(workflow.Steps, call.Time))
            call.Terminal.WriteLine(PlainText.Of($"  {line}"));
        return ExitCode.Done;
    }

    private static ExitCode Print(WorkflowStep step, Call call)
    {
        if (call.Terminal.Json)
            call.Terminal.WriteJson(step, WireJson.Lenient.WorkflowStep);
        else
            call.Terminal.WriteLine(PlainText.Of(WorkflowGraph.Line(step, call.Time)));
        return ExitCode.Done;
    }

    private static void WriteErrors(WorkflowValidation result, Terminal terminal)
    {
        terminal.WriteLine("It is not valid:");
        foreach (var (place, reasons) in result.Errors)
        {
            foreach (var reason in reasons)
                terminal.WriteLine(PlainText.Of($"  {place}: {reason}"));
        }
    }

    internal static string Line(Workflow workflow)
    {
        var name = workflow.Title ?? workflow.WorkflowType ?? workflow.Definition;
        var line = System.FormattableString.Invariant(
            $"{workflow.WorkflowId} {(name is null ? "" : $"\"{name}\" ")}{Words.Of(workflow.Status)}, {workflow.Progress.Done} of {workflow.Progress.Total} steps");
        if (workflow.Unassigned.Count > 0)
            line += $"; nobody can take {string.Join(", ", workflow.Unassigned)} now";
        return workflow.Error is null ? line : $"{line}: {workflow.Error}";
    }

    private static IReadOnlyList<string> Row(Workflow workflow, TimeProvider time) =>
    [
        PlainText.Escape(workflow.WorkflowId),
        Words.Of(workflow.Status),
        System.FormattableString.Invariant($"{workflow.Progress.Done}/{workflow.Progress.Total}"),
        Listing.Ago(workflow.EndedAt ?? workflow.CreatedAt, time),
        PlainText.EscapeLine(workflow.Title ?? workflow.WorkflowType ?? workflow.Definition ?? "-", 60),
    ];

    private static IReadOnlyList<string> Row(WorkflowDefinition definition, TimeProvider time) =>
    [
        PlainText.Escape(definition.Name),
        definition.Revision.ToString(System.Globalization.CultureInfo.InvariantCulture),
        definition.Steps.Count.ToString(System.Globalization.CultureInfo.InvariantCulture),
        Listing.Ago(definition.UpdatedAt, time),
        PlainText.EscapeLine(definition.Title ?? definition.WorkflowType ?? "-", 60),
    ];

    private static Argument<string> StepName() => new("step") { Description = "The name of the step." };

    private static Option<long?> Fence() =>
        Numbers.Optional("--fence", "The fence that came with the step; an operator needs none.", "NUMBER", 1, long.MaxValue, "a whole number from 1");

    private static bool LooksLikeAFile(string name) => name.Contains('/', StringComparison.Ordinal) || name.Contains('\\', StringComparison.Ordinal) ||
        new[] { ".yaml", ".yml", ".json" }.Contains(Path.GetExtension(name), StringComparer.OrdinalIgnoreCase);

    /// <param name="input">JSON to add; null for nothing.</param>
    private static async Task<string> ReadAsync(string file, string? input, Call call)
    {
        string text;
        if (file == "-")
        {
            text = await Console.In.ReadToEndAsync(call.Cancellation);
        }
        else
        {
            try
            {
                text = await System.IO.File.ReadAllTextAsync(file, call.Cancellation);
            }
            catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
            {
                throw new CommandException(ExitCode.UsedWrongly, $"Cannot read '{file}': {unreadable.Message}");
            }
        }

        if (input is null)
            return text;
        // JSON is YAML too. A field can be added after a block, and before the end of an object.
        var end = text.TrimEnd();
        return end.EndsWith('}') && end.TrimStart().StartsWith('{') ? $"{end[..^1]}, \"input\": {input}}}" : $"{text}\ninput: {input}\n";
    }
}
